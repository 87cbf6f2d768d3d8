//! Where in an existing file something new goes.

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    /// Before the first of these words.
    Before(&'static str),
    /// After the first of these words.
    After(&'static str),
    /// Before the line that closes the block whose first line begins so.
    EndOf(&'static str),
}

impl Anchor {
    /// The text with `new` at this place; `None` when there is no such place.
    pub(super) fn insert(self, text: &str, new: &str) -> Option<String> {
        let position = self.position(text)?;
        let (before, after) = text.split_at_checked(position)?;
        Some([before, new, after].concat())
    }

    fn position(self, text: &str) -> Option<usize> {
        match self {
            Self::Before(words) => text.find(words),
            Self::After(words) => Some(text.find(words)? + words.len()),
            Self::EndOf(first_line) => {
                // Blocks are known by their indentation, which rustfmt sees to.
                let begin = text.find(first_line)?;
                let indentation = text[..begin].chars().rev().take_while(|it| *it == ' ').count();
                let end = format!("\n{}}}", " ".repeat(indentation));
                Some(begin + text[begin..].find(&end)? + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "mod a;\nmod b;\n\nimpl A for B {\n    fn a() {\n    }\n}\n\nimpl C {\n}\n";

    #[test]
    fn something_goes_before_or_after_the_first_of_the_words() {
        assert!(Anchor::Before("mod").insert(TEXT, "mod c;\n").unwrap().starts_with("mod c;\nmod a;"));
        assert!(Anchor::After("a;\n").insert(TEXT, "mod c;\n").unwrap().starts_with("mod a;\nmod c;\nmod b;"));
    }

    #[test]
    fn a_block_ends_where_its_indentation_does() {
        let with_method = Anchor::EndOf("impl A for B {").insert(TEXT, "    fn b() {}\n").unwrap();
        assert!(with_method.contains("    fn a() {\n    }\n    fn b() {}\n}\n\nimpl C"), "{with_method}");
        let inner = Anchor::EndOf("fn a() {").insert(TEXT, "        x\n").unwrap();
        assert!(inner.contains("    fn a() {\n        x\n    }\n"), "{inner}");
    }

    #[test]
    fn what_is_not_there_has_no_place() {
        for anchor in [Anchor::Before("mod z"), Anchor::After("mod z"), Anchor::EndOf("impl Z"), Anchor::EndOf("mod a")]
        {
            assert_eq!(anchor.insert("mod a;\n", "x"), None, "{anchor:?}");
        }
    }
}
