use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The files that pages load, each under a name that its content gives.
pub(crate) struct Assets {
    pub(crate) style_sheet: Asset,
    pub(crate) script: Asset,
    pub(crate) icon: Asset,
}

/// A file that pages load.
pub(crate) struct Asset {
    name: String,
    pub(crate) content_type: &'static str,
    pub(crate) content: &'static str,
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

impl Assets {
    /// The one of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Asset> {
        [&self.style_sheet, &self.script, &self.icon].into_iter().find(|asset| asset.name == name)
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
