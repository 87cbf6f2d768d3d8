use std::sync::Arc;

use ore_domain::{Clock, Store};
use ore_security::token::TokenError;
use ore_services::{Authenticate, CreateAccount, LogIn, OpenSession, PasswordHashing, RecentUsers, SignUp};

use crate::settings::TokenSettings;
use crate::tokens;

/// The use cases that routes offer.
pub struct Services {
    /// Makes an account and begins a session.
    pub sign_up: SignUp,
    /// Begins a session.
    pub log_in: LogIn,
    /// Finds who a token speaks for.
    pub authenticate: Authenticate,
}

impl Services {
    /// Puts the use cases together over the given ports.
    ///
    /// # Errors
    /// [`TokenError`] when the settings make no usable signing key.
    pub fn new(
        store: &Arc<dyn Store>,
        hasher: &Arc<dyn PasswordHashing>,
        clock: &Arc<dyn Clock>,
        settings: &TokenSettings,
        recent_users: Arc<RecentUsers>,
    ) -> Result<Self, TokenError> {
        let issuer = tokens::issuer(settings)?;
        let open_session = Arc::new(OpenSession::new(issuer, settings.access_token_lifetime, Arc::clone(clock)));
        let create_account = CreateAccount::new(Arc::clone(store), Arc::clone(hasher), Arc::clone(clock));
        Ok(Self {
            sign_up: SignUp::new(create_account, Arc::clone(&open_session)),
            log_in: LogIn::new(Arc::clone(store), Arc::clone(hasher), open_session),
            authenticate: Authenticate::new(
                Arc::clone(store),
                Arc::clone(clock),
                tokens::verifier(settings)?,
                tokens::legacy_tokens(settings)?,
                recent_users,
            ),
        })
    }
}
