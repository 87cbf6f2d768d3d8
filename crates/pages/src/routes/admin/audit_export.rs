use std::io;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentType};
use actix_web::web::{Bytes, Data};
use futures_util::{StreamExt, stream};
use ore_domain::permissions::AuditRead;
use ore_domain::{AuditListRequest, StoreError};
use ore_errors::ApiError;
use ore_extract::page_cookie::is_led_from_elsewhere;
use ore_schemas::AuditEntryResponse;
use ore_services::Services;
use ore_web::list::{AuditList, Listing};

use super::audit::PATH;
use crate::admin::{Admin, Query};
use crate::visit::see_other;

/// As many are read at a time.
const PAGE: u32 = 1_000;

/// The entries that the filters of the page leave, as the API tells each of them.
///
/// They are sent as they are read: there may be more than fit into memory. A file that cannot be sent to its end is cut off,
/// which browsers tell.
///
/// The audit log tells of it as an act of the user. A link on another site leads to the page with the link to the file, so that
/// nobody does this who did not want to.
pub(super) async fn file(admin: Admin<AuditRead>) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&admin.request);
    if is_led_from_elsewhere(&admin.request) {
        return Ok(see_other(&query.elsewhere(PATH)));
    }
    let (asked, _) = Listing::<AuditList>::of_query(&query.for_list(), &admin.state)?.split();
    let mut response = HttpResponse::Ok();
    response.insert_header(ContentType::json());
    response.insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit.json\""));
    if admin.request.method() == Method::HEAD {
        // Nothing is given out.
        return Ok(response.streaming(stream::empty::<io::Result<Bytes>>()));
    }
    admin.services.audit.record_export(&admin.actor.origin, admin.state.clock.now()).await?;
    let asked = AuditListRequest { limit: PAGE, with_total: false, ..asked };
    let (first, rest) = Rest { services: admin.services.clone(), asked, is_begun: false }.piece().await?;
    let following = stream::try_unfold(rest, |rest| async move {
        let Some(rest) = rest else { return Ok(None) };
        rest.piece().await.map(Some).map_err(cut_off)
    });
    Ok(response.streaming(stream::iter([Ok(first)]).chain(following)))
}

/// What is left of a file.
struct Rest {
    services: Data<Services>,
    asked: AuditListRequest,
    is_begun: bool,
}

impl Rest {
    /// The next piece of the file, and what is left then.
    async fn piece(mut self) -> Result<(Bytes, Option<Self>), StoreError> {
        let page = self.services.audit.page(self.asked.clone()).await?;
        let mut piece = Vec::new();
        for entry in page.items {
            piece.push(if self.is_begun { b',' } else { b'[' });
            self.is_begun = true;
            serde_json::to_writer(&mut piece, &AuditEntryResponse::from(entry)).map_err(StoreError::other)?;
        }
        if page.next.is_none() {
            piece.extend_from_slice(if self.is_begun { b"]" } else { b"[]" });
        }
        self.asked.after = page.next;
        let rest = self.asked.after.is_some().then_some(self);
        Ok((Bytes::from(piece), rest))
    }
}

fn cut_off(error: StoreError) -> io::Error {
    tracing::warn!(exception = %error, "A download of the audit log was cut off");
    io::Error::other(error)
}
