use actix_web::HttpResponse;
use maud::html;
use ore_domain::permissions::UsersRead;
use ore_errors::ApiError;
use ore_extract::permit_session;

use crate::admin_sections::sections_for;
use crate::components::{back, notice};
use crate::page_session::PageSession;
use crate::texts::Text;

/// Links to the sections that the user may see.
pub(super) async fn page(page: PageSession) -> Result<HttpResponse, ApiError> {
    let sections = sections_for(page.permissions());
    if sections.is_empty() {
        // A user who may see none of them leaves an entry in the audit log, as on each of their pages.
        permit_session::<UsersRead>(&page.current, &page.request).await?;
    }
    let content = html! {
        (notice(&page))
        ul.pages { @for section in sections { li { a href=(section.path) { (page.text(section.title)) } } } }
        (back(&page))
    };
    Ok(page.render(Text::AdminTitle, &content))
}
