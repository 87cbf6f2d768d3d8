use std::net::IpAddr;
use std::sync::Arc;

use ore_domain::RateLimitPolicy;
use ore_domain::{AddressPrefix, CanonicalEmail, Charge, Charges, Decision, LimitedBy, Quota};
use ore_security::keyed_hash::KeyedHash;
use ore_settings::CredentialPolicies;
use ore_telemetry::metrics::RateLimitMetrics;

use super::LimitCounter;
use crate::{LimitError, RateLimited};

/// How often clients may present credentials, per address, per account and altogether.
pub struct CredentialLimits(Option<Limits>);

struct Limits {
    policies: CredentialPolicies,
    keyed_hash: KeyedHash,
    counter: Arc<dyn LimitCounter>,
    metrics: RateLimitMetrics,
}

impl CredentialLimits {
    /// No limits.
    pub fn none() -> Self {
        Self(None)
    }

    /// These limits. The counter sees addresses and accounts under names that only the key can match with them.
    pub fn new(
        policies: CredentialPolicies,
        keyed_hash: KeyedHash,
        counter: Arc<dyn LimitCounter>,
        metrics: RateLimitMetrics,
    ) -> Self {
        Self(Some(Limits { policies, keyed_hash, counter, metrics }))
    }

    /// Counts one call of `client` for `account`, whether or not there is such an account; one that names none counts for the
    /// client alone.
    ///
    /// # Errors
    /// [`LimitError::RateLimited`] when it is one too many, [`LimitError::Store`] when nobody can count it.
    pub async fn admit(&self, client: Option<IpAddr>, account: Option<&CanonicalEmail>) -> Result<(), LimitError> {
        match &self.0 {
            Some(limits) => limits.admit(client, account).await,
            None => Ok(()),
        }
    }

    /// Counts a refresh token of `client` that was refused, for its address alone; those that are accepted cost nothing. So
    /// an office behind one address is not logged out, and strangers use up nobody else's budget. Where nobody can count,
    /// the refusal is enough.
    ///
    /// # Errors
    /// [`RateLimited`] when it is one too many.
    pub async fn charge_refused_refresh(&self, client: Option<IpAddr>) -> Result<(), RateLimited> {
        let Some(limits) = &self.0 else { return Ok(()) };
        let address = limits.keyed_hash.of(&address_key(client));
        let charges = limits.charges(client, &address);
        let own = charges.map(|charge| Charge { key: format!("refresh-{address}-{}", charge.key), ..charge });
        match limits.charge(own).await {
            Err(LimitError::RateLimited(limited)) => Err(limited),
            Ok(()) | Err(LimitError::Store(_)) => Ok(()),
        }
    }
}

/// Clients without an address have none to tell them apart by.
fn address_key(client: Option<IpAddr>) -> String {
    client.map_or_else(String::new, |client| AddressPrefix::from(client).to_string())
}

impl Limits {
    async fn admit(&self, client: Option<IpAddr>, account: Option<&CanonicalEmail>) -> Result<(), LimitError> {
        let own = || address_key(client);
        let account = account.map_or_else(own, |account| account.as_str().to_owned());
        self.charge(self.charges(client, &account)).await
    }

    async fn charge(&self, charges: Charges) -> Result<(), LimitError> {
        let Decision::Refused { by, retry_after } = self.counter.charge(charges).await? else {
            return Ok(());
        };
        let policy = self.policy(by);
        self.metrics.refuse(policy.name);
        Err(RateLimited { policy, retry_after }.into())
    }

    fn charges(&self, client: Option<IpAddr>, account: &str) -> Charges {
        LimitedBy::ALL.map(|by| {
            let policy = self.policy(by);
            let key = match by {
                LimitedBy::Address => address_key(client),
                LimitedBy::Account => account.to_owned(),
                LimitedBy::Total => String::new(),
            };
            let key = format!("{}:{}", policy.name, self.keyed_hash.of(&key));
            Charge { key, quota: Quota::per_minute(policy.burst, policy.per_minute) }
        })
    }

    fn policy(&self, by: LimitedBy) -> RateLimitPolicy {
        match by {
            LimitedBy::Address => self.policies.address,
            LimitedBy::Account => self.policies.account,
            LimitedBy::Total => self.policies.total,
        }
    }
}
