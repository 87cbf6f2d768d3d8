use ore_domain::{
    EmailAddress, Locale, MailKind, MailPurpose, NewUser, Password, Repositories, SessionOrigin, StoreError, StoreExt,
    User,
};
use ore_security::opaque_token::OpaqueToken;

use crate::log_in::PASSWORD;
use crate::mailing::{Mail, new_token};
use crate::readable::or_nobody;
use crate::session_tokens::{Holder, SessionDraft};
use crate::sessions::open;
use crate::throttle::Client;
use crate::{Accounts, CreateAccountError, Mailing, OpenSessionError, OpenedSession, RegistrationClosed, Sessions};

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

/// What came of a registration.
#[derive(Debug)]
pub enum SignedUp {
    /// The first session of the account.
    Session(Box<OpenedSession>),
    /// What to do next stands in a mail.
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
        origin: SessionOrigin,
        locale: Locale,
    ) -> Result<SignedUp, SignUpError> {
        self.registration.admit(&email)?;
        let token = new_token().map_err(OpenSessionError::from)?;
        if self.registration.hides_accounts {
            self.sign_up_unseen(email, password, locale, token).await?;
            return Ok(SignedUp::VerifyEmail);
        }
        let now = self.clock.now();
        let logs_in = !self.registration.requires_verified_email;
        let client = self.client(&origin, None).map_err(OpenSessionError::from)?;
        let draft = SessionDraft::new(origin, PASSWORD, now).map_err(OpenSessionError::from)?;
        let (opening, policy, mailing) = (draft.clone(), self.tokens.policy, self.mailing.clone());
        let remembered = client.clone().filter(|_| logs_in);
        let new = accounts.draft(email, password, logs_in).await?;
        let created = accounts.insert(new, move |r, user| {
            ask_to_verify(r, &mailing, user, locale, &token)?;
            remembered.as_ref().map_or(Ok(()), |client| client.remember_new(r, user, now))?;
            logs_in.then(|| open(r, user, &opening, &policy)).transpose()
        });
        let (user, session) = created.await?;
        let Some(session) = session else { return Ok(SignedUp::VerifyEmail) };
        let opened = self.tokens.make(&session, Holder::from(&user), draft.into_refresh_token(), now)?;
        let device_token = client.map(Client::into_new_device_token);
        Ok(SignedUp::Session(Box::new(OpenedSession { device_token, ..opened })))
    }

    /// As [`Sessions::sign_up`], telling nobody but the reader of the mail whether the address has an account. One that was
    /// never shown to be anybody's passes to the reader of the mail, who sets the password.
    async fn sign_up_unseen(
        &self,
        email: EmailAddress,
        password: Password,
        locale: Locale,
        token: OpaqueToken,
    ) -> Result<(), CreateAccountError> {
        let password_hash = self.hasher.hash_new(password).await?;
        let new = NewUser { email, password_hash, created_at: self.clock.now(), last_login_at: None };
        let (mailing, at) = (self.mailing.clone(), new.created_at);
        let written = self.store.write(move |r| {
            let Some(user) = or_nobody(r.users().find_by_email(new.email.canonical()))? else {
                let user = r.users().insert(new.clone())?;
                return ask_to_verify(r, &mailing, &user, locale, &token);
            };
            let is_proven = user.email_verified || !user.is_active;
            let kind = if is_proven { MailKind::AddressTaken } else { MailKind::ResetPassword };
            let mail = Mail { kind, user: Some(&user), to: &user.email, locale, at };
            if !is_proven {
                return mailing.send_token_in_time(r, &mail, MailPurpose::ResetPassword, &token);
            }
            let nobody = Mail { kind: MailKind::ResetPassword, user: None, ..mail };
            mailing.send_token(r, &nobody, MailPurpose::ResetPassword, &token, false)?;
            mailing.notify(r, &mail, None)
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
    mailing: &Mailing,
    user: &User,
    locale: Locale,
    token: &OpaqueToken,
) -> Result<(), StoreError> {
    let mail = Mail { kind: MailKind::VerifyEmail, user: Some(user), to: &user.email, locale, at: user.created_at };
    mailing.send_token_in_time(r, &mail, MailPurpose::VerifyEmail, token)
}
