use std::sync::Arc;

use ore_domain::{Clock, Store};
use ore_security::token::TokenVerifier;

use crate::{
    Accounts, Authentication, AuthenticationCaches, LegacyTokens, PasswordHashing, SessionTokens, Sessions, Throttle,
};

/// The use cases, a struct for each subject.
pub struct Services {
    /// The accounts.
    pub accounts: Accounts,
    /// The sessions.
    pub sessions: Sessions,
    /// Who a token speaks for.
    pub authentication: Authentication,
}

/// What the use cases stand on.
pub struct Ports {
    /// Where the data is.
    pub store: Arc<dyn Store>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHashing>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// What checking tokens keeps in memory; the store has to know them.
    pub caches: AuthenticationCaches,
    /// Delays those who fail at a password again and again, where that is wanted.
    pub throttle: Option<Throttle>,
}

/// How tokens are made and checked.
pub struct Tokens {
    /// Makes them.
    pub sessions: SessionTokens,
    /// Checks ours.
    pub verifier: TokenVerifier,
    /// How the Python service's are accepted, if they are.
    pub legacy: Option<LegacyTokens>,
}

impl Services {
    /// Puts the use cases together.
    pub fn new(ports: Ports, tokens: Tokens) -> Self {
        let Ports { store, hasher, clock, caches, throttle } = ports;
        let idle = tokens.sessions.policy.idle;
        Self {
            accounts: Accounts::new(Arc::clone(&store), Arc::clone(&hasher), Arc::clone(&clock))
                .with_throttle(throttle.clone()),
            sessions: Sessions::new(Arc::clone(&store), hasher, Arc::clone(&clock), tokens.sessions)
                .with_throttle(throttle),
            authentication: Authentication::new(store, clock, tokens.verifier, tokens.legacy, &caches, idle),
        }
    }
}
