//! Keeps what clients send from ending a line of the log or steering a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes what JSON leaves as it is and some readers take for the end of a line. Only strings hold such characters.
pub(super) fn json(line: &str) -> Cow<'_, str> {
    escape(line, |character, out| {
        let _ = write!(out, "\\u{:04x}", u32::from(character));
    })
}

/// Escapes everything that is not to be seen.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    escape(text, |character, out| out.extend(character.escape_default()))
}

fn escape(text: &str, write: impl Fn(char, &mut String)) -> Cow<'_, str> {
    // Most lines are plain, and judging each of their characters would take as long as writing them.
    let is_plain = text.bytes().fold(true, |is_plain, byte| is_plain & matches!(byte, b' '..=b'~'));
    if is_plain || !text.contains(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_dangerous(character) { write(character, &mut out) } else { out.push(character) }
    }
    Cow::Owned(out)
}

fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTACK: &str = "a\r\nb\u{1b}[31mc\u{2028}d\u{85}e\u{202e}f";

    #[test]
    fn a_json_line_stays_one_line_and_reads_back_as_it_was() {
        let line = serde_json::to_string(ATTACK).unwrap();
        let escaped = json(&line);
        assert!(escaped.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), ATTACK);
    }

    #[test]
    fn a_text_line_shows_what_cannot_be_seen() {
        assert_eq!(text(ATTACK), "a\\r\\nb\\u{1b}[31mc\\u{2028}d\\u{85}e\\u{202e}f");
    }

    #[test]
    fn what_can_be_seen_is_left_alone() {
        assert_eq!(text("注册 é \"quoted\""), "注册 é \"quoted\"");
    }
}
