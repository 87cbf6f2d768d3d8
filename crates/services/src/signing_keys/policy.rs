use std::time::Duration;

use ore_domain::{SigningKeyState, StoredSigningKey, Timestamp};
use ore_security::token::Algorithm;

/// How long others can learn a key before it signs: twice as long as they may keep an answer.
pub const PUBLISHED_BEFORE: Duration = Duration::from_mins(10);

/// How long replicas with another algorithm may go on after a change.
const CHANGE_OF_ALGORITHM: Duration = Duration::from_hours(24);

/// When keys begin to sign and stop.
#[derive(Debug, Clone, Copy)]
pub struct SigningKeyPolicy {
    /// The algorithm of new keys.
    pub algorithm: Algorithm,
    /// How long a key that signs no more is kept: the life of a token, and the leeway of clocks.
    pub kept: Duration,
    /// How long a key signs; `None` until an operator activates another.
    pub rotation: Option<Duration>,
}

/// The next step that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Make a key that signs at once, because there is none.
    Begin,
    /// Make a key that others can learn before it signs.
    Stage,
    /// Let the key of this name sign.
    Activate(String),
    /// Delete the key of this name, all of whose tokens have expired.
    Delete(String),
}

impl SigningKeyPolicy {
    /// What is due, given all keys. A replica that `starts` takes its own algorithm for the one that is wanted; others leave
    /// it at that, so that replicas with different settings do not undo each other's work.
    pub(super) fn next_step(&self, keys: &[StoredSigningKey], now: Timestamp, starts: bool) -> Option<Step> {
        let is_ours = |key: &&StoredSigningKey| key.algorithm == self.algorithm.name();
        let active = keys.iter().find(|key| key.state == SigningKeyState::Active);
        let next = || keys.iter().filter(is_ours).find(|key| key.state == SigningKeyState::Next);
        let signs = if starts { active.is_some_and(|key| is_ours(&key)) } else { self.signing(keys).is_some() };
        if !signs {
            return Some(next().map_or(Step::Begin, |key| Step::Activate(key.kid.clone())));
        }
        if let Some(key) = keys.iter().find(|key| self.has_ended(key, keys, now)) {
            return Some(Step::Delete(key.kid.clone()));
        }
        let (rotation, since) = (self.rotation?, active.filter(is_ours)?.activated_at?);
        match next() {
            None if since + rotation <= now + PUBLISHED_BEFORE => Some(Step::Stage),
            Some(key) if since + rotation <= now && is_published(key, now) => Some(Step::Activate(key.kid.clone())),
            _ => None,
        }
    }

    /// Whether no token of a key is left. One of another algorithm than the active one may still sign, where replicas have not
    /// heard of the change: it is kept for a day more, and never deleted by them.
    fn has_ended(&self, key: &StoredSigningKey, keys: &[StoredSigningKey], now: Timestamp) -> bool {
        let active = keys.iter().find(|key| key.state == SigningKeyState::Active);
        let is_of_change = active.is_none_or(|active| active.algorithm != key.algorithm);
        let kept = if is_of_change { self.kept + CHANGE_OF_ALGORITHM } else { self.kept };
        let signs = self.signing(keys).is_some_and(|signing| signing.kid == key.kid);
        !signs && key.retired_at.is_some_and(|at| at + kept <= now)
    }

    /// The key that signs: the active one, or the latest of this algorithm where the active one has another.
    pub(super) fn signing<'a>(&self, keys: &'a [StoredSigningKey]) -> Option<&'a StoredSigningKey> {
        let ours = keys.iter().filter(|key| key.algorithm == self.algorithm.name());
        ours.filter(|key| key.activated_at.is_some())
            .max_by_key(|key| (key.state == SigningKeyState::Active, key.activated_at))
    }
}

