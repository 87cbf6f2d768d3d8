use std::fmt;
use std::str::FromStr;

use crate::AuditEntry;

/// A place in the chain of sealed entries.
///
/// Everything in it is what the store holds, and so nothing that anybody has checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainLink {
    /// The number: 1 for the first entry that was ever sealed, and none is left out. 0 stands before it.
    pub number: i64,
    /// The HMAC over the entry and the HMAC of the link before; empty before the first.
    pub hmac: Vec<u8>,
}

/// `N:HEX`, as people note it.
impl fmt::Display for ChainLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:", self.number)?;
        self.hmac.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// The text is no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not N:HEX, a number and 64 hexadecimal digits, as the log and `audit verify` tell the head")]
pub struct NotALink;

impl FromStr for ChainLink {
    type Err = NotALink;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, hmac) = text.split_once(':').ok_or(NotALink)?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or(NotALink)?;
        if hmac.len() != 64 || !hmac.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NotALink);
        }
        let byte = |index: usize| u8::from_str_radix(&hmac[index..index + 2], 16).map_err(|_| NotALink);
        Ok(Self { number, hmac: (0..hmac.len()).step_by(2).map(byte).collect::<Result<_, _>>()? })
    }
}

/// The beginning of the chain after old entries were deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainAnchor {
    /// The last link that was deleted; 0 where none was.
    pub link: ChainLink,
    /// The HMAC over that link, so that nobody else can move the beginning.
    pub mac: Vec<u8>,
}

/// Both ends of the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainEnds {
    /// The seal before the first entry.
    pub anchor: ChainAnchor,
    /// The link of the last entry.
    pub head: ChainLink,
}

/// The seal of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSeal {
    /// The key of the entry.
    pub id: i64,
    /// Its place in the chain.
    pub link: ChainLink,
    /// The HMAC over the client and the one over the details, which stay when these are erased.
    pub personal_digest: Vec<u8>,
}

/// An entry that has a place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    /// The entry.
    pub entry: AuditEntry,
    /// Its seal.
    pub seal: AuditSeal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_as_it_is_written() {
        let link = ChainLink { number: 17, hmac: (0..32).collect() };
        assert_eq!(link.to_string().parse(), Ok(link.clone()));
        assert_eq!(link.to_string().to_uppercase().parse(), Ok(link.clone()));
        let hex = "0".repeat(64);
        for text in ["", "17", "17:", "17:0a", &hex, &format!("0:{hex}"), &format!("17:{}é", &hex[2..])] {
            assert_eq!(text.parse::<ChainLink>(), Err(NotALink), "{text}");
        }
    }
}
