use ore_domain::{CanonicalEmail, StoreError, User, UserId};
use ore_limits::CredentialUse;
use ore_security::keyed_hash::KeyedHash;
use ore_services::{
    CreateAccountError, CreateKeyError, CreatedKey, HashingError, LogInError, LogInRefusal, MailTokenError,
    OpenedSession, OwnPasswordError, RefreshError, RefreshRefusal, SignUpError, SignedUp,
};
use ore_telemetry::LogContext;

use crate::error::ApiError;

/// Tells the log how each call with credentials ended: one event, whatever the outcome, so that none takes longer.
///
/// An address is told by a name that only the key can match with it. Clients learn nothing of what is told here.
#[derive(Debug, Clone)]
pub struct CredentialLog(KeyedHash);

/// What credentials are presented for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialCall {
    /// To log in.
    LogIn,
    /// To register.
    Register,
    /// To change the password.
    ChangePassword,
    /// To do what cannot be undone.
    Reauthenticate,
    /// To get a mail with a link.
    RequestMail,
    /// To set a new password with a token from a mail.
    ResetPassword,
    /// To show that an address is the user's.
    VerifyEmail,
    /// To change the address.
    ChangeEmail,
    /// To make an API key.
    CreateApiKey,
}

impl CredentialCall {
    /// Which limits count it.
    pub(crate) const fn credential_use(self) -> CredentialUse {
        match self {
            Self::Register => CredentialUse::Registration,
            Self::LogIn
            | Self::ChangePassword
            | Self::Reauthenticate
            | Self::RequestMail
            | Self::ResetPassword
            | Self::VerifyEmail
            | Self::ChangeEmail
            | Self::CreateApiKey => CredentialUse::Authentication,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::LogIn => "log_in",
            Self::Register => "register",
            Self::ChangePassword => "change_password",
            Self::Reauthenticate => "reauthenticate",
            Self::RequestMail => "request_mail",
            Self::ResetPassword => "reset_password",
            Self::VerifyEmail => "verify_email",
            Self::ChangeEmail => "change_email",
            Self::CreateApiKey => "create_api_key",
        }
    }
}

