use ore_domain::{AuditAction, AuditOutcome, CanonicalEmail, User, UserId};
use ore_errors::ApiError;
use ore_limits::CredentialUse;
use ore_security::keyed_hash::KeyedHash;
use ore_services::{
    AuditedError, Client, ClientError, CreateKeyError, CreatedKey, CreatedPasskey, FactorError, IssuedToken,
    LogInError, MailTokenError, OpenedSession, OwnPasswordError, PasskeyError, RefreshError, RefreshRefusal, Refusal,
    RegistrationClosed, SecondFactorError, SignUpError, SignedUp,
};
use ore_telemetry::LogContext;
use ore_telemetry::metrics::AuthOutcomes;
use strum::IntoStaticStr;

/// Tells the log and the metrics how each call with credentials ended: one event, whatever the outcome, so that none takes
/// longer.
///
/// An address is told by a name that only the key can match with it. Clients learn nothing of what is told here.
#[derive(Clone)]
pub struct CredentialLog {
    accounts: KeyedHash,
    outcomes: AuthOutcomes,
}

/// The calls that present, set or change credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CredentialCall {
    /// To log in.
    LogIn,
    /// To show the second factor of a log-in.
    VerifySecondFactor,
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
    /// To make an account with a password for somebody.
    CreateUser,
    /// To ask for the secret of an authenticator app.
    EnrolTotp,
    /// To show the first code of an authenticator app.
    ConfirmTotp,
    /// To remove an authenticator app.
    RemoveTotp,
    /// To make new recovery codes.
    MakeRecoveryCodes,
    /// To log in with a passkey.
    LogInWithPasskey,
    /// To ask for a new passkey.
    BeginPasskey,
    /// To keep a new passkey.
    CreatePasskey,
    /// To give a passkey another name.
    RenamePasskey,
    /// To delete a passkey.
    DeletePasskey,
    /// To take the second factors from another user.
    ResetSecondFactors,
}

impl CredentialCall {
    fn name(self) -> &'static str {
        self.into()
    }

    /// Which limits count it.
    pub const fn credential_use(self) -> CredentialUse {
        match self {
            Self::Register => CredentialUse::Registration,
            Self::LogIn
            | Self::VerifySecondFactor
            | Self::ChangePassword
            | Self::Reauthenticate
            | Self::RequestMail
            | Self::ResetPassword
            | Self::VerifyEmail
            | Self::ChangeEmail
            | Self::CreateApiKey
            | Self::CreateUser
            | Self::EnrolTotp
            | Self::ConfirmTotp
            | Self::RemoveTotp
            | Self::MakeRecoveryCodes
            | Self::LogInWithPasskey
            | Self::BeginPasskey
            | Self::CreatePasskey
            | Self::RenamePasskey
            | Self::DeletePasskey
            | Self::ResetSecondFactors => CredentialUse::Authentication,
        }
    }

    /// The action in the audit log and the metrics.
    const fn action(self) -> AuditAction {
        match self {
            Self::LogIn | Self::LogInWithPasskey => AuditAction::LogIn,
            Self::VerifySecondFactor => AuditAction::VerifySecondFactor,
            Self::Register => AuditAction::Register,
            Self::ChangePassword => AuditAction::ChangePassword,
            Self::Reauthenticate => AuditAction::Reauthenticate,
            Self::RequestMail => AuditAction::ForgotPassword,
            Self::ResetPassword => AuditAction::ResetPassword,
            Self::VerifyEmail => AuditAction::VerifyEmail,
            Self::ChangeEmail => AuditAction::ChangeEmail,
            Self::CreateApiKey => AuditAction::CreateKey,
            Self::CreateUser => AuditAction::CreateUser,
            Self::EnrolTotp => AuditAction::EnrolTotp,
            Self::ConfirmTotp => AuditAction::ConfirmTotp,
            Self::RemoveTotp => AuditAction::RemoveTotp,
            Self::MakeRecoveryCodes => AuditAction::MakeRecoveryCodes,
            Self::BeginPasskey | Self::CreatePasskey => AuditAction::CreatePasskey,
            Self::RenamePasskey => AuditAction::UpdatePasskey,
            Self::DeletePasskey => AuditAction::DeletePasskey,
            Self::ResetSecondFactors => AuditAction::ResetSecondFactors,
        }
    }
}

impl CredentialLog {
    /// With the keyed hash that the limits have, so that what both tell can be put together.
    pub fn new(accounts: KeyedHash, outcomes: AuthOutcomes) -> Self {
        Self { accounts, outcomes }
    }

    /// How a log-in ended. The lines of the request have the user from here on.
    pub fn log_in(&self, account: &CanonicalEmail, result: &Result<OpenedSession, LogInError>) {
        self.log(CredentialCall::LogIn, Some(account), result.as_ref().map_err(AuditedError::refusal));
    }

