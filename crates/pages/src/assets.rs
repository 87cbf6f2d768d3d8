use actix_web::web::Bytes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::branding::{Accent, Branding};

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The files that pages load, each under a name that its content gives.
pub(crate) struct Assets {
    pub(crate) style_sheet: Asset,
    pub(crate) script: Asset,
    pub(crate) passkeys: Asset,
    pub(crate) icon: Asset,
    pub(crate) logo: Option<Asset>,
}

/// A file that pages load.
pub(crate) struct Asset {
    name: String,
    pub(crate) content_type: &'static str,
    pub(crate) content: Bytes,
}

impl Assets {
    pub(crate) fn new(branding: Branding) -> Self {
        let of_us = |stem, extension, content_type, content: &'static str| {
            Asset::new(stem, extension, content_type, Bytes::from_static(content.as_bytes()))
        };
        Self {
            style_sheet: Asset::new("page", "css", "text/css; charset=utf-8", style_sheet(branding.accent).into()),
            script: of_us("page", "js", JAVASCRIPT, include_str!("../assets/page.js")),
            passkeys: of_us("passkeys", "js", JAVASCRIPT, include_str!("../assets/passkeys.js")),
            icon: of_us("icon", "svg", "image/svg+xml", include_str!("../assets/icon.svg")),
            logo: branding.logo.map(|it| Asset::new("logo", it.extension, it.content_type, it.content.into())),
        }
    }

    /// The one of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Asset> {
        let ours = [&self.style_sheet, &self.script, &self.passkeys, &self.icon];
        ours.into_iter().chain(&self.logo).find(|asset| asset.name == name)
    }
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, content: Bytes) -> Self {
        let digest = Sha256::digest(&content);
        let name = format!("{stem}-{}.{extension}", URL_SAFE_NO_PAD.encode(&digest[..9]));
        Self { name, content_type, content }
    }

    /// The URL for pages.
    pub(crate) fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// The last rule wins (CSS Cascading and Inheritance, 6.4).
fn style_sheet(accent: Option<Accent>) -> String {
    let ours = include_str!("../assets/page.css");
    match accent {
        None => ours.to_owned(),
        Some(Accent { light, dark }) => format!(
            "{ours}\n:root {{\n  --accent: {light};\n}}\n\n@media (prefers-color-scheme: dark) {{\n  :root {{\n    --accent: {dark};\n  }}\n}}\n"
        ),
    }
}
