use std::str::FromStr;

use crate::{EmailAddress, EmailError};

/// The sender of mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSender {
    /// The name that mail programs show with the address.
    pub name: Option<String>,
    /// The address.
    pub address: String,
}

/// Why a text is no [`MailSender`], as the end of a sentence that begins with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMailSender {
    /// The name would need escapes that not every mail program reads.
    #[error("has a name that holds a control character or one of < > \" \\")]
    NameCharacter,
    /// The name does not fit the line.
    #[error("has a name of more than {most} characters", most = MAXIMUM_NAME_CHARACTERS)]
    LongName,
    /// The address is none.
    #[error("is not name@example.org or Name <name@example.org>: {0}")]
    Address(#[from] EmailError),
}

/// Room for any name, and a header line that is not folded.
const MAXIMUM_NAME_CHARACTERS: usize = 64;
/// The domain of this machine itself (RFC 6761, 6.3), for trying things out.
const LOCALHOST: &str = "@localhost";

impl MailSender {
    /// The sender while mails go into a directory.
    pub fn of_this_machine() -> Self {
        Self { name: None, address: format!("ore-backend{LOCALHOST}") }
    }
}

impl FromStr for MailSender {
    type Err = InvalidMailSender;

    /// Reads `name@example.org` or `Name <name@example.org>`.
    fn from_str(text: &str) -> Result<Self, InvalidMailSender> {
        let (name, address) = match text.strip_suffix('>').and_then(|text| text.split_once('<')) {
            Some((name, address)) => (unquoted(name.trim()), address),
            None => ("", text),
        };
        if name.chars().any(|character| character.is_control() || matches!(character, '<' | '>' | '"' | '\\')) {
            return Err(InvalidMailSender::NameCharacter);
        }
        if name.chars().count() > MAXIMUM_NAME_CHARACTERS {
            return Err(InvalidMailSender::LongName);
        }
        match address.strip_suffix(LOCALHOST) {
            // The domain of an account has a dot.
            Some(local) => EmailAddress::parse(&format!("{local}{LOCALHOST}.example"))?,
            None => EmailAddress::parse(address)?,
        };
        Ok(Self { name: (!name.is_empty()).then(|| name.to_owned()), address: address.to_owned() })
    }
}

fn unquoted(name: &str) -> &str {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::bare("no-reply@example.org", None, "no-reply@example.org")]
    #[case::quoted("\"Doe, Jane\" <jane@example.org>", Some("Doe, Jane"), "jane@example.org")]
    #[case::local("ore@localhost", None, "ore@localhost")]
    fn a_sender_is_an_address_with_or_without_a_name(
        #[case] text: &str,
        #[case] name: Option<&str>,
        #[case] address: &str,
    ) {
        let sender = MailSender { name: name.map(str::to_owned), address: address.to_owned() };
        assert_eq!(text.parse(), Ok(sender));
    }

    #[test]
    fn anything_else_is_told_apart() {
        let error = |text: &str| text.parse::<MailSender>().unwrap_err();
        assert_eq!(error("A\\B <a@example.org>"), InvalidMailSender::NameCharacter);
        assert_eq!(error(&format!("{} <a@example.org>", "n".repeat(65))), InvalidMailSender::LongName);
        assert_eq!(error("ORE"), InvalidMailSender::Address(EmailError::Malformed));
    }
}