    /// How a log-in ended whose user shows a second factor. The lines of the request have the user from here on.
    pub fn second_factor(&self, result: &Result<OpenedSession, SecondFactorError>) {
        self.log(CredentialCall::VerifySecondFactor, None, result.as_ref().map_err(AuditedError::refusal));
    }

    /// How a registration ended. The lines of the request have the user from here on.
    pub fn registration(&self, account: &CanonicalEmail, result: &Result<SignedUp, SignUpError>) {
        match result {
            Ok(SignedUp::Session(session)) => self.log(CredentialCall::Register, Some(account), Ok(session)),
            Ok(SignedUp::VerifyEmail) => {
                self.mail_requested(CredentialCall::Register, AuditAction::Register, account);
            }
            Err(error) => self.log(CredentialCall::Register, Some(account), Err(error.refusal())),
        }
    }

    /// Logs that registration is closed, so that the request was not read.
    pub fn registration_closed(&self) {
        self.log(CredentialCall::Register, None, Err(RegistrationClosed.refusal()));
    }

    /// Logs that the limits refused a call.
    pub fn not_admitted(&self, call: CredentialCall, account: Option<&CanonicalEmail>, error: &ApiError) {
        let refusal = if matches!(error, ApiError::RateLimited(_)) {
            Refusal::denied("throttled", None)
        } else {
            Refusal::failure("unavailable", None)
        };
        self.log(call, account, Err(refusal));
    }

    /// Logs a call whose outcome only the reader of a mail learns.
    pub fn mail_requested(&self, call: CredentialCall, action: AuditAction, account: &CanonicalEmail) {
        self.outcomes.count(action, AuditOutcome::Success, None);
        let (call, account) = (call.name(), self.accounts.of(account.as_str()));
        tracing::info!(call, outcome = "success", account, "A mail was asked for");
    }

    /// How a call ended that needs a token from a mail.
    pub fn mail_token(&self, call: CredentialCall, result: Result<UserId, &MailTokenError>) {
        match self.count(call.action(), result.map_err(AuditedError::refusal)) {
            Ok(user) => {
                let (call, user_id) = (call.name(), user.get());
                tracing::info!(call, outcome = "success", user_id, "The token from a mail was accepted");
            }
            Err(Refusal { reason, user, .. }) => {
                let (call, user_id) = (call.name(), user.map(UserId::get));
                tracing::info!(call, outcome = "failure", reason, user_id, "The token from a mail was refused");
            }
        }
    }

    /// How a call ended that needs the password of the user of a session.
    pub fn own_password<T>(&self, call: CredentialCall, user: &User, result: &Result<T, OwnPasswordError>) {
        let counted = self.count(call.action(), result.as_ref().map_err(AuditedError::refusal));
        let (call, user_id) = (call.name(), user.id.get());
        let account = self.accounts.of(user.email.canonical().as_str());
        match counted {
            Ok(_) => tracing::info!(call, outcome = "success", user_id, account, "The credentials were accepted"),
            Err(Refusal { reason, .. }) => {
                tracing::info!(call, outcome = "failure", reason, user_id, account, "The credentials were refused");
            }
        }
    }

    /// How a call ended that changes the second factors of a user.
    pub fn factors<T>(&self, call: CredentialCall, user: UserId, result: &Result<T, FactorError>) {
        let counted = self.count(call.action(), result.as_ref().map_err(AuditedError::refusal));
        let (call, user_id) = (call.name(), user.get());
        match counted {
            Ok(_) => tracing::info!(call, outcome = "success", user_id, "The second factors were changed"),
            Err(Refusal { reason, .. }) => {
                tracing::info!(call, outcome = "failure", reason, user_id, "The second factors were not changed");
            }
        }
    }

    /// How a call ended that makes an API key.
    pub fn api_key(&self, user: UserId, result: &Result<CreatedKey, CreateKeyError>) {
        let call = CredentialCall::CreateApiKey;
        let counted = self.count(call.action(), result.as_ref().map_err(AuditedError::refusal));
        let (call, user_id) = (call.name(), user.get());
        match counted {
            Ok(created) => {
                let api_key_id = created.key.id.to_string();
                tracing::info!(call, outcome = "success", user_id, api_key_id, "An API key was made");
            }
            Err(Refusal { reason, .. }) => {
                tracing::info!(call, outcome = "failure", reason, user_id, "No API key was made");
            }
        }
    }

    /// How a log-in with a passkey ended. The lines of the request have the user from here on.
    pub fn passkey_log_in(&self, result: &Result<OpenedSession, PasskeyError>) {
        self.log(CredentialCall::LogInWithPasskey, None, result.as_ref().map_err(AuditedError::refusal));
    }

