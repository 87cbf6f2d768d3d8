use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Timestamp, User, UserId};
use quick_cache::sync::Cache;

use crate::change_counters::{ChangeCount, ChangeCounters};

/// Users at the most; some megabytes, since a user has an address of at most 254 characters and a hash.
const CAPACITY: usize = 10_000;

/// Users who were read a moment ago, so that not every request of one client asks the store again.
///
/// Nothing outlives a change that is invalidated; what another process changes is seen once the lifetime is over.
pub struct UserCache {
    users: Cache<UserId, Cached>,
    changes: ChangeCounters,
    lifetime: Duration,
}

#[derive(Clone)]
struct Cached {
    user: Arc<User>,
    read: UserRead,
}

/// When a user was asked for: before the answer, which may have been old by the time it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UserRead {
    at: Timestamp,
    changes: ChangeCount,
}

impl UserCache {
    /// Empty; users stay for `lifetime`, counted from when they were asked for.
    pub fn new(lifetime: Duration) -> Self {
        Self { users: Cache::new(CAPACITY), changes: ChangeCounters::new(), lifetime }
    }

    /// The user, unless changed or too old at this time. A clock that was put back makes every user too old.
    pub(crate) fn get(&self, id: UserId, now: Timestamp) -> Option<Arc<User>> {
        let Cached { user, read } = self.users.get(&id)?;
        let is_young = now.signed_duration_since(read.at).to_std().is_ok_and(|age| age < self.lifetime);
        if is_young && self.changes.is_unchanged(read.changes) {
            return Some(user);
        }
        self.users.remove(&id);
        None
    }

    /// To be taken before the store is asked for a user.
    pub(crate) fn start_read(&self, id: UserId, now: Timestamp) -> UserRead {
        UserRead { at: now, changes: self.changes.of(id) }
    }

    /// Keeps a user who was asked for then.
    pub(crate) fn insert(&self, user: &Arc<User>, read: UserRead) {
        self.users.insert(user.id, Cached { user: Arc::clone(user), read });
    }

    /// Nobody gets again what was asked for before.
    pub fn invalidate(&self, id: UserId) {
        self.changes.note_change(id);
        self.users.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use ore_domain::{Clock, NewUser};
    use ore_testkit::{FixedClock, new_user};

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const ID: UserId = UserId::new(1);

    fn now() -> Timestamp {
        FixedClock::default().now()
    }

    fn user() -> Arc<User> {
        let NewUser { email, password_hash, created_at } = new_user("ada@example.org").build();
        Arc::new(User { id: ID, email, password_hash, is_active: true, created_at, credentials_changed_at: None })
    }

    #[test]
    fn a_user_stays_for_the_lifetime_of_the_clock_alone() {
        let cache = UserCache::new(HOUR);
        cache.insert(&user(), cache.start_read(ID, now()));
        assert!(cache.get(ID, now() + HOUR - Duration::from_micros(1)).is_some());
        assert!(cache.get(ID, now() + HOUR).is_none());
        cache.insert(&user(), cache.start_read(ID, now()));
        assert!(cache.get(ID, now() - Duration::from_micros(1)).is_none());
    }

    #[test]
    fn a_user_who_is_changed_while_the_store_answers_is_not_kept() {
        let cache = UserCache::new(HOUR);
        let read = cache.start_read(ID, now());
        cache.invalidate(ID);
        cache.insert(&user(), read);
        assert!(cache.get(ID, now()).is_none());
    }

    #[test]
    fn nothing_is_kept_of_a_user_who_was_changed() {
        let (cache, user) = (UserCache::new(HOUR), user());
        cache.insert(&user, cache.start_read(ID, now()));
        cache.invalidate(ID);
        assert_eq!(Arc::strong_count(&user), 1);
    }

    #[test]
    fn no_more_users_are_kept_than_there_is_room_for() {
        let (cache, user) = (UserCache::new(HOUR), user());
        for id in 0..3 * i64::try_from(CAPACITY).unwrap() {
            let read = cache.start_read(UserId::new(id), now());
            cache.users.insert(UserId::new(id), Cached { user: Arc::clone(&user), read });
        }
        // It is divided, and how much room each part has is rounded up.
        assert!((CAPACITY..2 * CAPACITY).contains(&cache.users.len()), "{}", cache.users.len());
    }
}
