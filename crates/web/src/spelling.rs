use std::str;

/// Whether a path encodes what needs no encoding (RFC 3986, 2.3). The router would decode it, and so lead past a rule
/// that a proxy has for the path.
pub fn is_spelt_otherwise(path: &str) -> bool {
    path.split('%').skip(1).any(|rest| rest.as_bytes().get(..2).is_some_and(is_unreserved))
}

fn is_unreserved(digits: &[u8]) -> bool {
    let byte = str::from_utf8(digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_unreserved_characters_are_spelt_otherwise() {
        for byte in 0..=u8::MAX {
            let is_unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            for path in [format!("/a%{byte:02x}"), format!("/%{byte:02X}b/c"), format!("/%zz%2f%{byte:02x}")] {
                assert_eq!(is_spelt_otherwise(&path), is_unreserved, "{path}");
            }
        }
        for path in ["/", "/health", "/a%", "/a%6", "/%%", "/%é"] {
            assert!(!is_spelt_otherwise(path), "{path}");
        }
    }
}
