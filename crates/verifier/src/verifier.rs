use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use ore_security::token::{AccessClaims, SessionClaims, TokenError, TokenVerifier};

use crate::clock::unix_seconds;
use crate::feed::{Feed, read_feed};
use crate::key_set::read_key_set;
use crate::revocations::{Caps, Revocations};
use crate::settings::Settings;
use crate::swap::Swap;
use crate::{Caller, Clock, FeedError, FeedUpdate, KeySetError, KeySetUpdate, Observer, Reason, StaleRevocations};

/// Checks access tokens. Copies share keys and revocations.
#[derive(Clone)]
pub struct Verifier {
    pub(crate) shared: Arc<Shared>,
    /// The verifiers of further issuers, by what the claim `iss` says.
    pub(crate) issuers: Option<Arc<HashMap<String, Verifier>>>,
}

pub(crate) struct Shared {
    pub(crate) settings: Settings,
    clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn Observer>,
    /// With the secrets alone.
    without_key_set: TokenVerifier,
    key_set: Swap<Option<KeySet>>,
    pub(crate) revocations: Swap<Revocations>,
    #[cfg(feature = "refresh")]
    pub(crate) key_requests: Swap<Option<Arc<crate::key_requests::KeyRequests>>>,
    /// Held from reading to replacing, so that no change undoes another one.
    change: Mutex<()>,
}

/// Keys, and when the issuer said last that they are the ones.
#[derive(Clone)]
struct KeySet {
    verifier: TokenVerifier,
    /// In seconds since 1970.
    read_at: u64,
}

impl Verifier {
    pub(crate) fn new(
        settings: Settings,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, TokenError> {
        let shared = Shared {
            without_key_set: TokenVerifier::new(settings.tokens.clone(), settings.secrets.clone())?,
            settings,
            clock,
            observer,
            key_set: Swap::default(),
            revocations: Swap::default(),
            #[cfg(feature = "refresh")]
            key_requests: Swap::default(),
            change: Mutex::new(()),
        };
        Ok(Self { shared: Arc::new(shared), issuers: None })
    }

    /// The time of the verifier's clock.
    pub fn now(&self) -> SystemTime {
        self.shared.clock.now()
    }

    /// Checks a token as it was received. It waits for nothing.
    ///
    /// # Errors
    /// [`Reason`] says why it is refused.
    pub fn check(&self, token: &str, now: SystemTime) -> Result<Caller, Reason> {
        let (verifier, outcome) = match self.of_issuer(token) {
            Ok(verifier) => (verifier, verifier.shared.check(token, now)),
            Err(reason) => (self, Err(reason)),
        };
        verifier.shared.observe(&outcome);
        outcome
    }

    /// Takes over the keys of a JSON Web Key Set (RFC 7517) that the issuer has told at `now`. Keys that are not in it verify
    /// nothing from now on; keys that cannot be used are left out and counted.
    ///
    /// # Errors
    /// [`KeySetError`] when it is no key set; then the one before stays.
    pub fn replace_keys(&self, json: &[u8], now: SystemTime) -> Result<KeySetUpdate, KeySetError> {
        let (mut keys, update) = read_key_set(json)?;
        let settings = &self.shared.settings;
        keys.extend(settings.secrets.iter().cloned());
        // The leeway, which is all that can be wrong, was looked at when the verifier was built.
        let verifier = TokenVerifier::new(settings.tokens.clone(), keys).map_err(|_| KeySetError::Malformed)?;
        let _change = self.shared.change_lock();
        self.shared.key_set.set(Some(KeySet { verifier, read_at: unix_seconds(now) }));
        self.shared.observer.keys_replaced(update);
        Ok(update)
    }

    /// The issuer has said at `now` that its key set is the same as before (304).
    pub fn confirm_keys(&self, now: SystemTime) {
        let _change = self.shared.change_lock();
        if let Some(keys) = self.shared.key_set.get().as_ref() {
            self.shared.key_set.set(Some(KeySet { read_at: unix_seconds(now), ..keys.clone() }));
        }
    }

    /// Adds an answer of `GET /api/v1/auth/revocations`, envelope included, that the issuer has given at `now`. Revocations
    /// that are known stay until no token can have them any more, also when the feed starts anew.
    ///
    /// # Errors
    /// [`FeedError`]; then nothing of the answer is taken.
    pub fn apply_revocations(&self, json: &[u8], now: SystemTime) -> Result<FeedUpdate, FeedError> {
        if self.shared.settings.revocations.is_none() {
            return Err(FeedError::NotExpected);
        }
        self.apply_feed(read_feed(json)?, now)
    }

    /// The issuer has said at `now` that there is nothing new (304).
    pub fn confirm_revocations(&self, now: SystemTime) {
        let Ok(()) = self.change_revocations(|known| {
            let read_at = known.read_at.map(|_| unix_seconds(now));
            Ok::<_, Infallible>(Revocations { read_at, ..known.clone() })
        });
    }

    /// The parameter `since` of the next request to the revocation feed; none before the first answer.
    pub fn revocations_cursor(&self) -> Option<String> {
        self.shared.revocations.get().next.clone()
    }

    pub(crate) fn apply_feed(&self, feed: Feed, now: SystemTime) -> Result<FeedUpdate, FeedError> {
        let update = FeedUpdate {
            received: feed.revoked.len() + feed.users.len(),
            next: feed.next.clone().into_text(),
            poll_after: feed.poll_after_seconds.map(Duration::from_secs),
        };
        let longest_life = self.shared.settings.longest_token_life;
        self.change_revocations(|known| known.merged_with(feed, longest_life, Caps::MAXIMUM, unix_seconds(now)))?;
        self.shared.observer.revocations_applied(&update);
        Ok(update)
    }

    fn change_revocations<E>(&self, change: impl FnOnce(&Revocations) -> Result<Revocations, E>) -> Result<(), E> {
        let _change = self.shared.change_lock();
        let changed = change(&self.shared.revocations.get())?;
        self.shared.revocations.set(changed);
        Ok(())
    }
}

impl Shared {
    pub(crate) fn change_lock(&self) -> MutexGuard<'_, ()> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn observe(&self, outcome: &Result<Caller, Reason>) {
        self.observer.checked(outcome.as_ref().map(|_| ()).map_err(|reason| *reason));
    }

