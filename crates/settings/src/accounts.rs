//! Who may have an account, and what that takes.

use std::path::PathBuf;

use ore_domain::{EmailAddress, RoleName};
use url::Host;

use super::fault::Rejected;
use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// The rules for accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    /// Whether people register by themselves.
    pub is_open: bool,
    /// The domains of addresses that may have an account, in ASCII form; every domain where there is none.
    pub domains: Vec<String>,
    /// Whether nobody logs in before the address was shown to be theirs.
    pub requires_verified_email: bool,
    /// Whether no registration tells if the address has an account.
    pub hides_accounts: bool,
    /// The roles whose holders must have a second factor.
    pub require_mfa: Vec<RoleName>,
    /// The address of the first admin, whose account is made when nobody has one.
    pub first_admin: Option<EmailAddress>,
    /// The file that says how the first admin sets a password.
    pub first_admin_file: PathBuf,
}

impl AccountSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let is_open = values.read(&catalogue::REGISTRATION, mode);
        let domains = values.read(&catalogue::REGISTRATION_DOMAINS, |text| parse::list(text, domain));
        let requires_verified_email = values.read(&catalogue::REQUIRE_VERIFIED_EMAIL, parse::boolean);
        let hides_accounts = values.read(&catalogue::ENUMERATION_SAFE_REGISTRATION, parse::boolean);
        let require_mfa = values.read(&catalogue::REQUIRE_MFA, |text| parse::list(text, role));
        let first_admin = values.read_optional(&catalogue::BOOTSTRAP_ADMIN_EMAIL, email);
        let first_admin_file = values.read(&catalogue::BOOTSTRAP_ADMIN_FILE, file);
        Ok(Self {
            is_open: is_open?,
            domains: domains?,
            requires_verified_email: requires_verified_email?,
            hides_accounts: hides_accounts?,
            require_mfa: require_mfa?,
            first_admin: first_admin?,
            first_admin_file: first_admin_file?,
        })
    }
}

fn mode(text: &str) -> Result<bool, Rejected> {
    match text {
        "open" => Ok(true),
        "invite" | "closed" => Ok(false),
        _ => Err(Rejected::whole("is not open, invite or closed")),
    }
}

fn email(text: &str) -> Result<EmailAddress, Rejected> {
    EmailAddress::parse(text).map_err(|error| Rejected::whole(format!("is not name@example.org: {error}")))
}

fn role(text: &str) -> Result<RoleName, Rejected> {
    text.parse().map_err(|_| Rejected::item(text, "is not the name of a role such as admin"))
}

fn file(text: &str) -> Result<PathBuf, Rejected> {
    if text.is_empty() { Err(Rejected::whole("is not the path of a file")) } else { Ok(PathBuf::from(text)) }
}

/// In the form in which addresses are compared.
fn domain(text: &str) -> Result<String, Rejected> {
    match Host::parse(text) {
        Ok(Host::Domain(domain)) if domain.contains('.') && !domain.contains('*') => Ok(domain),
        _ => Err(Rejected::item(text, "is not a domain such as example.org")),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Example.org", Some("example.org"))]
    #[case("b\u{fc}cher.example", Some("xn--bcher-kva.example"))]
    #[case("localhost", None)]
    #[case("192.0.2.1", None)]
    #[case("ada@example.org", None)]
    #[case::names_match_whole("*.example.org", None)]
    fn a_domain_is_read_as_addresses_have_it(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(domain(text).ok().as_deref(), expected);
    }
}
