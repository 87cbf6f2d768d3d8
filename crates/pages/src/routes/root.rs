use actix_web::HttpResponse;
use maud::html;
use ore_web::error::{ApiError, Problem};

use crate::components::link;
use crate::texts::Text;
use crate::visit::Visit;

/// Leads developers on. Elsewhere there is nothing at `/`, so that a proxy may have a site of its own there.
pub(super) async fn page(visit: Visit) -> Result<HttpResponse, ApiError> {
    if !visit.site.is_debug {
        return Err(Problem::NotFound.into());
    }
    let content = html! {
        (link(&visit, "/account", Text::RootAccount))
        (link(&visit, "/docs", Text::RootDocs))
    };
    Ok(visit.page(Text::RootTitle, &content))
}
