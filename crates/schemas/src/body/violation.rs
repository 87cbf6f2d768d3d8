use ore_domain::{EmailError, PasswordError};

/// A faulty field of a body. Holds no value that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the field; `body` for the whole.
    pub field: &'static str,
    /// What is wrong with it.
    pub violation: Violation,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// The field is not there.
    Missing,
    /// The value is not a text.
    NotText,
    /// The body is not an object.
    NotAnObject,
    /// The value is not a whole number of 64 bits.
    NotAnInteger,
    /// The value is neither `true` nor `false`.
    NotABoolean,
    /// The text is no timestamp of the years 1 to 9999 (RFC 3339).
    NotATimestamp,
    /// The text is no UUID with its hyphens (RFC 9562, 4).
    NotAUuid,
    /// The text has nothing that can be seen.
    TextTooShort,
    /// The text has more code points than its field takes.
    TextTooLong,
    /// The text contains U+0000, which PostgreSQL does not store.
    TextForbiddenCharacter,
    /// The value is not a list of at most 256 items.
    NotAList,
    /// The text is no name of a role.
    RoleNameInvalid,
    /// There is no such role.
    UnknownRole,
    /// A token has no room for the names of all the roles.
    TooManyRoles,
    /// There is no such permission.
    UnknownPermission,
    /// An act does not end so.
    UnknownOutcome,
    /// The call takes no such parameter.
    UnknownParameter,
    /// The parameter is there more than once.
    RepeatedParameter,
    /// The number is too small or too great.
    OutOfRange,
    /// The list is not sorted by that.
    UnknownSort,
    /// The cursor is of another list, or too old.
    CursorInvalid,
    /// The text is no place in a feed.
    SinceInvalid,
    /// The text has not six digits.
    CodeInvalid,
    /// Another field shows already who the user is.
    OneProofOnly,
    /// The text is no language that messages are written in.
    UnknownLocale,
    /// The text is not an address that can have an account.
    Email(EmailError),
    /// The text cannot be a password.
    Password(PasswordError),
}

impl Violation {
    /// The code for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotText => "string_type",
            Self::NotAnObject => "object_type",
            Self::NotAnInteger => "integer_type",
            Self::NotABoolean => "boolean_type",
            Self::NotATimestamp => "timestamp_invalid",
            Self::NotAUuid => "uuid_invalid",
            Self::TextTooShort => "string_too_short",
            Self::TextTooLong => "string_too_long",
            Self::TextForbiddenCharacter => "string_forbidden_character",
            Self::NotAList => "list_type",
            Self::RoleNameInvalid => "role_name_invalid",
            Self::UnknownRole => "role_unknown",
            Self::TooManyRoles => "roles_too_long",
            Self::UnknownPermission => "permission_unknown",
            Self::UnknownOutcome => "outcome_unknown",
            Self::UnknownParameter => "parameter_unknown",
            Self::RepeatedParameter => "parameter_repeated",
            Self::OutOfRange => "integer_out_of_range",
            Self::UnknownSort => "sort_unknown",
            Self::CursorInvalid => "cursor_invalid",
            Self::SinceInvalid => "since_invalid",
            Self::CodeInvalid => "code_invalid",
            Self::OneProofOnly => "one_proof_only",
            Self::UnknownLocale => "locale_unknown",
            Self::Email(EmailError::TooLong) => "email_too_long",
            Self::Email(_) => "email_invalid",
            Self::Password(PasswordError::TooShort { .. }) => "password_too_short",
            Self::Password(PasswordError::TooCommon) => "password_too_common",
            Self::Password(PasswordError::TooLong { .. }) => "password_too_long",
            Self::Password(PasswordError::ForbiddenCharacter) => "password_forbidden_character",
        }
    }
}

impl From<EmailError> for Violation {
    fn from(error: EmailError) -> Self {
        Self::Email(error)
    }
}

impl From<PasswordError> for Violation {
    fn from(error: PasswordError) -> Self {
        Self::Password(error)
    }
}
