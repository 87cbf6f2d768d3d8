use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;
use ore_domain::{ApiKey, ApiKeyId, BoxFuture, KeyOwner, StoreError, Timestamp, TokenHash};
use quick_cache::sync::Cache;

use crate::caller::Identity;
use crate::change_counters::{ChangeCount, ChangeCounters};
use crate::get_or_start::get_or_start;

/// API keys at the most.
const CAPACITY: usize = 10_000;

/// The key of an entry of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum KeyName {
    /// The hash of its text, where that was presented.
    Text(TokenHash),
    /// Its id, where a token that was made with it was.
    Id(ApiKeyId),
}

/// API keys that were read a moment ago or are being read, with their owners, as
/// [`SessionCache`](crate::SessionCache) keeps sessions.
pub(crate) struct KeyCache {
    keys: Cache<KeyName, Cached>,
    changes: Arc<Changes>,
    lifetime: Duration,
}

/// An API key and its owner, as the store had them.
#[derive(Debug)]
pub(crate) struct KeyOfOwner {
    pub(crate) key: ApiKey,
    pub(crate) owner: Identity,
    /// `None` when something was changed while the store answered.
    snapshot: Option<ChangeSnapshot>,
}

/// The answer of the store: nothing, where it has no such key or owner.
pub(crate) type FoundKey = Result<Option<(ApiKey, Identity)>, Arc<StoreError>>;

/// Everybody who waits for it gets the same answer; it goes on while anybody waits.
pub(crate) type KeyReading = Shared<BoxFuture<'static, Result<Option<Arc<KeyOfOwner>>, Arc<StoreError>>>>;

#[derive(Clone)]
struct Cached {
    reading: KeyReading,
    started_at: Timestamp,
    /// How much had changed at all when it was asked for: what is asked for, and of whom, is known with the answer.
    changes: u64,
}

struct Changes {
    /// Counted first: who sees the change of a thing sees this one too.
    total: AtomicU64,
    everything: AtomicU64,
    things: ChangeCounters,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ChangeSnapshot {
    all: u64,
    owner: ChangeCount,
    key: ChangeCount,
}

impl KeyCache {
    /// Empty; keys stay for `lifetime`, counted from when they were asked for.
    pub(crate) fn new(lifetime: Duration) -> Self {
        let things = ChangeCounters::new();
        let changes = Changes { total: AtomicU64::new(0), everything: AtomicU64::new(0), things };
        Self { keys: Cache::new(CAPACITY), changes: Arc::new(changes), lifetime }
    }

    /// The key of this name, as `read` reads it: not when somebody has asked for it within the lifetime, and
    /// neither it nor its owner was changed since. A clock that was put back makes every key too old.
    pub(crate) fn find(
        &self,
        name: KeyName,
        now: Timestamp,
        read: impl FnOnce() -> BoxFuture<'static, FoundKey>,
    ) -> KeyReading {
        let start = || {
            let (changes, started) = (Arc::clone(&self.changes), self.changes.total());
            let found = read();
            let reading: BoxFuture<'static, _> = Box::pin(async move {
                Ok(found.await?.map(|(key, owner)| {
                    let snapshot = changes.of(&key);
                    let snapshot = (changes.total() == started).then_some(snapshot);
                    Arc::new(KeyOfOwner { key, owner, snapshot })
                }))
            });
            Cached { reading: reading.shared(), started_at: now, changes: started }
        };
        get_or_start(&self.keys, &name, |cached| self.is_valid_at(cached, now), start).0.reading
    }

    /// Only keys of those who may come in are kept after the answer.
    fn is_valid_at(&self, Cached { reading, started_at, changes }: &Cached, now: Timestamp) -> bool {
        let is_young = now.signed_duration_since(*started_at).to_std().is_ok_and(|age| age < self.lifetime);
        is_young
            && match reading.peek() {
                None => self.changes.total() == *changes,
                Some(Ok(Some(found))) => {
                    let is_active = found.owner.user().is_none_or(|user| user.is_active);
                    is_active && found.snapshot.is_some_and(|snapshot| self.changes.is_unchanged(snapshot))
                }
                Some(Ok(None) | Err(_)) => false,
            }
    }

    /// Nobody gets again what was asked for of keys of this owner before.
    pub(crate) fn invalidate_owner(&self, owner: KeyOwner) {
        self.changes.total.fetch_add(1, Ordering::AcqRel);
        self.changes.things.record_change(owner);
    }

    /// Nobody gets again what was asked for of this key before.
    pub(crate) fn invalidate_key(&self, id: ApiKeyId) {
        self.changes.total.fetch_add(1, Ordering::AcqRel);
        self.changes.things.record_change(id);
    }

    /// Nobody gets again what was asked for of any key before.
    pub(crate) fn invalidate_all(&self) {
        self.changes.total.fetch_add(1, Ordering::AcqRel);
        self.changes.everything.fetch_add(1, Ordering::AcqRel);
    }
}

