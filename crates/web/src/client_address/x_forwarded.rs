use std::str;

use actix_web::http::header::HeaderValue;

use super::hop::{Hop, agree, is_https};
use super::node;

/// The elements of `X-Forwarded-For`, the last one first; a later line goes on where the one before it ends.
pub(super) fn hops<'a>(lines: impl DoubleEndedIterator<Item = &'a HeaderValue>) -> impl Iterator<Item = Hop> {
    from_the_right(lines).map(|element| Hop { address: element.and_then(node::address), is_https: None })
}

/// The scheme in the last `proxies` elements of `X-Forwarded-Proto`. Anybody can write the earlier ones.
pub(super) fn scheme<'a>(lines: impl DoubleEndedIterator<Item = &'a HeaderValue>, proxies: usize) -> Option<bool> {
    let said = from_the_right(lines).take(proxies).map(|element| Some(element.is_some_and(is_https)));
    said.fold(None, agree)
}

/// `None` for an element that is no text.
fn from_the_right<'a>(
    lines: impl DoubleEndedIterator<Item = &'a HeaderValue>,
) -> impl Iterator<Item = Option<&'a str>> {
    let elements = lines.rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    elements.map(|element| str::from_utf8(element).ok())
}
