use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ore_domain::{User, UserId};
use quick_cache::sync::Cache;

/// Some megabytes at the most, whoever calls.
const CAPACITY: usize = 10_000;

/// Counters for changes; users whose keys meet in one are only asked for more often.
const COUNTERS: usize = 1024;

/// Users who were read a moment ago, so that not every request of one client asks the store again.
///
/// Nothing outlives a change that [`WatchedStore`](crate::WatchedStore) sees; what another process changes is seen once
/// the lifetime is over.
pub struct RecentUsers {
    users: Cache<UserId, Recent>,
    changes: Box<[AtomicU64]>,
    lifetime: Duration,
}

#[derive(Clone)]
struct Recent {
    user: Arc<User>,
    moment: Moment,
}

/// When a user was asked for: before the answer, which may have been old by the time it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    at: Instant,
    changes: u64,
}

impl RecentUsers {
    /// Empty; users are remembered for `lifetime`, counted from when they were asked for.
    pub fn new(lifetime: Duration) -> Self {
        let changes = (0..COUNTERS).map(|_| AtomicU64::new(0)).collect();
        Self { users: Cache::new(CAPACITY), changes, lifetime }
    }

    /// The user, unless changed or forgotten since.
    pub(crate) fn get(&self, id: UserId) -> Option<Arc<User>> {
        let Recent { user, moment } = self.users.get(&id)?;
        if moment.at.elapsed() < self.lifetime && moment.changes == self.changes_of(id) {
            return Some(user);
        }
        self.users.remove(&id);
        None
    }

    /// To be taken before the store is asked for a user who is to be remembered.
    pub(crate) fn moment(&self, id: UserId) -> Moment {
        Moment { at: Instant::now(), changes: self.changes_of(id) }
    }

    /// Remembers a user who was asked for at that moment.
    pub(crate) fn remember(&self, user: &Arc<User>, moment: Moment) {
        self.users.insert(user.id, Recent { user: Arc::clone(user), moment });
    }

    /// Nobody gets again what was asked for before.
    pub(crate) fn forget(&self, id: UserId) {
        self.counter(id).fetch_add(1, Ordering::AcqRel);
        self.users.remove(&id);
    }

    fn changes_of(&self, id: UserId) -> u64 {
        self.counter(id).load(Ordering::Acquire)
    }

    fn counter(&self, id: UserId) -> &AtomicU64 {
        #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "only the lowest bits are wanted")]
        &self.changes[id.get() as usize % COUNTERS]
    }
}

#[cfg(test)]
mod tests {
    use ore_domain::NewUser;
    use ore_testkit::new_user;

    use super::*;

    fn user() -> User {
        let NewUser { email, password_hash, created_at } = new_user("ada@example.org").build();
        let id = UserId::new(1);
        User { id, email, password_hash, is_active: true, created_at, credentials_changed_at: None }
    }

    const HOUR: Duration = Duration::from_hours(1);

    fn remembered(recent: &RecentUsers, meanwhile: impl FnOnce(&RecentUsers, UserId)) -> bool {
        let user = Arc::new(user());
        let moment = recent.moment(user.id);
        meanwhile(recent, user.id);
        recent.remember(&user, moment);
        recent.get(user.id).is_some()
    }

    #[test]
    fn a_user_is_remembered_for_the_lifetime_alone() {
        assert!(remembered(&RecentUsers::new(HOUR), |_, _| ()));
        assert!(!remembered(&RecentUsers::new(Duration::ZERO), |_, _| ()));
    }

    #[test]
    fn a_user_who_is_changed_while_the_store_answers_is_not_remembered() {
        assert!(!remembered(&RecentUsers::new(HOUR), RecentUsers::forget));
    }

    #[test]
    fn nothing_is_kept_of_a_user_who_was_changed() {
        let (recent, user) = (RecentUsers::new(HOUR), Arc::new(user()));
        recent.remember(&user, recent.moment(user.id));
        recent.forget(user.id);
        assert_eq!(Arc::strong_count(&user), 1);
    }

    #[test]
    fn no_more_users_are_remembered_than_there_is_room_for() {
        let recent = RecentUsers::new(HOUR);
        let user = Arc::new(user());
        for id in 0..3 * i64::try_from(CAPACITY).unwrap() {
            let moment = recent.moment(UserId::new(id));
            recent.users.insert(UserId::new(id), Recent { user: Arc::clone(&user), moment });
        }
        // It is divided, and how much room each part has is rounded up.
        assert!((CAPACITY..2 * CAPACITY).contains(&recent.users.len()), "{}", recent.users.len());
    }
}
