use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use ore_errors::{ApiError, Problem};

use crate::Site;

/// A name is for one content, so that nobody has to ask again (RFC 8246).
const CACHING: &str = "public, max-age=31536000, immutable";

/// A file that pages load.
pub(super) async fn file(site: Data<Site>, name: Path<String>) -> Result<HttpResponse, ApiError> {
    let asset = site.assets.find(&name).ok_or(Problem::NotFound)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, CACHING)).insert_header((CONTENT_TYPE, asset.content_type));
    Ok(response.body(asset.content.clone()))
}
