use std::sync::Arc;

use ore_domain::PasswordPolicy;
use ore_pages::{Site, SiteOptions};
use ore_security::key_ring::KeyRing;
use ore_security::keyed_hash::KeyedHash;
use ore_settings::Settings;
use ore_web::messages::CatalogueError;
use secrecy::ExposeSecret;

use crate::first_admin::FirstAdmin;

/// What the key of forms is for.
const PURPOSE: &str = "ore page forms";

/// What the pages for people have in common, where they are wanted.
pub(crate) fn site_of(
    settings: &Settings,
    key_ring: Option<&KeyRing>,
    password: PasswordPolicy,
    first_admin: Arc<FirstAdmin>,
) -> Result<Option<Arc<Site>>, CatalogueError> {
    if !settings.app.has_pages {
        return Ok(None);
    }
    let site = Site::new(SiteOptions {
        name: settings.app.name.clone(),
        is_debug: settings.app.debug,
        password,
        form_keys: form_keys(settings, key_ring),
        on_reset: Arc::new(move |token| first_admin.note_reset(token)),
    })?;
    Ok(Some(Arc::new(site)))
}

/// Alike on every replica.
fn form_keys(settings: &Settings, key_ring: Option<&KeyRing>) -> KeyedHash {
    let secret = settings.tokens.secret_key.expose_secret().as_bytes();
    let of_tokens = || KeyedHash::new(&[PURPOSE.as_bytes(), b"\0", secret].concat());
    key_ring.map_or_else(of_tokens, |ring| ring.keyed_hash(PURPOSE))
}
