use std::cell::RefCell;
use std::num::NonZeroUsize;

use lru::LruCache;
use ore_domain::{ApiKeyId, PermissionSet, ServiceAccountId, SessionId, Timestamp, UserId};
use ore_security::token::TokenDigest;
use thread_local::ThreadLocal;

use crate::change_counters::{ChangeCount, ChangeCounters};

/// Tokens for each thread, a few hundred KiB.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// Our tokens that were verified, so that not every request of a client repeats the cryptography.
///
/// The content of a token never changes. Its expiry, its session and its user are checked each time. The cache holds
/// digests and no tokens. Each thread has its own, because threads that share one wait for each other.
pub struct VerifiedTokenCache {
    capacity: NonZeroUsize,
    by_thread: ThreadLocal<RefCell<LruCache<TokenDigest, Cached>>>,
    changes: ChangeCounters,
}

/// The content of a verified token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VerifiedToken {
    pub(crate) holder: TokenHolder,
    /// In seconds since 1970, like the end.
    pub(crate) issued: u64,
    pub(crate) expires: u64,
}

/// The holder of a token, and the credential that it was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenHolder {
    /// A user in a session.
    Session {
        user: UserId,
        id: SessionId,
        /// When the user had authenticated, in seconds since 1970.
        authenticated: u64,
        /// The refresh token; `None` of an impersonation.
        generation: Option<i64>,
    },
    /// A user with a token of the release before, whose session is stored nowhere.
    User(UserId),
    /// A client that acts for itself.
    Client(TokenClient),
}

/// The service account that a token names as its client, the API key that it was made with, and what it may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenClient {
    pub(crate) account: ServiceAccountId,
    pub(crate) key: ApiKeyId,
    pub(crate) scope: PermissionSet,
}

#[derive(Clone, Copy)]
struct Cached {
    token: VerifiedToken,
    at: Timestamp,
    changes: ChangeCount,
}

/// The count of changes of the keys before a token was verified.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verification(ChangeCount);

/// Everything that tokens are verified with.
#[derive(Hash)]
struct Keys;

impl VerifiedTokenCache {
    /// Empty.
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    fn with_capacity(capacity: NonZeroUsize) -> Self {
        Self { capacity, by_thread: ThreadLocal::new(), changes: ChangeCounters::new() }
    }

    /// The content of the token, if this thread has verified it, it has not expired, and no key has changed since.
    pub(crate) fn get(&self, token: &TokenDigest, now: Timestamp) -> Option<VerifiedToken> {
        let Cached { token, at, changes } = *self.own().borrow_mut().get(token)?;
        // A clock that was put back may make a token one of the future again.
        let is_valid = at <= now && u64::try_from(now.timestamp()).is_ok_and(|now| now < token.expires);
        (is_valid && self.changes.is_unchanged(changes)).then_some(token)
    }

    /// Call this before a token is verified.
    pub(crate) fn start(&self) -> Verification {
        Verification(self.changes.of(Keys))
    }

    /// Keeps a token that was found valid.
    pub(crate) fn insert(&self, digest: TokenDigest, token: VerifiedToken, at: Timestamp, since: Verification) {
        self.own().borrow_mut().put(digest, Cached { token, at, changes: since.0 });
    }

    /// Has every token verified again, because a key has changed.
    pub fn invalidate_keys(&self) {
        self.changes.record_change(Keys);
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

    const TOKEN: VerifiedToken =
        VerifiedToken { holder: TokenHolder::User(UserId::new(7)), issued: 800, expires: 1_000 };

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
        tokens.insert(digest(token), TOKEN, at(900), tokens.start());
    }

    #[test]
    fn a_token_is_known_from_its_verification_until_its_end() {
        let tokens = with_one();
        assert_eq!(tokens.get(&digest("a"), at(900)), Some(TOKEN));
        assert_eq!(tokens.get(&digest("a"), at(1_000) - Duration::from_micros(1)), Some(TOKEN));
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
        assert_eq!(tokens.get(&digest("b"), at(900)), Some(TOKEN));
    }

    #[test]
    fn a_token_is_dropped_with_its_key() {
        let tokens = with_one();
        tokens.invalidate_keys();
        assert_eq!(tokens.get(&digest("a"), at(900)), None);
    }

    #[test]
    fn a_key_that_changes_while_a_token_is_verified_takes_it_along() {
        let tokens = VerifiedTokenCache::new();
        let start = tokens.start();
        tokens.invalidate_keys();
        tokens.insert(digest("a"), TOKEN, at(900), start);
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
