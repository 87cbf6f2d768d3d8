use actix_web::HttpResponse;
use maud::html;
use ore_domain::permissions::UsersRead;
use ore_errors::ApiError;
use ore_extract::permit_session;

use crate::admin_sections::sections_for;
use crate::components::{back, notice};
use crate::member::Member;
use crate::texts::Text;

/// Leads on whoever may see any of it.
pub(super) async fn page(member: Member) -> Result<HttpResponse, ApiError> {
    let sections = sections_for(member.may());
    if sections.is_empty() {
        // Who has none of it is told to the audit log as for any page of it.
        permit_session::<UsersRead>(&member.current, &member.request).await?;
    }
    let content = html! {
        (notice(&member))
        ul.pages { @for section in sections { li { a href=(section.path) { (member.text(section.title)) } } } }
        (back(&member))
    };
    Ok(member.page(Text::AdminTitle, &content))
}
