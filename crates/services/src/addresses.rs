use ore_domain::{
    AuditAction, AuditOrigin, Constraint, EmailAddress, Locale, MailKind, MailPurpose, Password, Repositories,
    SessionId, SessionOrigin, StoreError, StoreExt, Timestamp, TokenHash, User, UserId,
};
use ore_security::opaque_token::OpaqueToken;
use ore_security::password::Verification;

use crate::audit::Act;
use crate::mail_token_error::{find, parse};
use crate::mailer::{Mail, new_token};
use crate::own_password::Call;
use crate::readable::or_nobody;
use crate::throttle::Attempt;
use crate::{MailTokenError, Mailer, OpenSessionError, OwnPasswordError, RequestMailError, Sessions};

/// How somebody who shows a link shows to be the user of the account: either suffices.
pub struct LinkProof {
    /// The user of the session of the call.
    pub session: Option<UserId>,
    /// A password.
    pub password: Option<Password>,
}

impl Sessions {
    /// Writes to this address once more how to show that it is the user's, if that is still to be shown. The same work for
    /// every address.
    ///
    /// # Errors
    /// As [`RequestMailError`] says.
    pub async fn resend_verification(
        &self,
        email: EmailAddress,
        locale: Locale,
        origin: &AuditOrigin,
    ) -> Result<(), RequestMailError> {
        let act = self.audit.act_at(AuditAction::ResendVerification, origin, email.canonical());
        let (mailer, token, at) = (self.mailer.clone(), new_token()?, self.clock.now());
        let written = self.store.write(move |r| {
            let user = or_nobody(r.users().find_by_email(email.canonical()))?;
            r.audit_log().append(&act.success_at(user.as_ref(), at))?;
            let user = user.filter(|user| user.is_active && !user.email_verified);
            let to = user.as_ref().map_or(&email, |user| &user.email);
            let mail = Mail { kind: MailKind::VerifyEmail, user: user.as_ref(), to, locale, at };
            mailer.send_token_in_time(r, &mail, MailPurpose::VerifyEmail, &token)
        });
        Ok(written.await?)
    }

    /// Writes to a new address how to show that it is the user's, which then makes it the account's. The present address is
    /// told. If the new one has an account, its owner is told instead, and nobody else learns of it.
    ///
    /// # Errors
    /// As [`OwnPasswordError`] says.
    pub async fn request_address_change(
        &self,
        user: UserId,
        session: SessionId,
        new: EmailAddress,
        password: Password,
        locale: Locale,
        origin: &AuditOrigin,
    ) -> Result<(), OwnPasswordError> {
        let act = Act::new(AuditAction::ChangeEmail, origin).about_user(user);
        let admitted = self.registration.admit_address(&new).map_err(OwnPasswordError::from);
        self.audit.record(&act, admitted, self.clock.now()).await?;
        let call = self.start_call(user, session, &act).await?;
        let attempt = call.attempt.clone();
        let requested = self.request_address_change_in(call, new, password, locale, act.clone()).await;
        self.settle(attempt, requested, &act).await
    }

    async fn request_address_change_in(
        &self,
        call: Call,
        new: EmailAddress,
        password: Password,
        locale: Locale,
        act: Act,
    ) -> Result<(), OwnPasswordError> {
        self.require_password(&call, password).await?;
        let (token, mailer) = (new_token().map_err(OpenSessionError::from)?, self.mailer.clone());
        let written = self.store.write(move |r| {
            call.find_session(r)?;
            act.succeed(r, call.now)?;
            let change = AddressChange { user: &call.user, new: &new, locale, at: call.now };
            Ok::<_, OwnPasswordError>(change.write(r, &mailer, &token)?)
        });
        written.await
    }

    /// Marks the address to which the token was sent as verified, or gives the account the new address. If the client
    /// has not authenticated as the user, the token stays valid and nothing changes: nobody is to verify an account
    /// that a stranger has registered with their address.
    ///
    /// # Errors
    /// As [`MailTokenError`] says.
    pub async fn verify_address(
        &self,
        token: &str,
        proof: LinkProof,
        origin: &AuditOrigin,
        locale: Locale,
    ) -> Result<User, MailTokenError> {
        let act = Act::new(AuditAction::VerifyEmail, origin);
        let began = self.begin_verification(token, proof, &act, locale).await;
        let (user, hash, password, attempt) = match self.audit.record(&act, began, self.clock.now()).await? {
            AddressProof::Done(user) => return Ok(*user),
            AddressProof::Password { user, hash, password, attempt } => (user, hash, password, attempt.map(|it| *it)),
        };
        let verified = match self.verify(password, Some(&user)).await {
            Ok(Verification::Match { .. }) => self.verify_address_with(hash, attempt.clone(), locale, &act).await,
            Ok(_) => Err(MailTokenError::SignInRequired(user.id)),
            Err(error) => Err(error.into()),
        };
        self.settle(attempt, verified, &act).await
    }

