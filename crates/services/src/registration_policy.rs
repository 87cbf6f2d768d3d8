use ore_domain::EmailAddress;

use crate::audit::{AuditedError, Refusal};
use crate::last_admin::LastAdminRule;

/// The rules for registrations.
#[derive(Debug, Clone, Default)]
pub struct RegistrationPolicy {
    /// Whether nobody registers by themselves.
    pub is_closed: bool,
    /// The domains of addresses that may have an account, in ASCII form; every domain where there is none.
    pub domains: Vec<String>,
    /// Whether nobody logs in before the address was shown to be theirs.
    pub requires_verified_email: bool,
    /// Whether no registration tells if the address has an account.
    pub hides_accounts: bool,
}

/// The address may not have an account, or nobody registers by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this address may not register here")]
pub struct RegistrationClosed;

impl AuditedError for RegistrationClosed {
    fn refusal(&self) -> Refusal {
        Refusal::denied("registration_closed", None)
    }
}

impl RegistrationPolicy {
    /// Which admins count.
    pub fn admins(&self) -> LastAdminRule {
        LastAdminRule { needs_verified_email: self.requires_verified_email || self.hides_accounts }
    }

    /// Whether somebody with this address may register.
    ///
    /// # Errors
    /// [`RegistrationClosed`].
    pub fn admit(&self, email: &EmailAddress) -> Result<(), RegistrationClosed> {
        if self.is_closed { Err(RegistrationClosed) } else { self.admit_address(email) }
    }

    /// Whether an account may have this address. Domains match whole: one below a domain is another.
    ///
    /// # Errors
    /// [`RegistrationClosed`].
    pub fn admit_address(&self, email: &EmailAddress) -> Result<(), RegistrationClosed> {
        let is_admitted = self.domains.is_empty() || self.domains.iter().any(|domain| domain == email.ascii_domain());
        if is_admitted { Ok(()) } else { Err(RegistrationClosed) }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ada@example.org", true)]
    #[case("ada@EXAMPLE.org", true)]
    #[case("ada@b\u{fc}cher.example", true)]
    #[case("ada@mail.example.org", false)]
    #[case("ada@notexample.org", false)]
    fn a_domain_matches_whole(#[case] email: &str, #[case] is_admitted: bool) {
        let domains = ["example.org".to_owned(), "xn--bcher-kva.example".to_owned()].into();
        let policy = RegistrationPolicy { domains, ..RegistrationPolicy::default() };
        assert_eq!(policy.admit(&EmailAddress::parse(email).unwrap()).is_ok(), is_admitted);
    }
}
