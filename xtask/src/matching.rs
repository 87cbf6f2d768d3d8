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

/// The number that the first group of the pattern finds first.
pub(crate) fn number(pattern: &str, text: &str) -> Option<u32> {
    find(pattern, text)?.parse().ok()
}

/// The number of the line, counted from 1, that the first group of the pattern finds first.
pub(crate) fn find_line(pattern: &str, text: &str) -> Option<usize> {
    let found = Regex::new(pattern).ok()?.captures_iter(text).find_map(|it| it.get(1))?.start();
    Some(1 + text[..found].matches('\n').count())
}
