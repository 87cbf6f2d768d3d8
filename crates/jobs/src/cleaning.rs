//! Cleans values for use in a mail, since anybody may have written them.

/// The value without line breaks, other control characters, and marks that turn the direction of writing, with which one
/// text looks like another (UTS #55): `�` stands for each.
pub(crate) fn clean(value: &str) -> String {
    value
        .chars()
        .map(|character| if is_deceptive(character) { char::REPLACEMENT_CHARACTER } else { character })
        .collect()
}

/// A subject as a header line may have it. An ASCII text that looks like an encoded word (RFC 2047, 2) would be decoded
/// by mail programs, into whatever it says.
pub(crate) fn clean_subject(subject: &str) -> String {
    clean(subject).replace("=?", "= ?")
}

fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_on_its_line_and_reads_as_it_is_written() {
        assert_eq!(clean("a\r\nBcc: b\0\u{85}\u{2028}\u{202E}c"), "a��Bcc: b����c");
        assert_eq!(clean("Firefox (Linux) 火狐 é"), "Firefox (Linux) 火狐 é");
    }

    #[test]
    fn a_subject_holds_no_encoded_word() {
        assert_eq!(clean_subject("=?utf-8?q?Free_money?="), "= ?utf-8?q?Free_money?=");
    }
}
