use ore_domain::{
    Locale, MailKind, PasskeyUse, Repositories, StoreError, StoreExt, StoredPasskey, Timestamp, User, UserId,
};
use ore_passkeys::{PasskeyFault, PresentedPasskey, VerifiedAssertion};
use serde_json::Value;

use crate::mailer::Mail;
use crate::passkey_ceremonies::Purpose;
use crate::readable::or_nobody;
use crate::{PasskeyCeremonies, PasskeyError, PasskeyOptions, PasskeyRefusal, Sessions};

/// The proof that somebody holds a passkey.
#[derive(Debug, Clone)]
pub struct PasskeyProof {
    /// The answer of the browser, in the JSON of `WebAuthn` level 3 (5.1).
    pub credential: Value,
    /// The ceremony that it belongs to.
    pub ceremony: String,
}

/// A checked passkey and its user. It counts once [`VerifiedPasskey::record`] has recorded its use.
#[derive(Clone)]
pub(crate) struct VerifiedPasskey {
    pub(crate) user: User,
    passkey_use: PasskeyUse,
}

impl Sessions {
    /// Asks for any passkey of this site: to log in, and wherever a passkey is taken as a proof.
    ///
    /// # Errors
    /// [`PasskeyError::NotConfigured`], [`PasskeyError::CannotBegin`], [`PasskeyError::Sealing`],
    /// [`PasskeyError::Randomness`].
    pub fn passkey_options(&self) -> Result<PasskeyOptions, PasskeyError> {
        self.ceremonies()?.begin_authentication(self.clock.now())
    }

    /// The origins of pages that may ask for passkeys of this site; `None` where there are no passkeys.
    pub fn passkey_origins(&self) -> Option<Vec<String>> {
        self.passkeys.as_ref().map(|ceremonies| ceremonies.party().origins())
    }

    /// Judges what somebody shows, who is to be `user`, if that is known.
    pub(crate) async fn check_passkey(
        &self,
        proof: &PasskeyProof,
        user: Option<UserId>,
        locale: Locale,
    ) -> Result<VerifiedPasskey, PasskeyError> {
        let (ceremonies, now) = (self.ceremonies()?, self.clock.now());
        let ceremony = ceremonies.open(&proof.ceremony, Purpose::Authentication, now)?;
        let presented = PresentedPasskey::parse(&proof.credential);
        let presented = presented.map_err(|fault| PasskeyRefusal::Fault(fault, user))?;
        let credential_id = presented.credential_id().to_vec();
        let found = ceremony.spend(&*self.store, move |r| find(r, &credential_id)).await?;
        let (stored, holder) = found.ok_or(PasskeyRefusal::Unknown)?;
        if user.is_some_and(|user| user != holder.id) {
            return Err(PasskeyRefusal::OfAnother(holder.id).into());
        }
        if presented.user_handle() != Some(stored.user_handle.0.as_slice()) {
            return Err(PasskeyRefusal::WrongHandle(holder.id).into());
        }
        let judged = ceremonies.party().finish_authentication(&presented, &ceremony.state, &stored.record);
        match judged {
            Ok(asserted) => Ok(VerifiedPasskey::new(holder, &stored, asserted, now)),
            Err(fault) => {
                if fault == PasskeyFault::Cloned {
                    self.send_clone_notice(&holder, locale, now).await?;
                }
                Err(PasskeyRefusal::Fault(fault, Some(holder.id)).into())
            }
        }
    }

    fn ceremonies(&self) -> Result<&PasskeyCeremonies, PasskeyError> {
        self.passkeys.as_ref().ok_or(PasskeyError::NotConfigured)
    }

    /// Writes to the user of a passkey that its counter did not rise.
    async fn send_clone_notice(&self, user: &User, locale: Locale, at: Timestamp) -> Result<(), StoreError> {
        let (mailer, user) = (self.mailer.clone(), user.clone());
        let written = self.store.write(move |r| {
            let (kind, to) = (MailKind::PasskeyCloned, &user.email);
            mailer.notify(r, &Mail { kind, user: Some(&user), to, locale, at }, None)
        });
        written.await
    }
}

fn find(r: &mut dyn Repositories, credential_id: &[u8]) -> Result<Option<(StoredPasskey, User)>, StoreError> {
    let Some(stored) = r.passkeys().find_passkey(credential_id)? else { return Ok(None) };
    let user = or_nobody(r.users().find(stored.passkey.user_id))?;
    Ok(user.map(|user| (stored, user)))
}

impl VerifiedPasskey {
    fn new(
        user: User,
        stored: &StoredPasskey,
        VerifiedAssertion { record, counter }: VerifiedAssertion,
        at: Timestamp,
    ) -> Self {
        Self { user, passkey_use: PasskeyUse { id: stored.passkey.id, record, counter, at } }
    }

    /// Records the use; `false` when the passkey is gone by now, or was used elsewhere with the same counter.
    pub(crate) fn record(&self, r: &mut dyn Repositories) -> Result<bool, StoreError> {
        r.passkeys().record_passkey_use(&self.passkey_use)
    }
}