/// Why a call failed, and whose it was where that is known.
type Failure = (&'static str, Option<i64>);

impl CredentialLog {
    /// With the keyed hash that the limits have, so that what both tell can be put together.
    pub fn new(keyed_hash: KeyedHash) -> Self {
        Self(keyed_hash)
    }

    /// How a log-in ended. The lines of the request have the user from here on.
    pub fn log_in(&self, account: &CanonicalEmail, result: &Result<OpenedSession, LogInError>) {
        self.tell(CredentialCall::LogIn, Some(account), result.as_ref().map_err(log_in_failure));
    }

    /// How a registration ended. The lines of the request have the user from here on.
    pub fn registration(&self, account: &CanonicalEmail, result: &Result<SignedUp, SignUpError>) {
        match result {
            Ok(SignedUp::Session(session)) => self.tell(CredentialCall::Register, Some(account), Ok(session)),
            Ok(SignedUp::VerifyEmail) => self.mail_requested(CredentialCall::Register, account),
            Err(error) => self.tell(CredentialCall::Register, Some(account), Err(registration_failure(error))),
        }
    }

    /// That the limits did not admit a call.
    pub fn not_admitted(&self, call: CredentialCall, account: Option<&CanonicalEmail>, error: &ApiError) {
        let reason = if matches!(error, ApiError::RateLimited(_)) { "throttled" } else { "unavailable" };
        self.tell(call, account, Err((reason, None)));
    }

    /// That a call was answered whose outcome only the reader of a mail learns.
    pub fn mail_requested(&self, call: CredentialCall, account: &CanonicalEmail) {
        let (call, account) = (call.name(), self.0.of(account.as_str()));
        tracing::info!(call, outcome = "success", account, "A mail was asked for");
    }

    /// How a call ended that needs a token from a mail.
    pub fn mail_token(call: CredentialCall, result: Result<UserId, &MailTokenError>) {
        let call = call.name();
        match result {
            Ok(user) => {
                let user_id = user.get();
                tracing::info!(call, outcome = "success", user_id, "The token from a mail was accepted");
            }
            Err(error) => {
                let (reason, user_id) = mail_token_failure(error);
                tracing::info!(call, outcome = "failure", reason, user_id, "The token from a mail was refused");
            }
        }
    }

    /// How a call ended that needs the password of the user of a session.
    pub fn own_password<T>(&self, call: CredentialCall, user: &User, result: &Result<T, OwnPasswordError>) {
        let (call, user_id) = (call.name(), user.id.get());
        let account = self.0.of(user.email.canonical().as_str());
        match result.as_ref().map_err(own_password_failure) {
            Ok(_) => tracing::info!(call, outcome = "success", user_id, account, "The credentials were accepted"),
            Err(reason) => {
                tracing::info!(call, outcome = "failure", reason, user_id, account, "The credentials were refused");
            }
        }
    }

    /// How a call ended that makes an API key.
    pub fn api_key(user: UserId, result: &Result<CreatedKey, CreateKeyError>) {
        let (call, user_id) = (CredentialCall::CreateApiKey.name(), user.get());
        match result {
            Ok(created) => {
                let api_key_id = created.key.id.to_string();
                tracing::info!(call, outcome = "success", user_id, api_key_id, "An API key was made");
            }
            Err(error) => {
                let reason = create_key_failure(error);
                tracing::info!(call, outcome = "failure", reason, user_id, "No API key was made");
            }
        }
    }

    /// How the exchange of a refresh token ended. That one was used again, its user has to know of.
    pub fn refresh(&self, result: &Result<OpenedSession, RefreshError>) {
        match result {
            Ok(session) => {
                let user_id = session.user_id.get();
                LogContext::note_current_user(user_id);
                tracing::info!(call = "refresh", outcome = "success", user_id, "The refresh token was accepted");
            }
            Err(error) => Self::refused_refresh(error),
        }
    }

    /// That a refresh token gave nothing.
    pub fn refused_refresh(error: &RefreshError) {
        if let RefreshError::Invalid(RefreshRefusal::Reused(user, session)) = error {
            tracing::warn!(
                call = "refresh",
                outcome = "failure",
                reason = "reused",
                user_id = user.get(),
                session_id = %session,
                "A refresh token was used again, and its session was ended"
            );
            return;
        }
        let (reason, user_id) = refresh_failure(error);
        tracing::info!(call = "refresh", outcome = "failure", reason, user_id, "The refresh token was refused");
    }

    fn tell(&self, call: CredentialCall, account: Option<&CanonicalEmail>, result: Result<&OpenedSession, Failure>) {
        let (call, account) = (call.name(), account.map(|account| self.0.of(account.as_str())));
        match result {
            Ok(session) => {
                let user_id = session.user_id.get();
                LogContext::note_current_user(user_id);
                tracing::info!(call, outcome = "success", user_id, account, "The credentials were accepted");
            }
            Err((reason, user_id)) => {
                tracing::info!(call, outcome = "failure", reason, user_id, account, "The credentials were refused");
            }
        }
    }
}

fn log_in_failure(error: &LogInError) -> Failure {
    match error {
        LogInError::InvalidCredentials(LogInRefusal::UnknownAddress) => ("unknown_address", None),
        LogInError::InvalidCredentials(LogInRefusal::WrongPassword(id)) => ("wrong_password", Some(id.get())),
        LogInError::InvalidCredentials(LogInRefusal::UnusableHash(id)) => ("unusable_hash", Some(id.get())),
        LogInError::InvalidCredentials(LogInRefusal::Disabled(id)) => ("disabled", Some(id.get())),
        LogInError::InvalidCredentials(LogInRefusal::ChangedMeanwhile(id)) => ("changed_meanwhile", Some(id.get())),
        LogInError::EmailNotVerified(id) | LogInError::InvalidCredentials(LogInRefusal::Unverified(id)) => {
            ("email_not_verified", Some(id.get()))
        }
        LogInError::Throttled { .. } => ("throttled", None),
        LogInError::Hashing(error) => (of_hashing(error), None),
        LogInError::Store(error) => (of_store(error), None),
        LogInError::Session(_) => ("failed", None),
    }
}

fn registration_failure(error: &SignUpError) -> Failure {
    let reason = match error {
        SignUpError::Closed(_) => "registration_closed",
        SignUpError::Account(CreateAccountError::UserAlreadyExists) => "address_taken",
        SignUpError::Account(CreateAccountError::Hashing(error)) => of_hashing(error),
        SignUpError::Account(CreateAccountError::Store(error)) => of_store(error),
        SignUpError::Session(_) => "failed",
    };
    (reason, None)
}

fn mail_token_failure(error: &MailTokenError) -> Failure {
    match error {
        MailTokenError::Invalid(user) => ("invalid_token", user.map(UserId::get)),
        MailTokenError::SignInRequired(user) => ("sign_in_required", Some(user.get())),
        MailTokenError::PasswordIsAddress => ("common_password", None),
        MailTokenError::Throttled { .. } => ("throttled", None),
        MailTokenError::Randomness(_) => ("failed", None),
        MailTokenError::Hashing(error) => (of_hashing(error), None),
        MailTokenError::Store(error) => (of_store(error), None),
    }
}

fn own_password_failure(error: &OwnPasswordError) -> &'static str {
    match error {
        OwnPasswordError::WrongPassword => "wrong_password",
        OwnPasswordError::Throttled { .. } => "throttled",
        OwnPasswordError::EndedSession => "ended",
        OwnPasswordError::AddressNotAdmitted(_) => "registration_closed",
        OwnPasswordError::Hashing(error) => of_hashing(error),
        OwnPasswordError::Store(error) => of_store(error),
        OwnPasswordError::Session(_) => "failed",
    }
}

fn create_key_failure(error: &CreateKeyError) -> &'static str {
    match error {
        CreateKeyError::EndedSession => "ended",
        CreateKeyError::MissingPermission(_) => "missing_permission",
        CreateKeyError::Randomness(_) => "failed",
        CreateKeyError::Store(error) => of_store(error),
    }
}

fn refresh_failure(error: &RefreshError) -> Failure {
    match error {
        RefreshError::Invalid(RefreshRefusal::Malformed) => ("malformed", None),
        RefreshError::Invalid(RefreshRefusal::Unknown) => ("unknown", None),
        RefreshError::Invalid(RefreshRefusal::Ended(user)) => ("ended", Some(user.get())),
        RefreshError::Invalid(RefreshRefusal::Reused(user, _)) => ("reused", Some(user.get())),
        RefreshError::Store(error) => (of_store(error), None),
        RefreshError::Session(_) => ("failed", None),
    }
}

fn of_hashing(error: &HashingError) -> &'static str {
    match error {
        HashingError::Unavailable { .. } => "unavailable",
        HashingError::Breached => "common_password",
        HashingError::Failed(_) => "failed",
    }
}

fn of_store(error: &StoreError) -> &'static str {
    if matches!(error, StoreError::Unavailable(_)) { "unavailable" } else { "failed" }
}
