//! Who may have an account, and how long the audit log tells of them.

use std::path::PathBuf;
use std::time::Duration;

use ore_domain::{EmailAddress, RoleName};
use url::Host;

use super::declaration::DefaultValue::Text;
use super::declaration::NOT_SET;
use super::form::{Form, Rejected, ValueType, text};
use super::forms::{BOOLEAN, FILE, days_or_never, mismatch};
use super::table::settings;

const IS_OPEN: Form<bool> = Form {
    value_type: ValueType::Choice("a kind of registration", &["open", "invite", "closed"]),
    parse: |text, value_type| match text {
        "open" => Ok(true),
        "invite" | "closed" => Ok(false),
        _ => Err(mismatch(value_type)),
    },
};
const DOMAIN: Form<String> = text("domain-list", |text, _| domain(text));
const ROLE: Form<RoleName> =
    text("role-list", |text, _| text.parse().map_err(|_| Rejected::new("is not the name of a role such as admin")));
const ADDRESS: Form<EmailAddress> = text("email-address", |text, _| {
    EmailAddress::parse(text).map_err(|error| Rejected::new(format!("is not name@example.org: {error}")))
});

settings! {
    /// The rules for accounts.
    pub struct AccountSettings in "Accounts" {
        /// Who makes accounts: open for everybody, invite or closed for administrators and operators alone.
        REGISTRATION(IS_OPEN, Text("open"), "closed") => is_open: bool;
        /// Domains of the addresses that may register or become the address of an account; empty for every domain.
        REGISTRATION_DOMAINS(DOMAIN, Text("[]"), "example.org,example.com") => domains: Vec<String>;
        /// Let nobody log in before the address was shown to be theirs; needs mail.
        REQUIRE_VERIFIED_EMAIL(BOOLEAN, Text("false"), "true") => requires_verified_email: bool;
        /// Answer every registration alike and by mail, so that nobody learns which addresses have accounts; needs
        /// mail.
        ENUMERATION_SAFE_REGISTRATION(BOOLEAN, Text("false"), "true") => hides_accounts: bool;
        /// Roles whose holders must have a second factor, user for everybody: until then they can only set one up.
        REQUIRE_MFA(ROLE, Text("[]"), "admin") => require_mfa: Vec<RoleName>;
        /// Address of the first admin, whose account is made once, when nobody has an account.
        BOOTSTRAP_ADMIN_EMAIL(ADDRESS, NOT_SET, "admin@example.org") => first_admin: Option<EmailAddress>;
        /// File that says how the first admin sets a password; made with the account, and removed once it was used.
        BOOTSTRAP_ADMIN_FILE(
            FILE, Text("./bootstrap-admin.txt"), "/var/lib/ore/bootstrap-admin.txt"
        ) => first_admin_file: PathBuf;
    }
}

settings! {
    /// The audit log.
    pub struct AuditSettings in "Accounts" {
        /// Days after which entries of the audit log are deleted; 0 keeps them forever.
        AUDIT_RETENTION_DAYS(days_or_never(36_500), Text("400"), "730") => retention: Option<Duration>;
    }
}

/// In the form in which addresses are compared.
fn domain(text: &str) -> Result<String, Rejected> {
    match Host::parse(text) {
        Ok(Host::Domain(domain)) if domain.contains('.') && !domain.contains('*') => Ok(domain),
        _ => Err(Rejected::new("is not a domain such as example.org")),
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
