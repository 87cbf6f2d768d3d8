use std::cell::RefCell;
use std::num::NonZeroUsize;

use lru::LruCache;
use ore_domain::{Timestamp, UserId};
use ore_security::token::TokenDigest;
use thread_local::ThreadLocal;

use crate::change_counters::{ChangeCount, ChangeCounters};

/// Tokens for each thread, a few hundred KiB.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// Tokens of ours that have been verified, so that not every request of a client takes the cryptography again.
///
/// What a token says never changes; whether it has ended is looked at each time. Digests are kept, and no tokens. Each
/// thread has its own, since threads that share wait for each other.
pub struct VerifiedTokenCache {
    capacity: NonZeroUsize,
    by_thread: ThreadLocal<RefCell<LruCache<TokenDigest, Cached>>>,
    changes: ChangeCounters,
}

/// What is known of a token that was found valid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VerifiedToken<'a> {
    pub(crate) user: UserId,
    pub(crate) session: &'a str,
    pub(crate) at: Timestamp,
    /// In seconds since 1970.
    pub(crate) expires: u64,
}

/// What a token is invalidated with.
#[derive(Hash)]
enum Owner<'a> {
    Key,
    User(UserId),
    Session(&'a str),
}

#[derive(Clone, Copy)]
struct Cached {
    user: UserId,
    at: Timestamp,
    expires: u64,
    changes: [ChangeCount; 3],
}

/// How often the key had changed before a token was verified.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verification(ChangeCount);

impl VerifiedTokenCache {
    /// Empty.
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    fn with_capacity(capacity: NonZeroUsize) -> Self {
        Self { capacity, by_thread: ThreadLocal::new(), changes: ChangeCounters::new() }
    }

    /// The user of the token, if this thread found it valid, it still is, and nothing was invalidated since.
    pub(crate) fn get(&self, token: &TokenDigest, now: Timestamp) -> Option<UserId> {
        let cached = *self.own().borrow_mut().get(token)?;
        // A clock that was put back may make a token one of the future again.
        let is_valid = cached.at <= now && u64::try_from(now.timestamp()).is_ok_and(|now| now < cached.expires);
        let is_unchanged = cached.changes.into_iter().all(|count| self.changes.is_unchanged(count));
        (is_valid && is_unchanged).then_some(cached.user)
    }

    /// To be taken before a token is verified.
    pub(crate) fn start(&self) -> Verification {
        Verification(self.changes.of(Owner::Key))
    }

    /// Keeps a token that was found valid.
    pub(crate) fn insert(&self, token: TokenDigest, verified: &VerifiedToken<'_>, Verification(key): Verification) {
        let VerifiedToken { user, session, at, expires } = *verified;
        let changes = [key, self.changes.of(Owner::User(user)), self.changes.of(Owner::Session(session))];
        self.own().borrow_mut().put(token, Cached { user, at, expires, changes });
    }

    /// Every token of the user is verified again.
    pub fn invalidate_user(&self, user: UserId) {
        self.changes.note_change(Owner::User(user));
    }

    /// The tokens of the session are verified again.
    pub fn invalidate_session(&self, session: &str) {
        self.changes.note_change(Owner::Session(session));
    }

    /// Every token is verified again: a key is no longer what it was.
    pub fn invalidate_keys(&self) {
        self.changes.note_change(Owner::Key);
    }

    fn own(&self) -> &RefCell<LruCache<TokenDigest, Cached>> {
        self.by_thread.get_or(|| RefCell::new(LruCache::new(self.capacity)))
    }
}

impl Default for VerifiedTokenCache {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use chrono::{TimeZone, Utc};

    use super::*;

    const USER: UserId = UserId::new(7);
    const EXPIRES: u64 = 1_000;

    fn at(seconds: i64) -> Timestamp {
        Utc.timestamp_opt(seconds, 0).unwrap()
    }

    fn digest(token: &str) -> TokenDigest {
        TokenDigest::of(token).unwrap()
    }

    fn with_one() -> VerifiedTokenCache {
        let tokens = VerifiedTokenCache::with_capacity(NonZeroUsize::MIN);
        insert(&tokens, "a");
        tokens
    }

    fn insert(tokens: &VerifiedTokenCache, token: &str) {
        let verified = VerifiedToken { user: USER, session: "s", at: at(900), expires: EXPIRES };
        tokens.insert(digest(token), &verified, tokens.start());
    }

    #[test]
    fn a_token_is_known_from_its_verification_until_its_end() {
        let tokens = with_one();
        assert_eq!(tokens.get(&digest("a"), at(900)), Some(USER));
        assert_eq!(tokens.get(&digest("a"), at(1_000) - Duration::from_micros(1)), Some(USER));
        assert_eq!(tokens.get(&digest("a"), at(1_000)), None);
        assert_eq!(tokens.get(&digest("a"), at(899)), None);
        assert_eq!(tokens.get(&digest("a"), at(-1)), None);
    }

    #[test]
    fn no_other_token_is() {
        assert_eq!(with_one().get(&digest("a "), at(900)), None);
    }

    #[test]
    fn the_one_that_was_used_longest_ago_makes_room() {
        let tokens = with_one();
        insert(&tokens, "b");
        assert_eq!(tokens.get(&digest("a"), at(900)), None);
        assert_eq!(tokens.get(&digest("b"), at(900)), Some(USER));
    }

    #[test]
    fn a_token_is_dropped_with_its_user_its_session_and_its_key() {
        let invalidations: [fn(&VerifiedTokenCache); 3] = [
            |tokens| tokens.invalidate_user(USER),
            |tokens| tokens.invalidate_session("s"),
            VerifiedTokenCache::invalidate_keys,
        ];
        for invalidate in invalidations {
            let tokens = with_one();
            invalidate(&tokens);
            assert_eq!(tokens.get(&digest("a"), at(900)), None);
        }
    }

    #[test]
    fn a_key_that_changes_while_a_token_is_verified_takes_it_along() {
        let tokens = VerifiedTokenCache::new();
        let start = tokens.start();
        tokens.invalidate_keys();
        let verified = VerifiedToken { user: USER, session: "s", at: at(900), expires: EXPIRES };
        tokens.insert(digest("a"), &verified, start);
        assert_eq!(tokens.get(&digest("a"), at(900)), None);
    }

    #[test]
    fn each_thread_has_room_for_its_capacity_and_a_digest_takes_no_more_than_its_bytes() {
        let tokens = VerifiedTokenCache::new();
        (0..2 * CAPACITY.get()).for_each(|number| insert(&tokens, &number.to_string()));
        assert_eq!(tokens.own().borrow().len(), CAPACITY.get());
        assert!(CAPACITY.get() * (size_of::<TokenDigest>() + size_of::<Cached>()) < 1024 * 1024);
    }

    #[test]
    fn each_thread_verifies_by_itself() {
        let tokens = with_one();
        thread::scope(|scope| {
            let elsewhere = scope.spawn(|| tokens.get(&digest("a"), at(900)));
            assert_eq!(elsewhere.join().unwrap(), None);
        });
    }
}
