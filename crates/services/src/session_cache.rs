use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ore_domain::{Session, SessionId, Timestamp, User, UserId};
use quick_cache::sync::Cache;

use crate::change_counters::{ChangeCount, ChangeCounters};

/// Sessions at the most; some megabytes, since a user has an address of at most 254 characters and a hash.
const CAPACITY: usize = 10_000;

/// Sessions that were read a moment ago, with their users, so that not every request of one client asks the store again.
///
/// Nothing outlives a change that is invalidated; what another process changes is seen once the lifetime is over.
pub struct SessionCache {
    sessions: Cache<SessionId, Cached>,
    users_changes: ChangeCounters,
    changes_of_all: AtomicU64,
    sessions_changes: ChangeCounters,
    lifetime: Duration,
}

/// A session and its user, as the store had them.
#[derive(Debug)]
pub(crate) struct SessionOfUser {
    pub(crate) session: Session,
    pub(crate) user: Arc<User>,
}

#[derive(Clone)]
struct Cached {
    found: Arc<SessionOfUser>,
    read: SessionRead,
}

/// When a session was asked for: before the answer, which may have been old by the time it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionRead {
    at: Timestamp,
    user: ChangeCount,
    all: u64,
    session: ChangeCount,
}

impl SessionCache {
    /// Empty; sessions stay for `lifetime`, counted from when they were asked for.
    pub fn new(lifetime: Duration) -> Self {
        let (users_changes, sessions_changes) = (ChangeCounters::new(), ChangeCounters::new());
        let sessions = Cache::new(CAPACITY);
        Self { sessions, users_changes, changes_of_all: AtomicU64::new(0), sessions_changes, lifetime }
    }

    /// The session, unless it or its user was changed, or it is too old at this time. A clock that was put back makes
    /// every session too old.
    pub(crate) fn get(&self, id: SessionId, now: Timestamp) -> Option<Arc<SessionOfUser>> {
        let Cached { found, read } = self.sessions.get(&id)?;
        let is_young = now.signed_duration_since(read.at).to_std().is_ok_and(|age| age < self.lifetime);
        let is_unchanged = self.changes_of_all.load(Ordering::Acquire) == read.all
            && self.users_changes.is_unchanged(read.user)
            && self.sessions_changes.is_unchanged(read.session);
        if is_young && is_unchanged {
            return Some(found);
        }
        self.sessions.remove(&id);
        None
    }

    /// To be taken before the store is asked for a session, which a token says is of this user.
    pub(crate) fn start_read(&self, id: SessionId, user: UserId, now: Timestamp) -> SessionRead {
        let all = self.changes_of_all.load(Ordering::Acquire);
        SessionRead { at: now, user: self.users_changes.of(user), all, session: self.sessions_changes.of(id) }
    }

    /// Keeps a session that was asked for then.
    pub(crate) fn insert(&self, found: &Arc<SessionOfUser>, read: SessionRead) {
        self.sessions.insert(found.session.id, Cached { found: Arc::clone(found), read });
    }

    /// Nobody gets again what was asked for of this user before.
    pub fn invalidate_user(&self, id: UserId) {
        self.users_changes.note_change(id);
    }

    /// Nobody gets again what was asked for of any user before.
    pub fn invalidate_every_user(&self) {
        self.changes_of_all.fetch_add(1, Ordering::AcqRel);
    }

    /// Nobody gets again what was asked for of this session before.
    pub fn invalidate_session(&self, id: SessionId) {
        self.sessions_changes.note_change(id);
        self.sessions.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use ore_domain::{Clock, Grants, NewUser, Profile, Rotation, SessionOrigin, Uuid};
    use ore_testkit::{FixedClock, new_user};

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const USER: UserId = UserId::new(1);
    const ID: SessionId = SessionId::new(Uuid::from_u128(7));

    fn now() -> Timestamp {
        FixedClock::default().now()
    }

    fn found() -> Arc<SessionOfUser> {
        let NewUser { email, password_hash, created_at, last_login_at } = new_user("ada@example.org").build();
        let user = User {
            id: USER,
            email,
            password_hash,
            is_active: true,
            created_at,
            credentials_changed_at: None,
            email_verified: false,
            profile: Profile::default(),
            last_login_at,
            grants: Grants::default(),
        };
        let session = Session {
            id: ID,
            user_id: USER,
            origin: SessionOrigin::default(),
            amr: "pwd".to_owned(),
            authenticated_at: now(),
            created_at: now(),
            last_used_at: now(),
            expires_at: now() + HOUR,
            ended_at: None,
            credentials_changed_at: None,
            rotation: Rotation::first(now()),
        };
        Arc::new(SessionOfUser { session, user: Arc::new(user) })
    }

    #[test]
    fn a_session_stays_for_the_lifetime_of_the_clock_alone() {
        let cache = SessionCache::new(HOUR);
        cache.insert(&found(), cache.start_read(ID, USER, now()));
        assert!(cache.get(ID, now() + HOUR - Duration::from_micros(1)).is_some());
        assert!(cache.get(ID, now() + HOUR).is_none());
        cache.insert(&found(), cache.start_read(ID, USER, now()));
        assert!(cache.get(ID, now() - Duration::from_micros(1)).is_none());
    }

    #[test]
    fn what_is_changed_while_the_store_answers_is_not_kept() {
        let invalidations: [fn(&SessionCache); 3] = [
            |cache| cache.invalidate_user(USER),
            |cache| cache.invalidate_session(ID),
            SessionCache::invalidate_every_user,
        ];
        for invalidate in invalidations {
            let cache = SessionCache::new(HOUR);
            let read = cache.start_read(ID, USER, now());
            invalidate(&cache);
            cache.insert(&found(), read);
            assert!(cache.get(ID, now()).is_none());
        }
    }

    #[test]
    fn nothing_is_kept_of_a_session_that_was_changed() {
        let (cache, found) = (SessionCache::new(HOUR), found());
        cache.insert(&found, cache.start_read(ID, USER, now()));
        cache.invalidate_session(ID);
        assert_eq!(Arc::strong_count(&found), 1);
    }

    #[test]
    fn no_more_sessions_are_kept_than_there_is_room_for() {
        let (cache, found) = (SessionCache::new(HOUR), found());
        for id in 0..3 * u128::try_from(CAPACITY).unwrap() {
            let id = SessionId::new(Uuid::from_u128(id));
            let read = cache.start_read(id, USER, now());
            cache.sessions.insert(id, Cached { found: Arc::clone(&found), read });
        }
        // It is divided, and how much room each part has is rounded up.
        assert!((CAPACITY..2 * CAPACITY).contains(&cache.sessions.len()), "{}", cache.sessions.len());
    }
}
