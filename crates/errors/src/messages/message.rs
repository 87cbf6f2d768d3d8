/// Declares each message once: its name here and its identifier in `locales/*.ftl`.
macro_rules! messages {
    ($($(#[$documentation:meta])* $name:ident => $identifier:literal),* $(,)?) => {
        /// A message of the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Message {
            $($(#[$documentation])* $name,)*
        }

        impl Message {
            /// Every message, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The identifier in the catalogue.
            pub const fn identifier(self) -> &'static str {
                match self {
                    $(Self::$name => $identifier,)*
                }
            }
        }
    };
}

messages! {
    /// The request was carried out.
    Done => "done",
    /// Something new is there.
    Created => "created",
    /// An account was made.
    Registered => "registered",
    /// A session was started.
    LoggedIn => "logged-in",
    /// The next tokens of a session.
    TokenRefreshed => "token-refreshed",
    /// The password is another now.
    PasswordChanged => "password-changed",
    /// The account is gone.
    AccountDeleted => "account-deleted",
    /// A mail was asked for; nobody learns whether one was sent.
    MailRequested => "mail-requested",
    /// What to do next stands in a mail.
    CheckMail => "check-mail",
    /// The address was shown to be the user's.
    EmailVerified => "email-verified",
    /// A session was ended by its user.
    LoggedOut => "logged-out",
    /// The address has an account.
    UserAlreadyExists => "user-already-exists",
    /// The address or the password is wrong, or the account is disabled.
    InvalidCredentials => "invalid-credentials",
    /// The code of a second factor is wrong.
    InvalidCode => "invalid-code",
    /// The token stands for no log-in.
    InvalidMfaToken => "invalid-mfa-token",
    /// What the user has shown is not enough.
    ProofIncomplete => "proof-incomplete",
    /// The last second factor of a user who must have one.
    MfaIsRequired => "mfa-is-required",
    /// The settings lack what the call needs.
    NotConfigured => "not-configured",
    /// The user has a second factor to show.
    MfaRequired => "mfa-required",
    /// The user has to get a second factor first.
    MfaEnrolmentRequired => "mfa-enrolment-required",
    /// The token from a mail is not valid.
    InvalidMailToken => "invalid-mail-token",
    /// The passkey or the ceremony is not valid.
    InvalidPasskey => "invalid-passkey",
    /// The user has as many passkeys as one may have.
    TooManyPasskeys => "too-many-passkeys",
    /// The link is valid for its user alone.
    SignInToVerify => "sign-in-to-verify",
    /// The address was never shown to be the user's.
    EmailNotVerified => "email-not-verified",
    /// The address may not have an account.
    RegistrationClosed => "registration-closed",
    /// The request contradicts itself.
    BadRequest => "bad-request",
    /// The body is not JSON.
    InvalidJson => "invalid-json",
    /// There are no credentials, or they are not valid.
    Unauthorized => "unauthorized",
    /// The credentials are valid and do not suffice.
    Forbidden => "forbidden",
    /// The request came over plain HTTP.
    HttpsRequired => "https-required",
    /// The call needs the access token of a session.
    SessionRequired => "session-required",
    /// The call is about a user, and the caller is none.
    NotAUser => "not-a-user",
    /// The caller lacks a permission.
    MissingPermission => "missing-permission",
    /// Without this user nobody could administer the service.
    LastAdmin => "last-admin",
    /// The role is always there and always the same.
    RoleIsBuiltIn => "role-is-built-in",
    /// There is a role of this name.
    RoleAlreadyExists => "role-already-exists",
    /// Somebody acts in place of the user, and the call is for users themselves.
    Impersonated => "impersonated",
    /// Nobody may act as this user.
    NotImpersonable => "not-impersonable",
    /// A page of another site made a call that rests on a cookie.
    CrossSite => "cross-site",
    /// No such route or thing.
    NotFound => "not-found",
    /// The route has other methods.
    MethodNotAllowed => "method-not-allowed",
    /// The body did not come in time.
    RequestTimeout => "request-timeout",
    /// The body is too large.
    PayloadTooLarge => "payload-too-large",
    /// The body is of another type or is encoded.
    UnsupportedMediaType => "unsupported-media-type",
    /// Somebody else changed the same thing meanwhile.
    Conflict => "conflict",
    /// The same call is being carried out.
    CallRunning => "call-running",
    /// The key of the call was used with another body.
    IdempotencyKeyReused => "idempotency-key-reused",
    /// The thing is not as `If-Match` says.
    PreconditionFailed => "precondition-failed",
    /// The change needs `If-Match`.
    PreconditionRequired => "precondition-required",
    /// Too many requests.
    RateLimited => "rate-limited",
    /// Fields of the body are not valid.
    ValidationFailed => "validation-failed",
    /// Our fault.
    InternalError => "internal-error",
    /// Overloaded, ending, or without its database.
    Unavailable => "unavailable",
    /// A required field is not there.
    FieldMissing => "field-missing",
    /// A field is not a text.
    FieldNotText => "field-not-text",
    /// The body is not an object.
    BodyNotObject => "body-not-object",
    /// A field is not a whole number.
    FieldNotInteger => "field-not-integer",
    /// A field is neither true nor false.
    FieldNotBoolean => "field-not-boolean",
    /// A field is no timestamp.
    FieldNotTimestamp => "field-not-timestamp",
    /// A field is no UUID.
    FieldNotUuid => "field-not-uuid",
    /// A text has nothing that can be seen.
    TextTooShort => "text-too-short",
    /// A text is too long.
    TextTooLong => "text-too-long",
    /// A text has a character that no text has.
    TextForbiddenCharacter => "text-forbidden-character",
    /// A field is not a list.
    FieldNotList => "field-not-list",
    /// A role has a plain name.
    RoleNameInvalid => "role-name-invalid",
    /// There is no such role.
    RoleUnknown => "role-unknown",
    /// The names of the roles are too long together.
    RolesTooLong => "roles-too-long",
    /// There is no such permission.
    PermissionUnknown => "permission-unknown",
    /// An act does not end so.
    OutcomeUnknown => "outcome-unknown",
    /// The call takes no such parameter.
    ParameterUnknown => "parameter-unknown",
    /// A parameter is there more than once.
    ParameterRepeated => "parameter-repeated",
    /// A number is too small or too great.
    NumberOutOfRange => "number-out-of-range",
    /// The list is not sorted by that.
    SortUnknown => "sort-unknown",
    /// The cursor is of another list, or too old.
    CursorInvalid => "cursor-invalid",
    /// A text is no place in a feed.
    SinceInvalid => "since-invalid",
    /// A code has not six digits.
    CodeInvalid => "code-invalid",
    /// More than one thing shows who the user is.
    OneProofOnly => "one-proof-only",
    /// A field is no language that we have.
    LocaleUnknown => "locale-unknown",
    /// A field is not an address.
    EmailInvalid => "email-invalid",
    /// An address is too long.
    EmailTooLong => "email-too-long",
    /// A new password is too short.
    PasswordTooShort => "password-too-short",
    /// The password is one of those that are tried first.
    PasswordTooCommon => "password-too-common",
    /// A password is too long.
    PasswordTooLong => "password-too-long",
    /// A password has a character that no password has.
    PasswordForbiddenCharacter => "password-forbidden-character",
}
