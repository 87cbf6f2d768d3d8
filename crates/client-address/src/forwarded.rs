use std::str;

use actix_http::header::HeaderValue;

use crate::hop::{Hop, is_https};
use crate::node;

/// The elements of `Forwarded` (RFC 7239, 4), the last one first; a later line goes on where the one before it ends.
///
/// They are told apart from the right, so that a quotation mark that a client left open swallows nothing of what a proxy
/// wrote behind it.
pub(crate) fn hops<'a>(lines: impl DoubleEndedIterator<Item = &'a HeaderValue>) -> impl Iterator<Item = Hop> {
    let elements = lines.rev().flat_map(|line| line.as_bytes().rsplit(outside_quotes(b',')));
    elements.map(|element| str::from_utf8(element).ok().and_then(read).unwrap_or(Hop::UNREADABLE))
}

/// Whether a byte is this separator, asked of every byte in turn, from either end.
fn outside_quotes(separator: u8) -> impl FnMut(&u8) -> bool {
    let mut is_quoted = false;
    move |byte| {
        is_quoted ^= *byte == b'"';
        *byte == separator && !is_quoted
    }
}

/// `None` for what RFC 7239 does not allow, and for quoted pairs, which no address or scheme needs.
fn read(element: &str) -> Option<Hop> {
    if element.contains('\\') {
        return None;
    }
    let (mut sender, mut scheme) = (None, None);
    for pair in element.as_bytes().split(outside_quotes(b';')) {
        let pair = str::from_utf8(pair).ok()?.trim();
        if pair.is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=')?;
        let value = unquoted(value)?;
        let known = match name.to_ascii_lowercase().as_str() {
            "for" => &mut sender,
            "proto" => &mut scheme,
            _ => continue,
        };
        if known.replace(value).is_some() {
            return None;
        }
    }
    Some(Hop { address: sender.and_then(node::address), is_https: scheme.map(is_https) })
}

fn unquoted(value: &str) -> Option<&str> {
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Some(quoted.unwrap_or(value)).filter(|value| !value.contains('"'))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read_all(line: &str) -> Vec<String> {
        let line = HeaderValue::from_str(line).unwrap();
        let show = |hop: Hop| match hop {
            Hop { address: Some(address), is_https: None } => address.to_string(),
            Hop { address: Some(address), is_https: Some(https) } => format!("{address} {https}"),
            Hop { address: None, is_https } => format!("{is_https:?}"),
        };
        hops([&line].into_iter()).map(show).collect()
    }

    #[rstest]
    #[case::one("for=192.0.2.1", &["192.0.2.1"])]
    #[case::from_the_right("for=192.0.2.1, for=192.0.2.2", &["192.0.2.2", "192.0.2.1"])]
    #[case::any_case("For=192.0.2.1;PROTO=HTTPS", &["192.0.2.1 true"])]
    #[case::plain("for=192.0.2.1;proto=http", &["192.0.2.1 false"])]
    #[case::quoted(r#"for="[2001:db8::1]:4711";by=192.0.2.9;host="a,b;c""#, &["2001:db8::1"])]
    #[case::space_around_pairs("for=192.0.2.1 ; proto=https", &["192.0.2.1 true"])]
    #[case::hidden_sender("for=_hidden;proto=https", &["Some(true)"])]
    #[case::unknown_sender("for=unknown", &["None"])]
    #[case::scheme_alone("proto=https", &["Some(true)"])]
    #[case::nothing("", &["None"])]
    #[case::twice("for=192.0.2.1;for=192.0.2.2", &["None"])]
    #[case::no_pair("192.0.2.1", &["None"])]
    #[case::open_quotation_mark(r#"for=", for=192.0.2.1"#, &["192.0.2.1", "None"])]
    #[case::open_across_two(r#"for="x, for=y, for="[2001:db8::1]""#, &["2001:db8::1", "None", "None"])]
    #[case::quoted_pair(r#"for=192.0.2.1;host="x\", for=192.0.2.2; \"y""#, &["None", "None"])]
    #[case::quotation_mark_inside(r#"for=192.0.2.1";proto=https"#, &["None"])]
    fn the_elements_are_read_as_rfc_7239_has_them(#[case] line: &str, #[case] expected: &[&str]) {
        assert_eq!(read_all(line), expected);
    }
}
