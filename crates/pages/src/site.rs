use std::sync::Arc;

use ore_domain::{Locale, PasswordPolicy, SessionId};
use ore_errors::messages::{CatalogueError, Texts};
use ore_security::keyed_hash::KeyedHash;
use ore_services::Bootstrap;
use subtle::ConstantTimeEq;

use crate::assets::Assets;
use crate::branding::Branding;
use crate::texts::{Text, load};

/// The common parts of all pages. Nothing here changes while the process lives.
pub struct Site {
    pub(crate) name: String,
    pub(crate) is_debug: bool,
    pub(crate) assets: Assets,
    pub(crate) on_reset: ResetHook,
    pub(crate) first_admin: Option<Bootstrap>,
    pub(crate) settings: Vec<[String; 3]>,
    texts: Texts,
    form_keys: KeyedHash,
}

/// Learns of each token with which a password was set.
pub type ResetHook = Arc<dyn Fn(&str) + Send + Sync>;

/// How the pages are to be.
pub struct SiteOptions {
    /// The name of the service.
    pub name: String,
    /// Whether there are pages for developers, which `/` leads to.
    pub is_debug: bool,
    /// The rules for new passwords, which forms show.
    pub password: PasswordPolicy,
    /// Every setting, its value with secrets masked, and where it came from.
    pub settings: Vec<[String; 3]>,
    /// Gives the forms of a session their tokens; the same on every replica.
    pub form_keys: KeyedHash,
    /// Learns of each token with which a password was set.
    pub on_reset: ResetHook,
    /// Creates the first administrator for a user at the machine; `None` if only operators do.
    pub first_admin: Option<Bootstrap>,
    /// The look of the pages.
    pub branding: Branding,
}

impl Site {
    /// As the options want it.
    ///
    /// # Errors
    /// [`CatalogueError`] when a text is missing.
    pub fn new(options: SiteOptions) -> Result<Self, CatalogueError> {
        let SiteOptions { name, is_debug, password, form_keys, on_reset, first_admin, branding, settings } = options;
        let (assets, texts) = (Assets::new(branding), load(password)?);
        Ok(Self { name, is_debug, assets, on_reset, first_admin, settings, texts, form_keys })
    }

    pub(crate) fn text(&self, locale: Locale, text: Text) -> &str {
        self.texts.get(locale, text as usize)
    }

    /// What every form of a session carries: nobody else can tell it (ASVS 5.0, 3.5.1).
    pub(crate) fn form_token(&self, session: SessionId) -> String {
        self.form_keys.of(&format!("form of {session}"))
    }

    /// Whether this is the form token of a session. The comparison tells nothing by its time.
    pub(crate) fn is_form_token(&self, session: SessionId, token: Option<&str>) -> bool {
        let expected = self.form_token(session);
        token.is_some_and(|token| token.as_bytes().ct_eq(expected.as_bytes()).into())
    }
}
