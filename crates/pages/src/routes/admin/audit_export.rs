use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use ore_domain::permissions::AuditRead;
use ore_domain::{AuditEntry, AuditListRequest};
use ore_errors::ApiError;
use ore_schemas::AuditEntryResponse;
use ore_web::list::{AuditList, Listing};

use crate::admin::{Admin, Query};

/// The most entries of a file; a filter tells which.
const MOST: usize = 10_000;
/// As many as are read at a time.
const PAGE: u32 = 1_000;

/// The entries that the filters of the page leave, as the API tells each of them.
pub(super) async fn file(admin: Admin<AuditRead>) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&admin.request);
    let (asked, _) = Listing::<AuditList>::of_query(&query.for_list(), &admin.state)?.split();
    let entries = read(&admin, AuditListRequest { limit: PAGE, counts: false, ..asked }).await?;
    let told: Vec<_> = entries.into_iter().map(AuditEntryResponse::from).collect();
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit.json\""));
    Ok(response.json(told))
}

async fn read(admin: &Admin<AuditRead>, asked: AuditListRequest) -> Result<Vec<AuditEntry>, ApiError> {
    let (mut asked, mut entries) = (asked, Vec::new());
    loop {
        let page = admin.services.audit.page(asked.clone()).await?;
        entries.extend(page.items);
        asked.after = page.next;
        if asked.after.is_none() || entries.len() >= MOST {
            return Ok(entries);
        }
    }
}
