use actix_web::{HttpMessage, HttpRequest};
use ore_domain::PermissionSet;

use crate::admin_sections::section_of;

/// The reader of a page, as far as the frame around the content depends on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// Of the session, where somebody is signed in.
    pub(crate) form_token: Option<String>,
    /// The permissions.
    pub(crate) may: PermissionSet,
    /// The address of the user as whom they act, if they act as another.
    pub(crate) acts_as: Option<String>,
    /// The page of administration that is shown, or that it belongs to.
    pub(crate) section: Option<&'static str>,
}

impl Surroundings {
    /// The same, for the page of this request, or its error.
    pub(crate) fn of_page(self, request: &HttpRequest) -> Self {
        let surroundings = Self { section: section_of(request.path()), ..self };
        request.extensions_mut().insert(surroundings.clone());
        surroundings
    }

    /// Those that are known of a request by now.
    pub(crate) fn known_of(request: &HttpRequest) -> Self {
        let known = request.extensions().get::<Self>().cloned();
        known.unwrap_or_else(|| Self { section: section_of(request.path()), ..Self::default() })
    }
}
