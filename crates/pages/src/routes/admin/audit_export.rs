use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use ore_domain::AuditListRequest;
use ore_domain::permissions::AuditRead;
use ore_errors::ApiError;
use ore_extract::page_cookie::is_led_from_own_page;
use ore_schemas::AuditEntryResponse;
use ore_services::{Actor, AdministrationError};
use ore_web::list::{AuditList, Listing};
use ore_web::long_json::{head_of_long_json, long_json};

use super::audit::PATH;
use crate::admin::{Admin, Query};
use crate::page_request::see_other;

/// As many are read at a time.
const PAGE: u32 = 1_000;

const FILE: HeaderValue = HeaderValue::from_static("attachment; filename=\"audit.json\"");

/// The entries that the filters of the page leave, as the API tells each of them.
///
/// The audit log tells of it as an act of the user. A link on another site or in a mail leads to the page with the link
/// to the file, so that nobody does this who did not want to. The file is cut off once the session has ended or the permission is
/// gone: whoever reads it slowly would get entries of long after, too.
pub(super) async fn file(admin: Admin<AuditRead>) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&admin.request);
    if !is_led_from_own_page(&admin.request) {
        return Ok(see_other(&query.elsewhere(PATH)));
    }
    let (asked, _) = Listing::<AuditList>::of_query(&query.for_list(), &admin.state)?.split();
    let mut response = if admin.request.method() == Method::HEAD {
        // Nothing is given out, of which the audit log would have to tell.
        head_of_long_json()
    } else {
        admin.services.audit.record_export(&admin.actor.origin, admin.state.clock.now()).await?;
        entries(&admin, AuditListRequest { limit: PAGE, with_total: false, ..asked }).await?
    };
    response.headers_mut().insert(CONTENT_DISPOSITION, FILE);
    Ok(response)
}

async fn entries(admin: &Admin<AuditRead>, asked: AuditListRequest) -> Result<HttpResponse, ApiError> {
    let (services, state, actor) = (admin.services.clone(), admin.state.clone(), Actor::clone(&admin.actor));
    let read = move |asked: AuditListRequest| {
        let (services, actor, now) = (services.clone(), actor.clone(), state.clock.now());
        async move {
            let page = services.audit.page_for(actor, asked.clone(), now).await?;
            let next = page.next.map(|place| AuditListRequest { after: Some(place), ..asked });
            let entries: Vec<_> = page.items.into_iter().map(AuditEntryResponse::from).collect();
            Ok::<_, AdministrationError>((entries, next))
        }
    };
    long_json("[]".to_owned(), asked, read).await
}
