//! Who runs a server.

use std::str::FromStr;

use anyhow::{Context as _, Result, anyhow};

/// An account of the operating system by its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// As `id -u` prints it.
    pub user: u32,
    /// As `id -g` prints it.
    pub group: u32,
}

impl FromStr for Account {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (user, group) = text.split_once(':').ok_or_else(|| anyhow!("not of the form 65534:65534"))?;
        let number = |text: &str| text.parse().with_context(|| format!("{text} is not the number of an account"));
        Ok(Self { user: number(user)?, group: number(group)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_two_numbers() {
        assert_eq!("33:44".parse::<Account>().unwrap(), Account { user: 33, group: 44 });
        assert!("nobody:44".parse::<Account>().is_err());
        assert!("33".parse::<Account>().is_err());
    }
}
