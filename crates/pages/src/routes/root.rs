use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::{ApiError, Problem};
use ore_web::context::RequestContext;

use super::first_admin;
use crate::admin_sections::sections_for;
use crate::components::link;
use crate::page_request::{PageRequest, see_other};
use crate::texts::Text;

/// The address in the examples if nobody is logged in.
const ANYBODY: &str = "ada@example.org";

/// Leads developers on, at first to the page of the first account. Elsewhere there is nothing at `/`, so that a proxy may have
/// a site of its own there.
pub(super) async fn page(page: PageRequest) -> Result<HttpResponse, ApiError> {
    if !page.site.is_debug {
        return Err(Problem::NotFound.into());
    }
    if matches!(first_admin::is_wanted(&page).await, Ok(true)) {
        return Ok(see_other(first_admin::PATH));
    }
    // That page redirects users who are not signed in to the log-in.
    let administers = page.session.is_none() || !sections_for(page.context.permissions).is_empty();
    let content = html! {
        (link(&page, "/account", Text::RootAccount))
        @if administers { (link(&page, "/admin", Text::AdminTitle)) }
        (link(&page, "/docs", Text::RootDocs))
        (calls(&page))
    };
    Ok(page.render(Text::RootTitle, &content))
}

/// A log-in and a look at the account, as they are typed in.
fn calls(page: &PageRequest) -> Markup {
    let (url, email) = (url_of(page), email_of(page));
    html! {
        p { (page.text(Text::RootCurl)) }
        pre {
            "TOKEN=$(curl -s " (url) "/api/v1/auth/login -H 'Content-Type: application/json' "
            "-d '{\"email\": \"" (email) "\", \"password\": \"…\"}' "
            "| sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n"
            "curl -s " (url) "/api/v1/auth/me -H \"Authorization: Bearer $TOKEN\""
        }
    }
}

/// The URL of the page as the reader opened it.
fn url_of(page: &PageRequest) -> String {
    let is_https = RequestContext::of(&page.request).is_some_and(|context| context.is_https);
    let host = page.request.headers().get(actix_web::http::header::HOST).and_then(|host| host.to_str().ok());
    format!("{}://{}", if is_https { "https" } else { "http" }, host.unwrap_or("localhost"))
}

/// An address that a shell would read as something else is not written into a call.
fn email_of(page: &PageRequest) -> &str {
    let email = page.session.as_ref().map(|session| session.user.email.as_str());
    let is_plain = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@.+-_".contains(&byte));
    email.filter(is_plain).unwrap_or(ANYBODY)
}
