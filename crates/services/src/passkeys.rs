use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    AuditAction, AuditOrigin, Clock, Constraint, Factors, MailKind, NewPasskey, Passkey, PasskeyId, Repositories,
    Session, Store, StoreError, StoreExt, Timestamp, User, UserHandle, UserId,
};
use ore_passkeys::{PasskeyAccount, RegisteredPasskey};
use ore_security::random::random_bytes;

use crate::audit::{Act, AuditWriter};
use crate::passkey_ceremonies::Purpose;
use crate::readable::or_nobody;
use crate::second_factors::{add_factors, remove_factors, send_notice};
use crate::{
    Mailer, OwnSession, PasskeyCeremonies, PasskeyError, PasskeyOptions, PasskeyProof, PasskeyRefusal, RecoveryCodes,
    SecondFactorPolicy,
};

/// The passkeys of users.
pub struct Passkeys {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// `None` where nobody knows which site passkeys would be for.
    ceremonies: Option<PasskeyCeremonies>,
    /// A session that is idle for this time has ended.
    idle: Duration,
    mailer: Mailer,
    audit: AuditWriter,
    policy: SecondFactorPolicy,
}

/// A passkey that is to be stored.
#[derive(Debug)]
pub struct PasskeyRequest {
    /// The answer of the authenticator.
    pub proof: PasskeyProof,
    /// The name that the user chose.
    pub name: String,
}

impl PasskeyRequest {
    /// The default name of a passkey: the names of the browser and the system.
    pub fn default_name(origin: &AuditOrigin) -> String {
        let device = origin.client.device.trim();
        if device.is_empty() { "Passkey".to_owned() } else { device.chars().take(Passkey::MAX_NAME_LENGTH).collect() }
    }
}

/// A passkey that was stored.
#[derive(Debug)]
pub struct CreatedPasskey {
    /// The passkey.
    pub passkey: Passkey,
    /// The codes that get its user in without it, where it is the first second factor.
    pub recovery_codes: Option<RecoveryCodes>,
}

