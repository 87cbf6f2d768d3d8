//! Who may have an account, and how long the audit log tells of them.

use std::path::PathBuf;
use std::time::Duration;

use ore_domain::{EmailAddress, RoleName};
use url::Host;

use super::declaration::DefaultValue::{NotSet, Text};
use super::declaration::ValueType;
use super::form::{BOOLEAN, FILE, Form, Rejected, days_or_never, text};
use super::table::settings;

const IS_OPEN: Form<bool> = Form {
    value_type: ValueType::Choice("a kind of registration", &["open", "invite", "closed"]),
    parse: |text| match text {
        "open" => Ok(true),
        "invite" | "closed" => Ok(false),
        _ => Err("is not one of the words".into()),
    },
};
const DOMAIN: Form<String> = text("domain-list", domain);
const ROLE: Form<RoleName> =
    text("role-list", |text| Ok(text.parse().map_err(|_| "is not the name of a role such as admin")?));
const ADDRESS: Form<EmailAddress> = text("email-address", |text| {
    Ok(EmailAddress::parse(text).map_err(|error| format!("is not name@example.org: {error}"))?)
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
        BOOTSTRAP_ADMIN_EMAIL(ADDRESS, NotSet, "admin@example.org") => first_admin: Option<EmailAddress>;
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
        _ => Err("is not a domain such as example.org".into()),
    }
}
