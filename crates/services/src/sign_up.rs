use ore_domain::{
    Amr, AuditAction, AuditOrigin, EmailAddress, Locale, MailKind, MailPurpose, NewUser, Password, Repositories,
    StoreError, StoreExt, User,
};
use ore_security::opaque_token::OpaqueToken;

use crate::audit::{Act, AuditedError, Refusal};
use crate::mailer::{Mail, new_token};
use crate::readable::or_nobody;
use crate::session_tokens::{SessionDraft, UserClaims};
use crate::sessions::open;
use crate::throttle::Client;
use crate::{Accounts, CreateAccountError, Mailer, OpenSessionError, OpenedSession, RegistrationClosed, Sessions};

/// Why someone could not sign up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Nobody registers, or nobody with such an address.
    #[error(transparent)]
    Closed(#[from] RegistrationClosed),
    /// No account was made.
    #[error(transparent)]
    Account(#[from] CreateAccountError),
    /// The tokens could not be made; if the account was, logging in later works.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
}

impl AuditedError for SignUpError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Closed(error) => error.refusal(),
            Self::Account(error) => error.refusal(),
            Self::Session(_) => Refusal::broken(),
        }
    }
}

/// The result of a registration.
#[derive(Debug)]
pub enum SignedUp {
    /// The first session of the account.
    Session(Box<OpenedSession>),
    /// The user has to follow the instructions in a mail.
    VerifyEmail,
}

impl Sessions {
    /// Makes the account of `email` and opens its first session, both or neither. Where mail is configured the user is asked
    /// to show that the address is theirs, and where that comes first, no session is opened. Else the network and the device
    /// are known from then on.
    ///
    /// # Errors
    /// As [`SignUpError`] says.
    pub async fn sign_up(
        &self,
        accounts: &Accounts,
        email: EmailAddress,
        password: Password,
        origin: &AuditOrigin,
        locale: Locale,
    ) -> Result<SignedUp, SignUpError> {
        let act = self.audit.act_at(AuditAction::Register, origin, email.canonical());
        let signed_up = self.sign_up_in(accounts, email, password, &act, locale).await;
        self.audit.record(&act, signed_up, self.clock.now()).await
    }

    /// Writes into the audit log that somebody wanted to register where nobody does.
    pub async fn refuse_registration(&self, origin: &AuditOrigin) {
        let act = Act::new(AuditAction::Register, origin);
        self.audit.record_refusal(&act, RegistrationClosed.refusal(), self.clock.now()).await;
    }

    async fn sign_up_in(
        &self,
        accounts: &Accounts,
        email: EmailAddress,
        password: Password,
        act: &Act,
        locale: Locale,
    ) -> Result<SignedUp, SignUpError> {
        self.registration.admit(&email)?;
        let token = new_token().map_err(OpenSessionError::from)?;
        if self.registration.hides_accounts {
            self.sign_up_unseen(email, password, act, locale, token).await?;
            return Ok(SignedUp::VerifyEmail);
        }
        let now = self.clock.now();
        let logs_in = !self.registration.requires_verified_email;
        let client = self.client(act.client(), None).map_err(OpenSessionError::from)?;
        let draft = SessionDraft::new(act, Amr::PASSWORD, now).map_err(OpenSessionError::from)?;
        let (opening, policy, mailer) = (draft.clone(), self.tokens.policy, self.mailer.clone());
        let (act, remembered) = (act.clone(), client.clone().filter(|_| logs_in));
        let new = accounts.draft(email, password, logs_in).await?;
        let created = accounts.insert(new, move |r, user| {
            ask_to_verify(r, &mailer, user, locale, &token)?;
            remembered.as_ref().map_or(Ok(()), |client| client.make_new_known(r, user, now))?;
            let session = logs_in.then(|| open(r, user, &opening, &policy)).transpose()?;
            let id = session.as_ref().map(|session| session.id);
            r.audit_log().append(&act.success_by(user.id, id, now))?;
            Ok(session)
        });
        let (user, session) = created.await?;
        let Some(session) = session else { return Ok(SignedUp::VerifyEmail) };
        let opened = self.tokens.make(&session, UserClaims::from(&user), draft.into_refresh_token(), now)?;
        let device_token = client.map(Client::into_new_device_token);
        Ok(SignedUp::Session(Box::new(OpenedSession { device_token, ..opened })))
    }

    /// As [`Sessions::sign_up`], telling nobody but the reader of the mail whether the address has an account. One that was
    /// never shown to be anybody's passes to the reader of the mail, who sets the password.
    async fn sign_up_unseen(
        &self,
        email: EmailAddress,
        password: Password,
        act: &Act,
        locale: Locale,
        token: OpaqueToken,
    ) -> Result<(), CreateAccountError> {
        let password_hash = self.hasher.hash_new(password).await?;
        let new = NewUser { email, password_hash, created_at: self.clock.now(), last_login_at: None };
        let (mailer, at, act) = (self.mailer.clone(), new.created_at, act.clone());
        let written = self.store.write(move |r| {
            let Some(user) = or_nobody(r.users().find_by_email(new.email.canonical()))? else {
                let user = r.users().insert(new.clone())?;
                r.audit_log().append(&act.success_by(user.id, None, at))?;
                return ask_to_verify(r, &mailer, &user, locale, &token);
            };
            r.audit_log().append(&act.refused(Refusal::failure("address_taken", Some(user.id)), at))?;
            let is_proven = user.email_verified || !user.is_active;
            let kind = if is_proven { MailKind::AddressTaken } else { MailKind::ResetPassword };
            let mail = Mail { kind, user: Some(&user), to: &user.email, locale, at };
            if !is_proven {
                // As much as is written of a new account.
                mailer.write_unsent(r, &Mail { kind: MailKind::AddressTaken, ..mail })?;
                return mailer.send_token_in_time(r, &mail, MailPurpose::ResetPassword, &token);
            }
            let nobody = Mail { kind: MailKind::ResetPassword, user: None, ..mail };
            mailer.send_token(r, &nobody, MailPurpose::ResetPassword, &token, false)?;
            mailer.notify(r, &mail, None)
        });
        match written.await.map_err(CreateAccountError::from) {
            // Another request has made it meanwhile, and has written to the address.
            Err(CreateAccountError::UserAlreadyExists) => Ok(()),
            written => written,
        }
    }
}

/// Writes to the address of a new account.
fn ask_to_verify(
    r: &mut dyn Repositories,
    mailer: &Mailer,
    user: &User,
    locale: Locale,
    token: &OpaqueToken,
) -> Result<(), StoreError> {
    let mail = Mail { kind: MailKind::VerifyEmail, user: Some(user), to: &user.email, locale, at: user.created_at };
    mailer.send_token_in_time(r, &mail, MailPurpose::VerifyEmail, token)
}