impl Passkeys {
    /// Over the given ports; sessions that are not used for `idle` have ended.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ceremonies: Option<PasskeyCeremonies>,
        idle: Duration,
        mailer: Mailer,
    ) -> Self {
        let audit = AuditWriter::new(Arc::clone(&store));
        Self { store, clock, ceremonies, idle, mailer, audit, policy: SecondFactorPolicy::default() }
    }

    /// The same, where this says who must have a second factor.
    #[must_use]
    pub fn with_policy(self, policy: SecondFactorPolicy) -> Self {
        Self { policy, ..self }
    }

    /// Asks an authenticator of a user to make a passkey.
    ///
    /// # Errors
    /// [`PasskeyError::NotConfigured`], [`PasskeyError::TooMany`], [`PasskeyError::CannotBegin`],
    /// [`PasskeyError::Sealing`], [`PasskeyError::Randomness`], [`PasskeyError::Store`].
    pub async fn registration_options(&self, user: &User) -> Result<PasskeyOptions, PasskeyError> {
        let (ceremonies, id) = (self.ceremonies()?, user.id);
        let new = UserHandle(random_bytes()?);
        let found = self.store.write(move |r| {
            let passkeys = r.passkeys().passkeys_of_user(id)?;
            require_room(&passkeys)?;
            Ok::<_, PasskeyError>((r.passkeys().user_handle(id, new)?, passkeys))
        });
        let (handle, passkeys) = found.await?;
        let credential_ids: Vec<_> = passkeys.into_iter().map(|passkey| passkey.credential_id).collect();
        let name = user.email.as_str();
        let display_name = user.profile.display_name.as_deref().filter(|it| !it.is_empty()).unwrap_or(name);
        let account = PasskeyAccount { handle: handle.0, name, display_name, credential_ids: &credential_ids };
        let started = ceremonies.party().start_registration(&account)?;
        ceremonies.seal(started, Purpose::Registration(user.id), self.clock.now())
    }

    /// Stores the passkey that an authenticator has made.
    ///
    /// # Errors
    /// As [`PasskeyError`] says.
    pub async fn register(
        &self,
        own: OwnSession,
        request: PasskeyRequest,
        origin: &AuditOrigin,
    ) -> Result<CreatedPasskey, PasskeyError> {
        let act = Act::new(AuditAction::CreatePasskey, origin).about_user(own.user);
        let registered = self.register_in(own, request, act.clone()).await;
        self.audit.record(&act, registered, self.clock.now()).await
    }

    async fn register_in(
        &self,
        own: OwnSession,
        PasskeyRequest { proof, name }: PasskeyRequest,
        act: Act,
    ) -> Result<CreatedPasskey, PasskeyError> {
        let (ceremonies, now) = (self.ceremonies()?, self.clock.now());
        let ceremony = ceremonies.open(&proof.ceremony, Purpose::Registration(own.user), now)?;
        ceremony.spend(&*self.store, |_| Ok(())).await?;
        let registered = ceremonies.party().finish_registration(&proof.credential, &ceremony.state);
        let registered = registered.map_err(|fault| PasskeyRefusal::Fault(fault, Some(own.user)))?;
        let RegisteredPasskey { credential_id, record, counter } = registered;
        let id = PasskeyId::from_random_bytes(random_bytes()?);
        let passkey = Passkey { id, user_id: own.user, credential_id, name, created_at: now, last_used_at: None };
        let new = NewPasskey { passkey, record, counter, is_proven: false };
        let codes = RecoveryCodes::generate()?;
        let passkey = new.passkey.clone();
        let is_first = self.store.write(self.storing(own, new, codes.clone(), act, now)).await?;
        Ok(CreatedPasskey { passkey, recovery_codes: is_first.then_some(codes) })
    }

    /// A body that stores a passkey with its consequences, and returns whether it is the first second factor of its user.
    fn storing(
        &self,
        own: OwnSession,
        new: NewPasskey,
        codes: RecoveryCodes,
        act: Act,
        now: Timestamp,
    ) -> impl FnMut(&mut dyn Repositories) -> Result<bool, PasskeyError> + Send + 'static {
        let (idle, mailer) = (self.idle, self.mailer.clone());
        move |r| {
            let (user, session) = find(r, own, now, idle)?;
            if user.factors.has_second_factor() && !session.amr.has_second_factor() {
                return Err(PasskeyRefusal::NotShown(user.id).into());
            }
            require_room(&r.passkeys().passkeys_of_user(user.id)?)?;
            let new = NewPasskey { is_proven: user.email_verified, ..new.clone() };
            match r.passkeys().insert_passkey(&new) {
                Err(StoreError::Conflict(Constraint::Passkey)) => return Err(PasskeyRefusal::Taken(user.id).into()),
                inserted => inserted?.invalidate(r),
            }
            let is_first = add_factors(r, &user, Factors { passkey: true, ..user.factors }, &codes, now)?;
            act.succeed(r, now)?;
            send_notice(r, &mailer, MailKind::SecondFactorAdded, &user, own.locale, now)?;
            Ok(is_first)
        }
    }

    /// All that is stored of a user: the passkeys, and what authenticators know the user by.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn all_of_user(&self, user: UserId) -> Result<(Vec<Passkey>, Option<UserHandle>), StoreError> {
        self.store.read(move |r| Ok((r.passkeys().passkeys_of_user(user)?, r.passkeys().find_user_handle(user)?))).await
    }

    /// The passkeys of a user, in the order in which they were made.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list(&self, user: UserId) -> Result<Vec<Passkey>, StoreError> {
        self.store.read(move |r| r.passkeys().passkeys_of_user(user)).await
    }

    /// Gives a passkey of a user another name.
    ///
    /// # Errors
    /// [`PasskeyError::NotFound`], [`PasskeyError::Store`].
    pub async fn rename(
        &self,
        user: UserId,
        id: PasskeyId,
        name: String,
        origin: &AuditOrigin,
    ) -> Result<Passkey, PasskeyError> {
        let (act, now) = (act_at(AuditAction::UpdatePasskey, origin, user, id), self.clock.now());
        let done = act.clone();
        let renamed = self.store.write(move |r| {
            let renamed = r.passkeys().rename_passkey(user, id, &name)?.ok_or(PasskeyError::NotFound)?;
            done.succeed(r, now)?;
            Ok(renamed)
        });
        self.audit.record(&act, renamed.await, now).await
    }

    /// Deletes a passkey of a user, which is refused from now on.
    ///
    /// # Errors
    /// [`PasskeyError::NotFound`], [`PasskeyError::FactorRequired`], [`PasskeyError::Store`].
    pub async fn delete(&self, own: OwnSession, id: PasskeyId, origin: &AuditOrigin) -> Result<(), PasskeyError> {
        let (act, now) = (act_at(AuditAction::DeletePasskey, origin, own.user, id), self.clock.now());
        let (done, mailer, policy, idle) = (act.clone(), self.mailer.clone(), self.policy.clone(), self.idle);
        let deleted = self.store.write(move |r| {
            let (user, _) = find(r, own, now, idle)?;
            if !r.passkeys().delete_passkey(user.id, id)?.invalidate(r) {
                return Err(PasskeyError::NotFound);
            }
            let passkey = !r.passkeys().passkeys_of_user(user.id)?.is_empty();
            let left = Factors { passkey, ..user.factors };
            if !left.has_second_factor() && policy.requires(&user) {
                return Err(PasskeyError::FactorRequired);
            }
            remove_factors(r, &user, left, now)?;
            done.succeed(r, now)?;
            Ok(send_notice(r, &mailer, MailKind::SecondFactorRemoved, &user, own.locale, now)?)
        });
        self.audit.record(&act, deleted.await, now).await
    }

    fn ceremonies(&self) -> Result<&PasskeyCeremonies, PasskeyError> {
        self.ceremonies.as_ref().ok_or(PasskeyError::NotConfigured)
    }
}

/// The user, who is locked, and the session of a call, if that still counts. The user first: what ends the session and takes
/// factors away holds the row.
fn find(
    r: &mut dyn Repositories,
    own: OwnSession,
    now: Timestamp,
    idle: Duration,
) -> Result<(User, Session), PasskeyError> {
    let user = or_nobody(r.users().find(own.user))?.ok_or(PasskeyError::EndedSession)?;
    let found = r.sessions().find_with_user(own.session)?.map(|(session, _)| session);
    let is_valid = |found: &Session| found.user_id == user.id && found.is_valid(&user, now, now - idle);
    let session = found.filter(is_valid).ok_or(PasskeyError::EndedSession)?;
    Ok((user, session))
}

fn require_room(passkeys: &[Passkey]) -> Result<(), PasskeyError> {
    if passkeys.len() < Passkey::LIMIT { Ok(()) } else { Err(PasskeyError::TooMany) }
}

fn act_at(action: AuditAction, origin: &AuditOrigin, user: UserId, id: PasskeyId) -> Act {
    let details = serde_json::json!({ "passkey": id.to_string() });
    Act::new(action, origin).about_user(user).with_details(details)
}
