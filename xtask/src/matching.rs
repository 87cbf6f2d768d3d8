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

/// The text with something new in the place of the first group of the pattern, which is empty.
pub(crate) fn insert(pattern: &str, text: &str, new: &str) -> Option<String> {
    let place = Regex::new(pattern).ok()?.captures(text)?.get(1)?.start();
    Some([&text[..place], new, &text[place..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_goes_before_or_after_words_or_to_the_end_of_a_block() {
        let text = "mod a;\nmod b;\nimpl A {\n    fn a() {\n    }\n}\n\nimpl B {\n}\n";
        let insert = |pattern| insert(pattern, text, "new\n");
        assert!(insert("()mod").unwrap().starts_with("new\nmod a;"));
        assert!(insert("a;\n()").unwrap().starts_with("mod a;\nnew\nmod b;"));
        assert!(insert(r"(?s)impl A \{.*?\n()\}").unwrap().contains("    }\nnew\n}\n\nimpl B"));
        assert_eq!(insert("mod z()"), None);
    }
}
