//! Addresses as SMTP and headers take them.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use lettre::Address;
use ore_domain::EmailAddress;

/// The address with its domain in ASCII (RFC 5890, 2.3.2.1), so that only a local part beyond ASCII needs a server with
/// SMTPUTF8 (RFC 6531). None for a text that is no address, or that holds a control character.
pub(crate) fn parse(text: &str) -> Option<Address> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let (local, domain) = text.rsplit_once('@')?;
    let domain =
        Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow, DnsLength::Verify).ok()?;
    match Address::new(local, &domain) {
        Ok(address) => Some(address),
        // lettre judges letters beyond ASCII by their encoding; what can have an account can have mail.
        Err(_) => EmailAddress::parse(text).is_ok().then(|| Address::new_dangerous(local, &domain)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ada@example.org", "ada@example.org")]
    #[case("ada@例子.中国", "ada@xn--fsqu00a.xn--fiqs8s")]
    #[case("ada@EXAMPLE.org", "ada@example.org")]
    #[case("用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s")]
    #[case("हिन्दी@example.org", "हिन्दी@example.org")]
    #[case("ada@localhost", "ada@localhost")]
    #[case("o'brien+ore@example.org", "o'brien+ore@example.org")]
    fn an_address_has_its_domain_in_ascii(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(parse(text).unwrap().to_string(), expected);
    }

    #[rstest]
    #[case("")]
    #[case("ada")]
    #[case("@example.org")]
    #[case("ada@")]
    #[case("ada＠example.org")]
    #[case("ada@example.org＠evil.example")]
    #[case("ada@example.org\r\nBcc: eve@evil.example")]
    #[case("ada\r\nRCPT TO:<eve@evil.example>@example.org")]
    #[case("\"ada\r\nRCPT TO:<eve@evil.example>\"@example.org")]
    #[case("ada@example.org\nDATA")]
    #[case("ada\0@example.org")]
    #[case("ada@example.org,eve@evil.example")]
    #[case("ada@example.org> SIZE=1")]
    #[case("<ada@example.org>")]
    #[case("Ada <ada@example.org>")]
    #[case("ada eve@example.org")]
    #[case("ada@exa mple.org")]
    #[case("ada@[127.0.0.1]")]
    #[case("ada@example..org")]
    #[case("ada\u{2028}eve@example.org")]
    #[case("ada@\u{202E}example.org")]
    fn what_would_reach_somebody_else_or_nobody_is_no_address(#[case] text: &str) {
        assert_eq!(parse(text), None, "{text:?}");
    }
}