    pub(crate) fn check(&self, token: &str, now: SystemTime) -> Result<Caller, Reason> {
        let claims = self.verify(token, now)?;
        self.check_revocations(&claims, unix_seconds(now))?;
        Ok(claims.into())
    }

    fn verify(&self, token: &str, now: SystemTime) -> Result<AccessClaims<SessionClaims>, Reason> {
        let key_set = self.key_set.get();
        let (verifier, lack) = match key_set.as_ref() {
            Some(keys) if !self.is_stale(Some(keys.read_at), unix_seconds(now)) => (&keys.verifier, None),
            Some(_) => (&self.without_key_set, Some(Reason::KeysStale)),
            None => (&self.without_key_set, Some(Reason::KeysUnavailable)),
        };
        match (verifier.verify(token, now), lack) {
            (Ok(claims), _) => Ok(claims),
            // There may be such a key in the set that is missing.
            (Err(_), Some(lack)) if self.settings.secrets.is_empty() => Err(lack),
            (Err(TokenError::WrongAlgorithm), Some(Reason::KeysStale)) => Err(Reason::KeysStale),
            (Err(error), _) => Err(error.into()),
        }
    }

    fn check_revocations(&self, claims: &AccessClaims<SessionClaims>, now: u64) -> Result<(), Reason> {
        let Some(when_stale) = self.settings.revocations else { return Ok(()) };
        if claims.exp - claims.iat > self.settings.longest_token_life {
            return Err(Reason::LifetimeTooLong);
        }
        let revocations = self.revocations.get();
        revocations.check(claims)?;
        let is_refused = when_stale == StaleRevocations::Refuse && self.is_stale(revocations.read_at, now);
        if is_refused { Err(Reason::RevocationsStale) } else { Ok(()) }
    }

    fn is_stale(&self, read_at: Option<u64>, now: u64) -> bool {
        read_at.is_none_or(|read_at| now.saturating_sub(read_at) > self.settings.max_stale)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").field("settings", &self.shared.settings.tokens).finish_non_exhaustive()
    }
}
