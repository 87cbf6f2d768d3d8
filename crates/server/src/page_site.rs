use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use ore_domain::{AccentColor, PasswordPolicy};
use ore_errors::messages::CatalogueError;
use ore_jobs::MailBranding;
use ore_pages::{Accent, Branding, Logo, LogoFault, Site, SiteOptions};
use ore_security::key_ring::KeyRing;
use ore_security::keyed_hash::KeyedHash;
use ore_services::Bootstrap;
use ore_settings::{AppSettings, Environment, Settings};
use secrecy::ExposeSecret;

use crate::first_admin::FirstAdmin;

/// The purpose of the key for forms.
const PURPOSE: &str = "ore page forms";

/// Why there are no pages.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The texts built into the program are not complete.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The logo cannot be read.
    #[error("BACKEND_LOGO_FILE: {path}: {cause}")]
    UnreadableLogo {
        /// The file.
        path: String,
        /// Why.
        cause: io::Error,
    },
    /// The logo is none.
    #[error("BACKEND_LOGO_FILE: {path}: {fault}")]
    Logo {
        /// The file.
        path: String,
        /// The fault of the file.
        fault: LogoFault,
    },
}

/// The common parts of all pages; `None` if there are no pages.
pub(crate) fn site_of(
    settings: &Settings,
    key_ring: Option<&KeyRing>,
    password: PasswordPolicy,
    first_admin: Arc<FirstAdmin>,
    bootstrap: Bootstrap,
) -> Result<Option<Arc<Site>>, PageError> {
    let app = &settings.app;
    if !app.has_pages {
        return Ok(None);
    }
    let is_developed = app.debug && app.environment == Environment::Development;
    let site = Site::new(SiteOptions {
        name: app.name.clone(),
        is_debug: app.debug,
        password,
        settings: settings.shown.clone(),
        form_keys: form_keys(settings, key_ring),
        on_reset: first_admin.reset_hook(),
        first_admin: is_developed.then_some(bootstrap),
        branding: branding(app)?,
    })?;
    Ok(Some(Arc::new(site)))
}

fn branding(app: &AppSettings) -> Result<Branding, PageError> {
    let of_css = |AccentColor { light, dark }| Accent { light: light.to_string(), dark: dark.to_string() };
    Ok(Branding { accent: app.accent_color.map(of_css), logo: app.logo_file.as_deref().map(logo).transpose()? })
}

/// What mails have of the looks of the pages. Few mail programs show SVG, so a logo of that kind is on the pages alone.
pub(crate) fn mail_branding(app: &AppSettings) -> Result<MailBranding, PageError> {
    let logo = app.logo_file.as_deref().map(logo).transpose()?;
    let accent = app.accent_color.map(|color| color.light.to_string());
    Ok(MailBranding { accent, logo: logo.and_then(Logo::into_png) })
}

fn logo(file: &Path) -> Result<Logo, PageError> {
    let path = || file.display().to_string();
    let content = fs::read(file).map_err(|cause| PageError::UnreadableLogo { path: path(), cause })?;
    Logo::new(content).map_err(|fault| PageError::Logo { path: path(), fault })
}

/// Alike on every replica.
fn form_keys(settings: &Settings, key_ring: Option<&KeyRing>) -> KeyedHash {
    let secret = settings.tokens.secret_key.expose_secret().as_bytes();
    let of_tokens = || KeyedHash::new(&[PURPOSE.as_bytes(), b"\0", secret].concat());
    key_ring.map_or_else(of_tokens, |ring| ring.keyed_hash(PURPOSE))
}
