//! What tools and editors leave in a value although nobody meant it to be there. It belongs to the value all the same: a
//! key is what it was where it was first used.

use super::raw_value::Origin;

/// The leftover of a tool in a value, as the end of a sentence that begins with the value.
pub(super) fn find(text: &str, origin: &Origin) -> Option<&'static str> {
    // Anyone who writes `.env` or TOML has quotes of its own, and anyone who types a flag sees it.
    let is_file = matches!(origin, Origin::SecretFile { .. });
    let is_raw = is_file || *origin == Origin::Environment;
    if text.starts_with('\u{feff}') {
        Some("begins with a byte order mark, which counts as part of it; save it without one")
    } else if is_file && text.trim_end_matches(['\r', '\n']).contains(['\r', '\n']) {
        Some("has more than one line, all of which count as part of it; keep one")
    } else if text.trim() != text {
        Some("has white space or a line break around it, which counts as part of it; remove that if it is not meant")
    } else if is_raw && is_quoted(text) {
        Some("is in quotes, which count as part of it (docker --env-file keeps them); write it without quotes")
    } else {
        None
    }
}

fn is_quoted(text: &str) -> bool {
    let is_between = |quote: char| text.strip_prefix(quote).is_some_and(|rest| rest.ends_with(quote));
    is_between('"') || is_between('\'')
}
