use std::cell::RefCell;
use std::num::NonZeroUsize;

use lru::LruCache;
use ore_domain::{Timestamp, UserId};
use ore_security::token::TokenDigest;
use thread_local::ThreadLocal;

/// Tokens for each thread, a few hundred KiB.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// Tokens of ours that have been verified, so that not every request of a client takes the cryptography again.
///
/// What a token says never changes; whether it has ended is looked at each time. Digests are kept, and no tokens. Each
/// thread has its own, since threads that share wait for each other.
pub(crate) struct RecentTokens {
    capacity: NonZeroUsize,
    by_thread: ThreadLocal<RefCell<LruCache<TokenDigest, Verified>>>,
}

#[derive(Clone, Copy)]
struct Verified {
    user: UserId,
    at: Timestamp,
    expires: u64,
}

impl RecentTokens {
    /// Empty.
    pub(crate) fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    fn with_capacity(capacity: NonZeroUsize) -> Self {
        Self { capacity, by_thread: ThreadLocal::new() }
    }

    /// Whom the token speaks for, if it was found valid by this thread and still is.
    pub(crate) fn get(&self, token: &TokenDigest, now: Timestamp) -> Option<UserId> {
        let verified = *self.own().borrow_mut().get(token)?;
        // A clock that was put back may make a token one of the future again.
        let is_valid = verified.at <= now && u64::try_from(now.timestamp()).is_ok_and(|now| now < verified.expires);
        is_valid.then_some(verified.user)
    }

    /// Remembers a token that was found valid at `at` and ends at `expires`, in seconds since 1970.
    pub(crate) fn remember(&self, token: TokenDigest, user: UserId, at: Timestamp, expires: u64) {
        self.own().borrow_mut().put(token, Verified { user, at, expires });
    }

    fn own(&self) -> &RefCell<LruCache<TokenDigest, Verified>> {
        self.by_thread.get_or(|| RefCell::new(LruCache::new(self.capacity)))
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

    fn with_one() -> RecentTokens {
        let tokens = RecentTokens::with_capacity(NonZeroUsize::MIN);
        tokens.remember(digest("a"), USER, at(900), EXPIRES);
        tokens
    }

    #[test]
    fn a_token_is_remembered_from_its_verification_until_its_end() {
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
        tokens.remember(digest("b"), USER, at(900), EXPIRES);
        assert_eq!(tokens.get(&digest("a"), at(900)), None);
        assert_eq!(tokens.get(&digest("b"), at(900)), Some(USER));
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
