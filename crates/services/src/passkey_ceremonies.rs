use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ore_domain::{CeremonyId, Repositories, Store, StoreError, StoreExt, Timestamp, UserId};
use ore_passkeys::{RelyingParty, StartedCeremony};
use ore_security::key_ring::SealingKeys;
use ore_security::random::random_bytes;
use ore_security::sealing::SealingError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{PasskeyError, PasskeyRefusal};

/// The ceremonies of passkeys. Each is sealed and in the hands of its client, so that it costs nothing to begin one, and
/// any replica brings it to its end; there it counts once.
#[derive(Clone)]
pub struct PasskeyCeremonies(Arc<Ceremonies>);

struct Ceremonies {
    party: RelyingParty,
    keys: SealingKeys,
}

/// The options for the browser.
#[derive(Debug)]
pub struct PasskeyOptions {
    /// The options in the JSON of `WebAuthn` level 3 (5.1.8 and 5.1.9).
    pub public_key: Value,
    /// The ceremony, sealed, which is to come back with the answer of the browser.
    pub ceremony: String,
}

/// The purpose of a ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Creating a passkey of this user.
    Registration(UserId),
    /// Authenticating with any passkey.
    Authentication,
}

/// A ceremony as it is sealed.
#[derive(Serialize, Deserialize)]
struct SealedCeremony {
    id: String,
    /// In seconds since 1970.
    expires_at: i64,
    /// JSON, of which only the relying party knows what it says.
    state: String,
}

/// A ceremony that comes to its end.
#[derive(Debug)]
pub(crate) struct OpenedCeremony {
    pub(crate) id: CeremonyId,
    pub(crate) state: Vec<u8>,
    expires_at: Timestamp,
}

impl PasskeyCeremonies {
    /// How long a challenge counts, and a browser waits for its user.
    pub const LIFETIME: Duration = Duration::from_mins(5);

    /// Of this relying party, sealed with these keys, which all replicas share.
    pub fn new(party: RelyingParty, keys: SealingKeys) -> Self {
        Self(Arc::new(Ceremonies { party, keys }))
    }

    pub(crate) fn party(&self) -> &RelyingParty {
        &self.0.party
    }

    /// Asks for any passkey of this site.
    ///
    /// # Errors
    /// [`PasskeyError::CannotBegin`], [`PasskeyError::Sealing`], [`PasskeyError::Randomness`].
    pub(crate) fn begin_authentication(&self, now: Timestamp) -> Result<PasskeyOptions, PasskeyError> {
        self.seal(self.party().start_authentication()?, Purpose::Authentication, now)
    }

    pub(crate) fn seal(
        &self,
        started: StartedCeremony,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<PasskeyOptions, PasskeyError> {
        let sealed = SealedCeremony {
            id: CeremonyId::from_random_bytes(random_bytes()?).to_string(),
            expires_at: (now + Self::LIFETIME).timestamp(),
            state: String::from_utf8(started.state).map_err(|_| SealingError::WrongKey)?,
        };
        let plain = serde_json::to_vec(&sealed).map_err(|_| SealingError::WrongKey)?;
        let sealed = self.0.keys.seal(&plain, purpose.context().as_bytes())?;
        Ok(PasskeyOptions { public_key: started.public_key, ceremony: URL_SAFE_NO_PAD.encode(sealed) })
    }

    /// The ceremony of this text, if it is for this and not too old.
    pub(crate) fn open(&self, text: &str, purpose: Purpose, now: Timestamp) -> Result<OpenedCeremony, PasskeyRefusal> {
        let opened = self.try_open(text, purpose).filter(|opened| now <= opened.expires_at);
        opened.ok_or(PasskeyRefusal::Ceremony)
    }

    fn try_open(&self, text: &str, purpose: Purpose) -> Option<OpenedCeremony> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = self.0.keys.open(&sealed, purpose.context().as_bytes()).ok()?;
        let SealedCeremony { id, expires_at, state } = serde_json::from_slice(&plain).ok()?;
        let expires_at = Timestamp::from_timestamp(expires_at, 0)?;
        Some(OpenedCeremony { id: id.parse().ok()?, state: state.into_bytes(), expires_at })
    }
}

impl OpenedCeremony {
    /// Spends the ceremony, and answers what `find` reads before.
    pub(crate) async fn spend<T: Send + 'static>(
        &self,
        store: &dyn Store,
        find: impl Fn(&mut dyn Repositories) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, PasskeyError> {
        // Longer than it counts, since clocks of replicas differ.
        let (id, until) = (self.id, self.expires_at + PasskeyCeremonies::LIFETIME);
        let spent = store.write_once(move |r| {
            let found = find(r)?;
            Ok::<_, StoreError>((found, r.passkeys().spend_ceremony(id, until)?))
        });
        let (found, is_new) = spent.await?;
        if is_new { Ok(found) } else { Err(PasskeyRefusal::Replayed.into()) }
    }
}

impl Purpose {
    /// The context to which the seal is bound.
    fn context(self) -> String {
        match self {
            Self::Registration(user) => format!("registration of {user}"),
            Self::Authentication => "authentication".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use ore_passkeys::RelyingPartyOptions;
    use ore_security::key_ring::KeyRing;

    use super::*;

    fn ceremonies(secret: u8) -> PasskeyCeremonies {
        let origin = "https://api.example.org".parse().unwrap();
        let (id, name) = ("api.example.org".to_owned(), "Test".to_owned());
        let (other_origins, timeout) = (Vec::new(), PasskeyCeremonies::LIFETIME);
        let options = RelyingPartyOptions { id, name, origin, other_origins, takes_any_port: false, timeout };
        let keys = KeyRing::new([secret; 32], []).sealing("ore passkeys");
        PasskeyCeremonies::new(RelyingParty::new(&options).unwrap(), keys)
    }

    #[test]
    fn a_ceremony_counts_for_five_minutes_and_its_purpose_alone() {
        let (ceremonies, now) = (ceremonies(1), DateTime::UNIX_EPOCH);
        let text = ceremonies.begin_authentication(now).unwrap().ceremony;
        let open = |text: &str, purpose, now| ceremonies.open(text, purpose, now).map(|opened| opened.id);
        let end = now + PasskeyCeremonies::LIFETIME;
        assert!(open(&text, Purpose::Authentication, end).is_ok());
        for (text, purpose, now) in [
            (text.as_str(), Purpose::Authentication, end + Duration::from_secs(1)),
            (&text, Purpose::Registration(UserId::new(1)), now),
            (&format!("{text}AAAA"), Purpose::Authentication, now),
            ("", Purpose::Authentication, now),
            ("*", Purpose::Authentication, now),
        ] {
            assert_eq!(open(text, purpose, now), Err(PasskeyRefusal::Ceremony), "{text} {purpose:?}");
        }
    }

    #[test]
    fn a_registration_is_for_its_user_and_the_keys_it_was_sealed_with() {
        let (ours, now) = (ceremonies(1), DateTime::UNIX_EPOCH);
        let purpose = Purpose::Registration(UserId::new(1));
        let started = ours.party().start_authentication().unwrap();
        let text = ours.seal(started, purpose, now).unwrap().ceremony;
        assert!(ours.open(&text, purpose, now).is_ok());
        let refused = |ceremonies: PasskeyCeremonies, purpose| ceremonies.open(&text, purpose, now).is_err();
        assert!(refused(ours.clone(), Purpose::Registration(UserId::new(11))));
        assert!(refused(ours.clone(), Purpose::Authentication));
        assert!(refused(ceremonies(2), purpose));
    }
}