    /// All that does not need the password to be compared.
    async fn begin_verification(
        &self,
        token: &str,
        proof: LinkProof,
        act: &Act,
        locale: Locale,
    ) -> Result<AddressProof, MailTokenError> {
        let (hash, now) = (parse(token)?, self.clock.now());
        let (_, user) = self.store.read(move |r| require_address(find(r, hash, now)?)).await?;
        if proof.session == Some(user.id) {
            return Ok(AddressProof::Done(Box::new(self.verify_address_with(hash, None, locale, act).await?)));
        }
        let password = proof.password.ok_or(MailTokenError::SignInRequired(user.id))?;
        let attempt = self.start_attempt(&user, act.client()).await?.map(Box::new);
        Ok(AddressProof::Password { user: Box::new(user), hash, password, attempt })
    }

    /// An attempt at the password of a user, where they are counted.
    async fn start_attempt(&self, user: &User, origin: &SessionOrigin) -> Result<Option<Attempt>, MailTokenError> {
        let (Some(throttle), Some(client)) = (self.throttle.clone(), self.client(origin, None)?) else {
            return Ok(None);
        };
        let (user, now) = (user.clone(), self.clock.now());
        let started = self.store.write_once(move |r| {
            throttle.start::<MailTokenError>(r, (user.email.canonical(), Some(&user)), &client, now)
        });
        started.await.map(Some)
    }

    async fn verify_address_with(
        &self,
        hash: TokenHash,
        attempt: Option<Attempt>,
        locale: Locale,
        act: &Act,
    ) -> Result<User, MailTokenError> {
        let (now, mailer, act) = (self.clock.now(), self.mailer.clone(), act.clone());
        let verified = self.store.write(move |r| {
            let (purpose, user) = require_address(find(r, hash, now)?)?;
            if !r.outbox().spend_token(hash)? {
                return Err(MailTokenError::Invalid(Some(user.id)));
            }
            match &attempt {
                // A password alone forgets nothing of a user who has a second factor.
                Some(attempt) if user.factors.has_second_factor() => {
                    r.login_failures().withdraw_attempt(&attempt.started)?;
                }
                Some(attempt) => r.login_failures().reset_failures(&attempt.started)?,
                None => {}
            }
            let address = if let MailPurpose::ChangeEmail(new) = purpose {
                change_address(r, &user, &new)?;
                let mail = Mail { kind: MailKind::AddressChanged, user: Some(&user), to: &user.email, locale, at: now };
                mailer.notify(r, &mail, Some(&new))?;
                new
            } else {
                user.email.clone()
            };
            r.users().set_verified_email(user.id, Some(address.canonical()))?.invalidate(r);
            r.audit_log().append(&act.success_by(user.id, None, now))?;
            or_nobody(r.users().find(user.id))?.ok_or(MailTokenError::Invalid(Some(user.id)))
        });
        verified.await
    }
}

/// How far it can be shown that an address is the user's.
enum AddressProof {
    /// All the way.
    Done(Box<User>),
    /// The password is to be compared.
    Password { user: Box<User>, hash: TokenHash, password: Password, attempt: Option<Box<Attempt>> },
}

struct AddressChange<'a> {
    user: &'a User,
    new: &'a EmailAddress,
    locale: Locale,
    at: Timestamp,
}

impl AddressChange<'_> {
    /// The token of an address that is another's is stored as any other, and sent to nobody.
    fn write(&self, r: &mut dyn Repositories, mailer: &Mailer, token: &OpaqueToken) -> Result<(), StoreError> {
        let Self { user, new, locale, at } = *self;
        let owner = or_nobody(r.users().find_by_email(new.canonical()))?.filter(|owner| owner.id != user.id);
        let confirmation = Mail { kind: MailKind::ConfirmAddressChange, user: Some(user), to: new, locale, at };
        if mailer.is_too_soon(r, &confirmation)? {
            return Ok(());
        }
        let purpose = MailPurpose::ChangeEmail(new.clone());
        mailer.send_token(r, &confirmation, purpose, token, owner.is_none())?;
        let notice = Mail { kind: MailKind::AddressChangeRequested, to: &user.email, ..confirmation };
        mailer.notify(r, &notice, Some(new))?;
        let Some(owner) = owner else { return Ok(()) };
        let warning = Mail { kind: MailKind::AddressTaken, user: Some(&owner), to: &owner.email, locale, at };
        mailer.notify(r, &warning, None)
    }
}

/// Sessions go on; tokens in mails to the address from before do not.
fn change_address(r: &mut dyn Repositories, user: &User, new: &EmailAddress) -> Result<(), MailTokenError> {
    match r.users().set_email(user.id, new) {
        Ok(changed) => changed.invalidate(r),
        // Somebody else has it by now.
        Err(StoreError::Conflict(Constraint::UserEmail)) => return Err(MailTokenError::Invalid(Some(user.id))),
        Err(error) => return Err(error.into()),
    };
    r.sessions().keep_after_credential_change(user.id, user.credentials_changed_at)?.invalidate(r);
    Ok(())
}

fn require_address((purpose, user): (MailPurpose, User)) -> Result<(MailPurpose, User), MailTokenError> {
    if purpose == MailPurpose::ResetPassword {
        return Err(MailTokenError::Invalid(Some(user.id)));
    }
    Ok((purpose, user))
}
