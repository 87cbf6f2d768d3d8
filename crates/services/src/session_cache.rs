use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;
use ore_domain::{BoxFuture, Session, SessionId, StoreError, Timestamp, User, UserId};
use quick_cache::sync::Cache;

use crate::change_counters::{ChangeCount, ChangeCounters};
use crate::get_or_start::get_or_start;

/// The maximum number of sessions. They take some megabytes: a user has an address of at most 254 characters and a
/// hash.
const CAPACITY: usize = 10_000;

/// Sessions that were read recently or are being read, with their users. Further requests of a client do not read the
/// session again, and simultaneous ones share one read.
///
/// Invalidation removes an entry at once. Changes by other processes are seen after the lifetime.
pub struct SessionCache {
    sessions: Cache<SessionId, Cached>,
    users_changes: ChangeCounters,
    changes_of_all: AtomicU64,
    sessions_changes: ChangeCounters,
    lifetime: Duration,
}

/// A session and its user, as the store returned them.
#[derive(Debug)]
pub(crate) struct SessionOfUser {
    pub(crate) session: Session,
    pub(crate) user: Arc<User>,
}

/// The answer of the store; `None` if there is no such session.
pub(crate) type FoundSession = Result<Option<Arc<SessionOfUser>>, Arc<StoreError>>;

/// All waiting calls get the same answer. The read goes on as long as a call waits.
pub(crate) type Reading = Shared<BoxFuture<'static, FoundSession>>;

#[derive(Clone)]
struct Cached {
    reading: Reading,
    started: SessionRead,
}

/// The start of the read. The answer may already be old when it arrives.
#[derive(Debug, Clone, Copy)]
struct SessionRead {
    at: Timestamp,
    user: ChangeCount,
    all: u64,
    session: ChangeCount,
}

impl SessionCache {
    /// An empty cache. Sessions stay for `lifetime`, counted from the start of their read.
    pub fn new(lifetime: Duration) -> Self {
        let (users_changes, sessions_changes) = (ChangeCounters::new(), ChangeCounters::new());
        let sessions = Cache::new(CAPACITY);
        Self { sessions, users_changes, changes_of_all: AtomicU64::new(0), sessions_changes, lifetime }
    }

    /// The session of this user, read with `read` if necessary, and whether a new read began. No read begins if one
    /// began within the lifetime and neither the session nor its user has changed since. If the clock is put back,
    /// every entry is too old.
    ///
    /// Only sessions of active users are kept, so a user who is enabled again need not wait.
    pub(crate) fn find(
        &self,
        (id, user): (SessionId, UserId),
        now: Timestamp,
        read: impl FnOnce() -> BoxFuture<'static, FoundSession>,
    ) -> (Reading, bool) {
        let start = || self.start((id, user), now, read);
        let (Cached { reading, .. }, is_new) = get_or_start(&self.sessions, &id, |it| self.is_valid_at(it, now), start);
        (reading, is_new)
    }

    /// As [`Self::find`], but a new read always begins.
    pub(crate) fn find_anew(
        &self,
        (id, user): (SessionId, UserId),
        now: Timestamp,
        read: impl FnOnce() -> BoxFuture<'static, FoundSession>,
    ) -> Reading {
        let started = self.start((id, user), now, read);
        self.sessions.insert(id, started.clone());
        started.reading
    }

    fn start(
        &self,
        (id, user): (SessionId, UserId),
        now: Timestamp,
        read: impl FnOnce() -> BoxFuture<'static, FoundSession>,
    ) -> Cached {
        let started = SessionRead {
            at: now,
            user: self.users_changes.of(user),
            all: self.changes_of_all.load(Ordering::Acquire),
            session: self.sessions_changes.of(id),
        };
        Cached { reading: read().shared(), started }
    }

    fn is_valid_at(&self, Cached { reading, started }: &Cached, now: Timestamp) -> bool {
        let is_young = now.signed_duration_since(started.at).to_std().is_ok_and(|age| age < self.lifetime);
        is_young
            && self.changes_of_all.load(Ordering::Acquire) == started.all
            && self.users_changes.is_unchanged(started.user)
            && self.sessions_changes.is_unchanged(started.session)
            && match reading.peek() {
                None => true,
                Some(Ok(Some(found))) => found.user.is_active,
                Some(Ok(None) | Err(_)) => false,
            }
    }