    /// How a call ended that makes a passkey.
    pub fn passkey(&self, user: UserId, result: &Result<CreatedPasskey, PasskeyError>) {
        let call = CredentialCall::CreatePasskey;
        let counted = self.count(call.action(), result.as_ref().map_err(AuditedError::refusal));
        let (call, user_id) = (call.name(), user.get());
        match counted {
            Ok(_) => tracing::info!(call, outcome = "success", user_id, "A passkey was made"),
            Err(Refusal { reason, .. }) => {
                tracing::info!(call, outcome = "failure", reason, user_id, "No passkey was made");
            }
        }
    }

    /// How a client of OAuth showed who it is. Services that ask about every token do so all the time.
    pub fn client(&self, result: &Result<Client, ClientError>) {
        match self.count(AuditAction::AuthenticateClient, result.as_ref().map_err(AuditedError::refusal)) {
            Ok(client) => tracing::debug!(client_id = client.id, outcome = "success", "The client was accepted"),
            Err(Refusal { reason, .. }) => tracing::info!(outcome = "failure", reason, "The client was refused"),
        }
    }

    /// Whether a client of OAuth got a token, its own or one in exchange for another.
    pub fn client_token<E: AuditedError>(&self, action: AuditAction, client: &Client, result: &Result<IssuedToken, E>) {
        let client_id = client.id.as_str();
        match self.count(action, result.as_ref().map_err(AuditedError::refusal)) {
            Ok(_) => tracing::info!(client_id, outcome = "success", "The client got a token"),
            Err(Refusal { reason, .. }) => {
                tracing::info!(client_id, outcome = "failure", reason, "The client got no token");
            }
        }
    }

    /// How the exchange of a refresh token ended. That one was used again, its user has to know of.
    pub fn refresh(&self, result: &Result<OpenedSession, RefreshError>) {
        match result {
            Ok(session) => {
                self.outcomes.count(AuditAction::Refresh, AuditOutcome::Success, None);
                let user_id = session.user_id.get();
                LogContext::record_current_user(user_id);
                tracing::info!(call = "refresh", outcome = "success", user_id, "The refresh token was accepted");
            }
            Err(error) => self.refused_refresh(error),
        }
    }

    /// Logs that a refresh token was refused.
    pub fn refused_refresh(&self, error: &RefreshError) {
        let refusal = error.refusal();
        if let RefreshError::Invalid(RefreshRefusal::Reused(user, session)) = error {
            self.outcomes.count(AuditAction::RefreshReuse, refusal.outcome, Some(refusal.reason));
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
        self.outcomes.count(AuditAction::Refresh, refusal.outcome, Some(refusal.reason));
        let (reason, user_id) = (refusal.reason, refusal.user.map(UserId::get));
        tracing::info!(call = "refresh", outcome = "failure", reason, user_id, "The refresh token was refused");
    }

    /// Counts an act that needs no credentials except the session, or that found nothing to do.
    pub fn done(&self, action: AuditAction, is_done: bool) {
        let _ = self.count(action, if is_done { Ok(()) } else { Err(Refusal::failure("not_found", None)) });
    }

    /// Counts a call that was refused because its permission is missing.
    pub fn denied(&self, refusal: Refusal) {
        let _ = self.count::<()>(AuditAction::Authorize, Err(refusal));
    }

    /// How the end of a session by its refresh token ended.
    pub fn ended(&self, result: &Result<(), RefreshError>) {
        let _ = self.count(AuditAction::LogOut, result.as_ref().map_err(AuditedError::refusal));
    }

    fn log(&self, call: CredentialCall, account: Option<&CanonicalEmail>, result: Result<&OpenedSession, Refusal>) {
        let result = self.count(call.action(), result);
        let (call, account) = (call.name(), account.map(|account| self.accounts.of(account.as_str())));
        match result {
            Ok(session) => {
                let user_id = session.user_id.get();
                LogContext::record_current_user(user_id);
                tracing::info!(call, outcome = "success", user_id, account, "The credentials were accepted");
            }
            Err(Refusal { reason, user, .. }) => {
                let user_id = user.map(UserId::get);
                tracing::info!(call, outcome = "failure", reason, user_id, account, "The credentials were refused");
            }
        }
    }

    fn count<T>(&self, action: AuditAction, result: Result<T, Refusal>) -> Result<T, Refusal> {
        match &result {
            Ok(_) => self.outcomes.count(action, AuditOutcome::Success, None),
            Err(refusal) => self.outcomes.count(action, refusal.outcome, Some(refusal.reason)),
        }
        result
    }
}
