use std::sync::Arc;
use std::time::Duration;

use ore_domain::{ApiKeyId, Caches, KeyOwner, SessionId, Stale};

use crate::key_cache::KeyCache;
use crate::last_use::LastUseRecorder;
use crate::{SessionCache, VerifiedTokenCache};

/// The caches of token checks.
#[derive(Clone)]
pub struct AuthenticationCaches {
    /// Recently read sessions.
    pub sessions: Arc<SessionCache>,
    /// Tokens that were verified.
    pub verified_tokens: Arc<VerifiedTokenCache>,
    pub(crate) uses: Arc<LastUseRecorder<SessionId>>,
    pub(crate) keys: Arc<KeyCache>,
    pub(crate) key_uses: Arc<LastUseRecorder<ApiKeyId>>,
}

impl AuthenticationCaches {
    /// Empty; sessions and API keys stay for this long.
    pub fn new(lifetime: Duration) -> Self {
        Self {
            sessions: Arc::new(SessionCache::new(lifetime)),
            verified_tokens: Arc::default(),
            uses: Arc::new(LastUseRecorder::new()),
            keys: Arc::new(KeyCache::new(lifetime)),
            key_uses: Arc::new(LastUseRecorder::new()),
        }
    }
}

impl Caches for AuthenticationCaches {
    fn invalidate(&self, stale: Stale) {
        match stale {
            Stale::User(id) => {
                self.sessions.invalidate_user(id);
                self.keys.invalidate_owner(KeyOwner::User(id));
            }
            Stale::EveryUser => {
                self.sessions.invalidate_every_user();
                self.keys.invalidate_all();
            }
            Stale::ApiKey(id) => self.keys.invalidate_key(id),
            Stale::ServiceAccount(id) => self.keys.invalidate_owner(KeyOwner::ServiceAccount(id)),
            Stale::Session(id) => self.sessions.invalidate_session(id),
        }
    }
}
