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

    #[test]
    fn something_goes_before_or_after_words_or_where_the_indentation_of_a_block_ends() {
        let text = "mod a;\nmod b;\n\nimpl A for B {\n    fn a() {\n    }\n}\n\nimpl C {\n}\n";
        let insert = |anchor: Anchor| anchor.insert(text, "new\n");
        assert!(insert(Anchor::Before("mod")).unwrap().starts_with("new\nmod a;"));
        assert!(insert(Anchor::After("a;\n")).unwrap().starts_with("mod a;\nnew\nmod b;"));
        assert!(insert(Anchor::EndOf("impl A for B {")).unwrap().contains("    }\nnew\n}\n\nimpl C"));
        assert!(insert(Anchor::EndOf("fn a() {")).unwrap().contains("    fn a() {\nnew\n    }\n"));
        for absent in [Anchor::Before("mod z"), Anchor::After("mod z"), Anchor::EndOf("impl Z")] {
            assert_eq!(insert(absent), None, "{absent:?}");
        }
    }
}