impl Changes {
    fn total(&self) -> u64 {
        self.total.load(Ordering::Acquire)
    }

    fn of(&self, key: &ApiKey) -> ChangeSnapshot {
        ChangeSnapshot {
            all: self.everything.load(Ordering::Acquire),
            owner: self.things.of(key.owner),
            key: self.things.of(key.id),
        }
    }

    fn is_unchanged(&self, snapshot: ChangeSnapshot) -> bool {
        self.everything.load(Ordering::Acquire) == snapshot.all
            && self.things.is_unchanged(snapshot.owner)
            && self.things.is_unchanged(snapshot.key)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use ore_domain::{PermissionSet, ServiceAccount, ServiceAccountId, Uuid};
    use ore_testkit::block_on;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const NAME: KeyName = KeyName::Text(TokenHash([7; 32]));
    const ID: ApiKeyId = ApiKeyId::new(Uuid::from_u128(7));
    const ACCOUNT: ServiceAccountId = ServiceAccountId::new(Uuid::from_u128(8));
    const OWNER: KeyOwner = KeyOwner::ServiceAccount(ACCOUNT);
    const NOW: Timestamp = DateTime::UNIX_EPOCH;

    #[allow(clippy::unnecessary_wraps, reason = "it is what the store answers")]
    fn found() -> FoundKey {
        let account = ServiceAccount {
            id: ACCOUNT,
            name: String::new(),
            permissions: PermissionSet::NONE,
            created_at: NOW,
            updated_at: NOW,
        };
        let key = ApiKey {
            id: ID,
            owner: OWNER,
            name: String::new(),
            prefix: String::new(),
            permissions: None,
            created_at: NOW,
            expires_at: NOW,
            last_used_at: None,
        };
        Ok(Some((key, Identity::ServiceAccount(Arc::new(account)))))
    }

    fn find(cache: &KeyCache, now: Timestamp, answer: FoundKey) -> KeyReading {
        cache.find(NAME, now, || Box::pin(async move { answer }))
    }

    /// Whether somebody who asks now gets what was asked for before.
    fn is_kept(cache: &KeyCache, now: Timestamp) -> bool {
        let mut is_read = false;
        drop(cache.find(NAME, now, || {
            is_read = true;
            Box::pin(async { Ok(None) })
        }));
        !is_read
    }

    #[test]
    fn a_key_stays_for_the_lifetime() {
        for (at, expected) in [(NOW + HOUR - Duration::from_micros(1), true), (NOW + HOUR, false), (NOW - HOUR, false)]
        {
            let cache = KeyCache::new(HOUR);
            block_on(find(&cache, NOW, found())).unwrap();
            assert_eq!(is_kept(&cache, at), expected, "{at}");
        }
    }

    #[test]
    fn nothing_is_kept_of_what_was_changed_before_or_after_the_answer() {
        let invalidations: [fn(&KeyCache); 3] =
            [|cache| cache.invalidate_key(ID), |cache| cache.invalidate_owner(OWNER), KeyCache::invalidate_all];
        for (invalidate, is_answered) in invalidations.into_iter().flat_map(|it| [(it, true), (it, false)]) {
            let cache = KeyCache::new(HOUR);
            let reading = find(&cache, NOW, found());
            if is_answered {
                block_on(reading.clone()).unwrap();
                assert!(is_kept(&cache, NOW));
            }
            invalidate(&cache);
            block_on(reading).unwrap();
            assert!(!is_kept(&cache, NOW));
        }
    }

    #[test]
    fn a_key_outlives_the_changes_of_others() {
        let cache = KeyCache::new(HOUR);
        block_on(find(&cache, NOW, found())).unwrap();
        // Another thing may meet it in one counter, but not many.
        let others = (0..100).filter(|other| {
            cache.invalidate_key(ApiKeyId::new(Uuid::from_u128(100 + other)));
            is_kept(&cache, NOW)
        });
        assert!(others.count() > 0);
    }

    #[test]
    fn an_answer_that_lets_nobody_in_is_not_kept() {
        for answer in [Ok(None), Err(Arc::new(StoreError::unavailable("away")))] {
            let cache = KeyCache::new(HOUR);
            block_on(find(&cache, NOW, answer)).ok();
            assert!(!is_kept(&cache, NOW));
        }
    }
}
