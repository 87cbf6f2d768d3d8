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

/// As [`find_all`], with the numbers of the lines, counted from 1.
pub(crate) fn find_lines<'a>(pattern: &str, text: &'a str) -> Vec<(usize, &'a str)> {
    let Ok(pattern) = Regex::new(pattern) else { return Vec::new() };
    let mut lines = Vec::new();
    let (mut line, mut seen) = (1, 0);
    for found in pattern.captures_iter(text).filter_map(|found| found.get(1)) {
        line += text[seen..found.start()].matches('\n').count();
        seen = found.start();
        lines.push((line, found.as_str()));
    }
    lines
}
