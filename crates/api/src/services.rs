use std::sync::Arc;

use ore_domain::{Clock, Store};
use ore_security::token::TokenError;
use ore_services::{Authenticate, CreateAccount, LogIn, OpenSession, PasswordHashing, RecentUsers, Services, SignUp};
use ore_settings::TokenSettings;

use crate::tokens;

/// Puts the use cases together over the given ports.
///
/// # Errors
/// [`TokenError`] when the settings make no usable signing key.
pub fn services(
    store: &Arc<dyn Store>,
    hasher: &Arc<dyn PasswordHashing>,
    clock: &Arc<dyn Clock>,
    settings: &TokenSettings,
    recent_users: Arc<RecentUsers>,
) -> Result<Services, TokenError> {
    let issuer = tokens::issuer(settings)?;
    let open_session = Arc::new(OpenSession::new(issuer, settings.access_token_lifetime, Arc::clone(clock)));
    let create_account = CreateAccount::new(Arc::clone(store), Arc::clone(hasher), Arc::clone(clock));
    Ok(Services {
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