/// Whether others had the time to learn the key.
pub(super) fn is_published(key: &StoredSigningKey, now: Timestamp) -> bool {
    key.created_at + PUBLISHED_BEFORE <= now
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn now() -> Timestamp {
        "2026-11-29T10:00:00Z".parse().unwrap()
    }

    fn policy() -> SigningKeyPolicy {
        SigningKeyPolicy { algorithm: Algorithm::EdDsa, kept: Duration::from_mins(35), rotation: Some(30 * DAY) }
    }

    fn key(kid: &str, state: SigningKeyState, age: Duration) -> StoredSigningKey {
        let at = now() - age;
        let activated_at = (state != SigningKeyState::Next).then_some(at);
        let retired_at = (state == SigningKeyState::Retired).then_some(at);
        let algorithm = "EdDSA".to_owned();
        StoredSigningKey {
            kid: kid.to_owned(),
            algorithm,
            sealed: vec![],
            state,
            created_at: at,
            activated_at,
            retired_at,
        }
    }

    fn active(age: Duration) -> StoredSigningKey {
        key("active", SigningKeyState::Active, age)
    }

    fn next(age: Duration) -> StoredSigningKey {
        key("next", SigningKeyState::Next, age)
    }

    fn of_p_256(key: StoredSigningKey) -> StoredSigningKey {
        StoredSigningKey { algorithm: "ES256".to_owned(), ..key }
    }

    fn step(keys: &[StoredSigningKey]) -> Option<Step> {
        policy().next_step(keys, now(), false)
    }

    #[test]
    fn without_a_key_one_is_made_that_signs_at_once() {
        assert_eq!(step(&[]), Some(Step::Begin));
        assert_eq!(step(&[next(Duration::ZERO)]), Some(Step::Activate("next".to_owned())));
        assert_eq!(step(&[active(DAY)]), None);
    }

    #[test]
    fn the_key_that_follows_is_published_before_it_signs() {
        let almost = Duration::from_mins(30 * 24 * 60 - 10);
        assert_eq!(step(&[active(Duration::from_mins(30 * 24 * 60 - 11))]), None);
        assert_eq!(step(&[active(almost)]), Some(Step::Stage));
        assert_eq!(step(&[active(30 * DAY), next(Duration::from_mins(9))]), None);
        assert_eq!(step(&[active(30 * DAY), next(PUBLISHED_BEFORE)]), Some(Step::Activate("next".to_owned())));
        assert_eq!(step(&[active(29 * DAY), next(PUBLISHED_BEFORE)]), None);
        let by_hand = SigningKeyPolicy { rotation: None, ..policy() };
        assert_eq!(by_hand.next_step(&[active(300 * DAY), next(DAY)], now(), false), None);
    }

    #[test]
    fn a_key_is_kept_until_its_last_token_has_ended() {
        let retired = |age| key("retired", SigningKeyState::Retired, age);
        assert_eq!(step(&[active(DAY), retired(Duration::from_mins(34))]), None);
        assert_eq!(step(&[active(DAY), retired(Duration::from_mins(35))]), Some(Step::Delete("retired".to_owned())));
    }

    #[test]
    fn a_key_that_still_signs_for_some_outlives_the_change_of_the_algorithm() {
        let retired = |age| key("retired", SigningKeyState::Retired, age);
        let during = |age| policy().next_step(&[of_p_256(active(DAY)), retired(age)], now(), false);
        assert_eq!(during(3 * DAY), None);
        let of_others = SigningKeyPolicy { algorithm: Algorithm::Es256, rotation: None, ..policy() };
        let after = |age| of_others.next_step(&[of_p_256(active(DAY)), retired(age)], now(), false);
        assert_eq!(after(DAY), None);
        assert_eq!(after(2 * DAY), Some(Step::Delete("retired".to_owned())));
    }

    #[test]
    fn another_algorithm_takes_over_at_a_start_and_only_then() {
        let others = [of_p_256(active(DAY)), key("retired", SigningKeyState::Retired, Duration::from_mins(1))];
        assert_eq!(policy().next_step(&others, now(), true), Some(Step::Begin));
        assert_eq!(step(&others), None);
        assert_eq!(policy().signing(&others).unwrap().kid, "retired");
        assert_eq!(step(&[of_p_256(active(DAY))]), Some(Step::Begin));
    }
}
