use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;

/// The QR code of a text as SVG; `None` for one that is too long for any.
pub fn svg(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).build().ok()?;
    Some(SvgBuilder::default().to_str(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_drawn_and_one_that_is_too_long_is_not() {
        assert!(svg("otpauth://totp/ORE:ada%40example.org?secret=GEZDGNBV").is_some_and(|it| it.starts_with("<svg")));
        assert_eq!(svg(&"a".repeat(10_000)), None);
    }
}
