use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use ore_domain::{AddressPrefix, Charge, Charges, Decision, LimitedBy, Quota, RateLimitPolicy};
use ore_security::keyed_hash::KeyedHash;
use ore_settings::CredentialPolicies;
use ore_telemetry::metrics::RateLimitMetrics;

use super::LimitCounter;
use crate::{LimitError, RateLimited};

/// The reserve: if the total is used up, a quarter as many further calls are admitted, from addresses that recently
/// took at most an eighth of the burst of the total.
const RESERVE: NonZeroU32 = NonZeroU32::new(4).unwrap();
const FAIR_SHARES: u32 = 8;

/// The uses of credentials. Each has limits of its own, so a flood of one does not affect the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialUse {
    /// Authentication of a user.
    Authentication,
    /// Registration.
    Registration,
    /// Authentication of an OAuth client.
    Client,
}

/// The limits of calls with credentials, per address and in total.
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

    /// These limits. The counter sees addresses only as keyed hashes.
    pub fn new(
        policies: CredentialPolicies,
        keyed_hash: KeyedHash,
        counter: Arc<dyn LimitCounter>,
        metrics: RateLimitMetrics,
    ) -> Self {
        Self(Some(Limits { policies, keyed_hash, counter, metrics }))
    }

    /// Counts one call of `client`.
    ///
    /// # Errors
    /// [`LimitError::RateLimited`] if the call is over a limit, [`LimitError::Store`] if it cannot be counted.
    pub async fn admit(&self, client: Option<IpAddr>, credentials: CredentialUse) -> Result<(), LimitError> {
        let Some(limits) = &self.0 else { return Ok(()) };
        let prefix = match credentials {
            CredentialUse::Authentication => "",
            CredentialUse::Registration => "register-",
            CredentialUse::Client => "client-",
        };
        limits.charge(client, prefix, prefix).await
    }

    /// Whether a call of `client` that was refused because its permission is missing may leave an audit entry. There
    /// may be as many as failed log-ins. If the call cannot be counted, it leaves none.
    pub async fn admit_denial(&self, client: Option<IpAddr>) -> bool {
        let Some(limits) = &self.0 else { return true };
        let tiers = tiers(client);
        let charged = limits.counter.charge(limits.charges(&tiers, "denied-", "denied-")).await;
        matches!(charged, Ok(Decision::Admitted))
    }

    /// Counts a refused refresh token of `client`, for its address alone. Accepted tokens cost nothing, so an office
    /// behind one address is not logged out, and strangers use up nobody else's budget. If the token cannot be counted,
    /// the refusal is enough.
    ///
    /// # Errors
    /// [`RateLimited`] if the token is over the limit.
    pub async fn charge_refused_refresh(&self, client: Option<IpAddr>) -> Result<(), RateLimited> {
        let Some(limits) = &self.0 else { return Ok(()) };
        let own = client.map(|client| AddressPrefix::from(client).to_string()).unwrap_or_default();
        let own_total = format!("refresh-{}-", limits.keyed_hash.of(&own));
        match limits.charge(client, "refresh-", &own_total).await {
            Err(LimitError::RateLimited(limited)) => Err(limited),
            Ok(()) | Err(LimitError::Store(_)) => Ok(()),
        }
    }
}

impl Limits {
    /// Charges a call to keys with these prefixes: those of the address, and that of the total.
    async fn charge(&self, client: Option<IpAddr>, address: &str, total: &str) -> Result<(), LimitError> {
        let tiers = tiers(client);
        let Decision::Refused { by, retry_after } = self.counter.charge(self.charges(&tiers, address, total)).await?
        else {
            return Ok(());
        };
        let policy = match by {
            LimitedBy::Address(tier) => {
                let factor = tiers.get(tier).map_or(NonZeroU32::MIN, |(_, factor)| *factor);
                let RateLimitPolicy { name, burst, per_minute } = self.policies.address;
                let [burst, per_minute] = [burst, per_minute].map(|number| number.saturating_mul(factor));
                RateLimitPolicy { name, burst, per_minute }
            }
            LimitedBy::Total => self.policies.total,
        };
        self.metrics.refuse(policy.name);
        Err(RateLimited { policy, retry_after }.into())
    }

    fn charges(&self, tiers: &[(String, NonZeroU32)], address: &str, total: &str) -> Charges {
        let CredentialPolicies { address: of_address, total: of_total } = self.policies;
        let quota = |policy: RateLimitPolicy| Quota::per_minute(policy.burst, policy.per_minute);
        let everybody = self.keyed_hash.of("");
        let tier = |(name, factor): &(String, NonZeroU32)| Charge {
            key: format!("{address}{}:{}", of_address.name, self.keyed_hash.of(name)),
            quota: quota(of_address).times(*factor),
        };
        Charges {
            address: tiers.iter().map(tier).collect(),
            total: Charge { key: format!("{total}{}:{everybody}", of_total.name), quota: quota(of_total) },
            reserve: Charge {
                key: format!("{total}reserve:{everybody}"),
                quota: quota(of_total).divided_among(RESERVE),
            },
            fair_share: (of_total.burst.get() / FAIR_SHARES).max(1),
        }
    }
}

/// Clients without an address cannot be distinguished, so they share one limit.
fn tiers(client: Option<IpAddr>) -> Vec<(String, NonZeroU32)> {
    client.map_or_else(|| vec![(String::new(), NonZeroU32::MIN)], AddressPrefix::tiers)
}
