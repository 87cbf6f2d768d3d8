use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Caches, Stale};

use crate::{UserCache, VerifiedTokenCache};

/// What checking tokens keeps in memory.
#[derive(Clone)]
pub struct AuthenticationCaches {
    /// Users who were read a moment ago.
    pub users: Arc<UserCache>,
    /// Tokens that were verified.
    pub verified_tokens: Arc<VerifiedTokenCache>,
}

impl AuthenticationCaches {
    /// Empty; users stay for this long.
    pub fn new(lifetime_of_users: Duration) -> Self {
        Self { users: Arc::new(UserCache::new(lifetime_of_users)), verified_tokens: Arc::default() }
    }
}

impl Caches for AuthenticationCaches {
    fn invalidate(&self, stale: Stale) {
        match stale {
            Stale::User(id) => self.users.invalidate(id),
        }
    }
}
