use ore_settings::AppSettings;

use super::file::{CSS, JAVASCRIPT};
use super::html::escape;
use super::{DocumentationError, File};

/// The hashes are those of the two `<style>` elements that ReDoc creates: an empty one, which it fills through the
/// CSSOM, and that of its scroll bars. Its search runs in a worker, which it creates from a part of itself.
const SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' \
    'sha256-DLDPR1ic47WIdK2WyeLkblb/tm2mQH+Jt/NNhZWu1k0='; img-src 'self' data:; connect-src 'self'; \
    worker-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/// An image beside the link to ReDoc's site.
const LOGO: &str = "https://cdn.redoc.ly/redoc/logo-mini.svg";
/// Shows nothing and asks no other host.
const EMPTY_IMAGE: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";

/// The files of ReDoc: its own, and the page that puts them together.
pub(super) struct Redoc {
    pub(super) page: File,
    pub(super) style_sheet: File,
    pub(super) script: File,
    pub(super) initialize: File,
}

impl Redoc {
    pub(super) fn new(settings: &AppSettings) -> Result<Self, DocumentationError> {
        let script = script().ok_or(DocumentationError::MissingFile("redoc.standalone.js"))?;
        Ok(Self {
            page: File::page(page(settings), SECURITY_POLICY),
            style_sheet: File::new(CSS, include_str!("redoc/page.css")),
            script: File::new(JAVASCRIPT, script),
            initialize: File::new(JAVASCRIPT, include_str!("redoc/initialize.js")),
        })
    }
}

fn page(settings: &AppSettings) -> String {
    format!(
        include_str!("redoc/page.html"),
        title = escape(&settings.name),
        description = escape(&settings.description)
    )
}

/// ReDoc's script, cut out of the page in the library, without the one image that it loads from another host.
fn script() -> Option<String> {
    let page = aide::redoc::Redoc::new("").html();
    let (_, from_script) = page.split_once("<script>")?;
    let (script, _) = from_script.rsplit_once("Redoc.init(")?;
    let (before, after) = script.trim().split_once(LOGO)?;
    Some([before, EMPTY_IMAGE, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_whole_and_nothing_but_the_script() {
        let script = script().unwrap();
        assert!(script.starts_with("/*! For license information please see redoc.standalone.js.LICENSE.txt */\n"));
        assert!(script.ends_with("\n//# sourceMappingURL=redoc.standalone.js.map"));
        assert!(script.len() > 1_000_000, "{}", script.len());
    }

    #[test]
    fn the_script_loads_no_image_from_another_host() {
        let script = script().unwrap();
        assert!(script.contains(&format!(r#"src:"{EMPTY_IMAGE}""#)));
        assert!(!script.contains("cdn.redoc.ly"));
    }
}
