//! What patterns find in texts.

use regex_lite::Regex;

/// What the first group of the pattern finds first.
pub(crate) fn find<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    Some(Regex::new(pattern).ok()?.captures(text)?.get(1)?.as_str())
}

/// What the first group of the pattern finds, from the beginning to the end.
pub(crate) fn find_all<'a>(pattern: &str, text: &'a str) -> Vec<&'a str> {
    let Ok(pattern) = Regex::new(pattern) else { return Vec::new() };
    pattern.captures_iter(text).filter_map(|found| Some(found.get(1)?.as_str())).collect()
}

/// The text with something new in the place of the first group of the pattern, which is empty.
pub(crate) fn insert(pattern: &str, text: &str, new: &str) -> Option<String> {
    let place = Regex::new(pattern).ok()?.captures(text)?.get(1)?.start();
    Some([&text[..place], new, &text[place..]].concat())
}