    /// Invalidates the sessions of this user.
    pub fn invalidate_user(&self, id: UserId) {
        self.users_changes.record_change(id);
    }

    /// Invalidates all sessions.
    pub fn invalidate_every_user(&self) {
        self.changes_of_all.fetch_add(1, Ordering::AcqRel);
    }

    /// Invalidates this session.
    pub fn invalidate_session(&self, id: SessionId) {
        self.sessions_changes.record_change(id);
        self.sessions.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use ore_domain::{Amr, Clock, Factors, NewUser, Profile, Rotation, SessionOrigin, UserRoles, Uuid};
    use ore_testkit::{FixedClock, block_on, new_user};

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
            roles: UserRoles::default(),
            factors: Factors::default(),
        };
        let session = Session {
            id: ID,
            user_id: USER,
            origin: SessionOrigin::default(),
            amr: Amr::PASSWORD,
            authenticated_at: now(),
            created_at: now(),
            last_used_at: now(),
            expires_at: now() + HOUR,
            ended_at: None,
            credentials_changed_at: None,
            rotation: Rotation::first(now()),
            impersonation: None,
        };
        Arc::new(SessionOfUser { session, user: Arc::new(user) })
    }

    fn answer(answer: FoundSession) -> BoxFuture<'static, FoundSession> {
        Box::pin(async move { answer })
    }

    /// Whether a call at this time may use the entry.
    fn is_kept(cache: &SessionCache, now: Timestamp) -> bool {
        let (_, is_new) = cache.find((ID, USER), now, || answer(Ok(None)));
        !is_new
    }

    fn with(cache: &SessionCache, answered: FoundSession) {
        block_on(cache.find_anew((ID, USER), now(), || answer(answered))).ok();
    }

    #[test]
    fn a_session_stays_for_the_lifetime_of_the_clock_alone() {
        let cache = SessionCache::new(HOUR);
        for (at, expected) in
            [(now() + HOUR - Duration::from_micros(1), true), (now() + HOUR, false), (now() - HOUR, false)]
        {
            with(&cache, Ok(Some(found())));
            assert_eq!(is_kept(&cache, at), expected, "{at}");
        }
    }

    #[test]
    fn what_is_changed_while_the_store_answers_is_not_kept_and_nobody_else_waits_for_it() {
        let invalidations: [fn(&SessionCache); 3] = [
            |cache| cache.invalidate_user(USER),
            |cache| cache.invalidate_session(ID),
            SessionCache::invalidate_every_user,
        ];
        for (invalidate, is_answered) in invalidations.into_iter().flat_map(|it| [(it, true), (it, false)]) {
            let cache = SessionCache::new(HOUR);
            let reading = cache.find_anew((ID, USER), now(), || answer(Ok(Some(found()))));
            assert!(is_kept(&cache, now()));
            invalidate(&cache);
            if is_answered {
                assert!(block_on(reading).is_ok());
            }
            assert!(!is_kept(&cache, now()));
        }
    }

    #[test]
    fn what_says_of_nobody_that_they_may_come_in_is_not_kept() {
        let away = Err(Arc::new(StoreError::unavailable("away")));
        let mut disabled = Arc::unwrap_or_clone(found().user.clone());
        disabled.is_active = false;
        let disabled = SessionOfUser { session: found().session.clone(), user: Arc::new(disabled) };
        for answered in [away, Ok(None), Ok(Some(Arc::new(disabled)))] {
            let cache = SessionCache::new(HOUR);
            with(&cache, answered);
            assert!(!is_kept(&cache, now()));
        }
    }

    #[test]
    fn nothing_is_kept_of_a_session_that_was_changed() {
        let (cache, found) = (SessionCache::new(HOUR), found());
        with(&cache, Ok(Some(Arc::clone(&found))));
        cache.invalidate_session(ID);
        assert_eq!(Arc::strong_count(&found), 1);
    }

    #[test]
    fn no_more_sessions_are_kept_than_there_is_room_for() {
        let (cache, found) = (SessionCache::new(HOUR), found());
        for id in 0..3 * u128::try_from(CAPACITY).unwrap() {
            let id = SessionId::new(Uuid::from_u128(id));
            drop(cache.find((id, USER), now(), || answer(Ok(Some(Arc::clone(&found))))));
        }
        // The cache is divided into parts, and the size of each part is rounded up.
        assert!((CAPACITY..2 * CAPACITY).contains(&cache.sessions.len()), "{}", cache.sessions.len());
    }
}
