//! Rules for Rust files: their length, and what `lib.rs` and `mod.rs` hold.

use std::path::Path;

use super::Violation;

/// A file of more lines has more than one subject.
const MAX_LINES: usize = 400;

/// What `lib.rs` and `mod.rs` leave to other files: they show what is there and where it lives.
const DEFINITIONS: &[&str] = &["fn ", "impl ", "impl<", "struct ", "enum ", "trait ", "macro_rules!"];

/// Words that may stand before a definition.
const QUALIFIERS: &[&str] = &["pub", "async", "const", "unsafe", "default"];

pub(super) fn violations(file: &str, content: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    let lines = content.lines().count();
    if lines > MAX_LINES {
        violations.push(Violation::new(MAX_LINES + 1, format!("{lines} lines, and {MAX_LINES} is the most")));
    }
    if Path::new(file).file_name().is_some_and(|name| name == "lib.rs" || name == "mod.rs") {
        let first = first_definition(content);
        violations.extend(first.map(|line| {
            Violation::new(line, "lib.rs and mod.rs only declare modules and re-export: move this to another file")
        }));
    }
    violations
}

/// The line of the first definition, counted from 1.
fn first_definition(content: &str) -> Option<usize> {
    let mut carries_doctests = false;
    for (line, number) in content.lines().zip(1..) {
        // A README's examples are tested as the documentation of an item that exists for nothing else.
        if line == "#[cfg(doctest)]" {
            carries_doctests = true;
        } else if !line.starts_with("#[") {
            if defines(line) && !carries_doctests {
                return Some(number);
            }
            carries_doctests = false;
        }
    }
    None
}

fn defines(line: &str) -> bool {
    let mut rest = line.trim_start();
    while let Some(shorter) = without_qualifier(rest) {
        rest = shorter;
    }
    DEFINITIONS.iter().any(|definition| rest.starts_with(definition))
}

/// The line without the qualifier it starts with, such as `pub(in crate::user)`.
fn without_qualifier(line: &str) -> Option<&str> {
    let rest = QUALIFIERS.iter().find_map(|qualifier| line.strip_prefix(qualifier))?;
    let rest = match rest.strip_prefix('(') {
        Some(restriction) => restriction.split_once(')')?.1,
        None => rest,
    };
    rest.strip_prefix(' ').map(str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARATIONS: &str = "//! The users; `fn run` is documented elsewhere.\n\n#![warn(missing_docs)]\n\
        mod email;\npub(crate) mod user;\n#[cfg(test)]\nmod tests;\n\npub use email::{\n    Email,\n    function,\n};\n";

    #[test]
    fn declarations_and_re_exports_pass() {
        assert_eq!(violations("crates/domain/src/lib.rs", DECLARATIONS), []);
    }

    #[test]
    fn a_definition_in_lib_or_mod_is_found() {
        for definition in [
            "fn run() {}",
            "pub fn run() {}",
            "pub(crate) async fn run() {}",
            "pub(in crate::user) const fn run() {}",
            "impl User {",
            "impl<T> Store for T {",
            "pub struct User;",
            "enum Role {",
            "pub trait Users {",
            "macro_rules! both {",
            "    fn nested() {}",
        ] {
            let content = format!("{DECLARATIONS}{definition}\n");
            let lines: Vec<usize> = violations("src/user/mod.rs", &content).iter().map(|it| it.line).collect();
            assert_eq!(lines, [DECLARATIONS.lines().count() + 1], "{definition}");
        }
    }

    #[test]
    fn an_item_that_only_carries_doctests_passes_and_the_next_does_not() {
        let readme = "#[cfg(doctest)]\n#[doc = include_str!(\"../README.md\")]\nstruct Readme;\n";
        assert_eq!(first_definition(readme), None);
        assert_eq!(first_definition(&format!("{readme}struct User;\n")), Some(4));
    }

    #[test]
    fn other_files_define_what_they_like() {
        assert_eq!(violations("src/user.rs", "pub fn run() {}\n"), []);
    }

    #[test]
    fn a_file_of_400_lines_passes_and_one_of_401_does_not() {
        assert_eq!(violations("src/user.rs", &"\n".repeat(400)), []);
        assert_eq!(
            violations("src/user.rs", &"\n".repeat(401)),
            [Violation::new(401, "401 lines, and 400 is the most")]
        );
    }
}
