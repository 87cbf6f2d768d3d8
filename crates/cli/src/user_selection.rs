//! The account that a command names.

use ore_domain::{EmailAddress, UserId};
use ore_services::UserSelector;

use crate::Failure;

/// An address has an `@`, so that no number is one.
pub(crate) fn select(user: &str) -> Result<UserSelector, Failure> {
    if let Ok(key) = user.parse() {
        return Ok(UserSelector::Key(UserId::new(key)));
    }
    EmailAddress::parse(user).map(UserSelector::Address).map_err(|error| {
        Failure::Usage(format!("{user}: {error}; a user of such an address is named by the key that `user list` shows"))
    })
}

pub(crate) fn has_no_account(user: &str) -> String {
    format!("{user} has no account")
}
