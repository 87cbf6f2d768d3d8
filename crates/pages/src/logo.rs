/// The most bytes of a logo, which is loaded with every first page.
const MAX_BYTES: usize = 64 * 1024;

/// The first bytes of PNG files (PNG, third edition, 5.2).
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture that stands before the name of the service, as SVG or PNG.
///
/// Pages show it as a picture alone, in which no script runs; who opens it by itself gets it with a policy that lets none run.
pub struct Logo {
    pub(crate) extension: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) content: Vec<u8>,
}

/// Why a file is no logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogoFault {
    /// It has too many bytes.
    #[error("the logo has more than 64 KiB; make it smaller")]
    TooLarge,
    /// It is something else.
    #[error("the logo is neither SVG nor PNG")]
    OtherKind,
}

impl Logo {
    /// The logo in a file of this content.
    ///
    /// # Errors
    /// As [`LogoFault`] says.
    pub fn new(content: Vec<u8>) -> Result<Self, LogoFault> {
        if content.len() > MAX_BYTES {
            return Err(LogoFault::TooLarge);
        }
        let (extension, content_type) = if content.starts_with(PNG) {
            ("png", "image/png")
        } else if is_svg(&content) {
            ("svg", "image/svg+xml")
        } else {
            return Err(LogoFault::OtherKind);
        };
        Ok(Self { extension, content_type, content })
    }

    /// The file, if it is a PNG, as mail programs show pictures.
    pub fn into_png(self) -> Option<Vec<u8>> {
        (self.extension == "png").then_some(self.content)
    }
}

/// Whether it looks like SVG: an element `svg` after what may stand before it.
fn is_svg(content: &[u8]) -> bool {
    let text = std::str::from_utf8(content).unwrap_or_default();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let begins = ["<svg", "<?xml", "<!--", "<!DOCTYPE svg"].iter().any(|start| text.starts_with(start));
    begins && text.contains("<svg")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::svg(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", Ok("svg"))]
    #[case::declared(b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- a --><svg/>", Ok("svg"))]
    #[case::png(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Ok("png"))]
    #[case::page(b"<html><svg/></html>", Err(LogoFault::OtherKind))]
    #[case::jpeg(b"\xff\xd8\xff\xe0", Err(LogoFault::OtherKind))]
    #[case::nothing(b"", Err(LogoFault::OtherKind))]
    fn a_logo_is_svg_or_png(#[case] content: &[u8], #[case] expected: Result<&str, LogoFault>) {
        assert_eq!(Logo::new(content.to_vec()).map(|logo| logo.extension), expected);
    }

    #[test]
    fn a_logo_has_no_more_bytes_than_a_page_may_load() {
        let svg = |bytes: usize| format!("<svg>{}</svg>", " ".repeat(bytes - "<svg></svg>".len())).into_bytes();
        assert!(Logo::new(svg(MAX_BYTES)).is_ok());
        assert_eq!(Logo::new(svg(MAX_BYTES + 1)).map(|logo| logo.extension), Err(LogoFault::TooLarge));
    }
}
