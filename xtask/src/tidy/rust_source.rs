//! Rules for Rust files: their length, and what `lib.rs` and `mod.rs` hold.

use std::path::Path;

use crate::matching;

/// A file of more lines has more than one subject.
const MAX_LINES: usize = 400;

/// What `lib.rs` and `mod.rs` leave to other files: they show what is there and where it lives. The attribute before it
/// carries a README's examples, which are tested as the documentation of an item that exists for nothing else.
const DEFINITION: &str = concat!(
    r"(?m)^(?:#\[cfg\(doctest\)\]\n(?:#\[.*\n)*.*|[ \t]*(?:(?:pub|async|const|unsafe|default)(?:\([^)]*\))? +)*",
    r"((?:fn|struct|enum|trait) |impl[ <]|macro_rules!))"
);

/// The number of a line, counted from 1, and the rule that is broken there.
pub(super) fn violations(file: &str, content: &str) -> Vec<(usize, String)> {
    let lines = content.lines().count();
    let is_long = (lines > MAX_LINES).then(|| (MAX_LINES + 1, format!("{lines} lines, and {MAX_LINES} is the most")));
    let only_declares = Path::new(file).file_name().is_some_and(|name| name == "lib.rs" || name == "mod.rs");
    let definition = only_declares.then(|| matching::find_line(DEFINITION, content)).flatten();
    let rule = "lib.rs and mod.rs only declare modules and re-export: move this to another file";
    is_long.into_iter().chain(definition.map(|line| (line, rule.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARATIONS: &str = "//! The users; `fn run` is documented elsewhere.\n\n#![warn(missing_docs)]\n\
        mod email;\npub(crate) mod user;\n#[cfg(test)]\nmod tests;\n\npub use email::{\n    Email,\n    function,\n};\n";

    fn lines(content: &str) -> Vec<usize> {
        violations("src/user/mod.rs", content).iter().map(|(line, _)| *line).collect()
    }

    #[test]
    fn declarations_and_re_exports_pass_and_a_definition_does_not() {
        assert_eq!(violations("crates/domain/src/lib.rs", DECLARATIONS), []);
        let definitions = "fn run() {}|pub fn run() {}|pub(crate) async fn run() {}|\
                           pub(in crate::user) const fn run() {}|impl User {|impl<T> Store for T {|pub struct User;|\
                           enum Role {|pub trait Users {|macro_rules! both {|    fn nested() {}";
        for definition in definitions.split('|') {
            let content = format!("{DECLARATIONS}{definition}\n");
            assert_eq!(lines(&content), [DECLARATIONS.lines().count() + 1], "{definition}");
        }
    }

    #[test]
    fn an_item_that_only_carries_doctests_passes_and_the_next_does_not() {
        let readme = "#[cfg(doctest)]\n#[doc = include_str!(\"../README.md\")]\nstruct Readme;\n";
        assert_eq!(lines(readme), [0; 0]);
        assert_eq!(lines(&format!("{readme}struct User;\n")), [4]);
    }

    #[test]
    fn other_files_define_what_they_like_and_have_400_lines_at_most() {
        assert_eq!(violations("src/user.rs", "pub fn run() {}\n"), []);
        assert_eq!(violations("src/user.rs", &"\n".repeat(400)), []);
        assert_eq!(violations("src/user.rs", &"\n".repeat(401)).len(), 1);
    }
}
