use ore_domain::{CanonicalEmail, StoreError, User};
use ore_limits::CredentialUse;
use ore_security::keyed_hash::KeyedHash;
use ore_services::{
    CreateAccountError, HashingError, LogInError, LogInRefusal, OpenedSession, OwnPasswordError, RefreshError,
    RefreshRefusal, SignUpError,
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
}

impl CredentialCall {
    /// Which limits count it.
    pub(crate) const fn credential_use(self) -> CredentialUse {
        match self {
            Self::Register => CredentialUse::Registration,
            Self::LogIn | Self::ChangePassword | Self::Reauthenticate => CredentialUse::Authentication,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::LogIn => "log_in",
            Self::Register => "register",
            Self::ChangePassword => "change_password",
            Self::Reauthenticate => "reauthenticate",
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
        self.tell(CredentialCall::LogIn, account, result.as_ref().map_err(log_in_failure));
    }

    /// How a registration ended. The lines of the request have the user from here on.
    pub fn registration(&self, account: &CanonicalEmail, result: &Result<OpenedSession, SignUpError>) {
        self.tell(CredentialCall::Register, account, result.as_ref().map_err(registration_failure));
    }

    /// That the limits did not admit a call.
    pub fn not_admitted(&self, call: CredentialCall, account: &CanonicalEmail, error: &ApiError) {
        let reason = if matches!(error, ApiError::RateLimited(_)) { "throttled" } else { "unavailable" };
        self.tell(call, account, Err((reason, None)));
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

    fn tell(&self, call: CredentialCall, account: &CanonicalEmail, result: Result<&OpenedSession, Failure>) {
        let (call, account) = (call.name(), self.0.of(account.as_str()));
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
        LogInError::Throttled { .. } => ("throttled", None),
        LogInError::Hashing(error) => (of_hashing(error), None),
        LogInError::Store(error) => (of_store(error), None),
        LogInError::Session(_) => ("failed", None),
    }
}

fn registration_failure(error: &SignUpError) -> Failure {
    let reason = match error {
        SignUpError::Account(CreateAccountError::UserAlreadyExists) => "address_taken",
        SignUpError::Account(CreateAccountError::Hashing(error)) => of_hashing(error),
        SignUpError::Account(CreateAccountError::Store(error)) => of_store(error),
        SignUpError::Session(_) => "failed",
    };
    (reason, None)
}

fn own_password_failure(error: &OwnPasswordError) -> &'static str {
    match error {
        OwnPasswordError::WrongPassword => "wrong_password",
        OwnPasswordError::Throttled { .. } => "throttled",
        OwnPasswordError::EndedSession => "ended",
        OwnPasswordError::Hashing(error) => of_hashing(error),
        OwnPasswordError::Store(error) => of_store(error),
        OwnPasswordError::Session(_) => "failed",
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
    if matches!(error, HashingError::Unavailable { .. }) { "unavailable" } else { "failed" }
}

fn of_store(error: &StoreError) -> &'static str {
    if matches!(error, StoreError::Unavailable(_)) { "unavailable" } else { "failed" }
}
