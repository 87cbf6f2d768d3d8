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

    /// Counts one call of `client` for `account`, whether or not there is such an account.
    ///
    /// # Errors
    /// [`LimitError::RateLimited`] when it is one too many, [`LimitError::Store`] when nobody can count it.
    pub async fn admit(&self, client: Option<IpAddr>, account: &CanonicalEmail) -> Result<(), LimitError> {
        match &self.0 {
            Some(limits) => limits.admit(client, account).await,
            None => Ok(()),
        }
    }
}

impl Limits {
    async fn admit(&self, client: Option<IpAddr>, account: &CanonicalEmail) -> Result<(), LimitError> {
        let Decision::Refused { by, retry_after } = self.counter.charge(self.charges(client, account)).await? else {
            return Ok(());
        };
        let policy = self.policy(by);
        self.metrics.refuse(policy.name);
        Err(RateLimited { policy, retry_after }.into())
    }

    fn charges(&self, client: Option<IpAddr>, account: &CanonicalEmail) -> Charges {
        LimitedBy::ALL.map(|by| {
            let policy = self.policy(by);
            let key = match by {
                // Clients without an address have none to tell them apart by.
                LimitedBy::Address => client.map_or_else(String::new, |client| AddressPrefix::from(client).to_string()),
                LimitedBy::Account => account.as_str().to_owned(),
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
