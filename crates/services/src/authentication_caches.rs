use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Caches, Stale};

use crate::use_notes::UseNotes;
use crate::{SessionCache, VerifiedTokenCache};

/// What checking tokens keeps in memory.
#[derive(Clone)]
pub struct AuthenticationCaches {
    /// Sessions that were read a moment ago.
    pub sessions: Arc<SessionCache>,
    /// Tokens that were verified.
    pub verified_tokens: Arc<VerifiedTokenCache>,
    pub(crate) uses: Arc<UseNotes>,
}

impl AuthenticationCaches {
    /// Empty; sessions stay for this long.
    pub fn new(lifetime_of_sessions: Duration) -> Self {
        Self {
            sessions: Arc::new(SessionCache::new(lifetime_of_sessions)),
            verified_tokens: Arc::default(),
            uses: Arc::new(UseNotes::new()),
        }
    }
}

impl Caches for AuthenticationCaches {
    fn invalidate(&self, stale: Stale) {
        match stale {
            Stale::User(id) => self.sessions.invalidate_user(id),
            Stale::EveryUser => self.sessions.invalidate_every_user(),
            Stale::Session(id) => self.sessions.invalidate_session(id),
        }
    }
}
