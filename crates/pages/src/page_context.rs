use actix_web::{HttpMessage, HttpRequest};
use ore_domain::PermissionSet;

use crate::admin_sections::section_of;

/// What the frame around the content of a page depends on.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageContext {
    /// The token for forms, if the request has a session.
    pub(crate) form_token: Option<String>,
    /// The permissions of the user.
    pub(crate) permissions: PermissionSet,
    /// The address of the user whom somebody impersonates in this session.
    pub(crate) impersonated_email: Option<String>,
    /// The section of administration to which the page belongs.
    pub(crate) section: Option<&'static str>,
}

impl PageContext {
    /// The same with the section of this request. An error page for the request finds it there.
    pub(crate) fn for_page(self, request: &HttpRequest) -> Self {
        let context = Self { section: section_of(request.path()), ..self };
        request.extensions_mut().insert(context.clone());
        context
    }

    /// The context that was stored for this request, or that of somebody who is not signed in.
    pub(crate) fn of_request(request: &HttpRequest) -> Self {
        let known = request.extensions().get::<Self>().cloned();
        known.unwrap_or_else(|| Self { section: section_of(request.path()), ..Self::default() })
    }
}
