use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Path};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ore_web::error::{ApiError, Problem};
use sha2::{Digest, Sha256};

use crate::Site;

/// A name is for one content, so that nobody has to ask again (RFC 8246).
const CACHING: &str = "public, max-age=31536000, immutable";

/// The files that pages load, each under a name that its content gives.
pub(crate) struct Assets {
    pub(crate) style_sheet: Asset,
    pub(crate) script: Asset,
    pub(crate) icon: Asset,
}

/// A file that pages load.
pub(crate) struct Asset {
    name: String,
    content_type: &'static str,
    content: &'static str,
}

impl Assets {
    pub(crate) fn new() -> Self {
        Self {
            style_sheet: Asset::new("page", "css", "text/css; charset=utf-8", include_str!("../assets/page.css")),
            script: Asset::new("page", "js", "text/javascript; charset=utf-8", include_str!("../assets/page.js")),
            icon: Asset::new("icon", "svg", "image/svg+xml", include_str!("../assets/icon.svg")),
        }
    }
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, content: &'static str) -> Self {
        let digest = Sha256::digest(content.as_bytes());
        let name = format!("{stem}-{}.{extension}", URL_SAFE_NO_PAD.encode(&digest[..9]));
        Self { name, content_type, content }
    }

    /// Where pages find it.
    pub(crate) fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// Answers `/assets/{name}`.
pub(crate) async fn asset(site: Data<Site>, name: Path<String>) -> Result<HttpResponse, ApiError> {
    let Assets { style_sheet, script, icon } = &site.assets;
    let found = [style_sheet, script, icon].into_iter().find(|asset| asset.name == *name);
    let asset = found.ok_or(Problem::NotFound)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, CACHING)).insert_header((CONTENT_TYPE, asset.content_type));
    Ok(response.body(Bytes::from_static(asset.content.as_bytes())))
}
