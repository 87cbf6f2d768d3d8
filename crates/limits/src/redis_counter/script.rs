use std::num::NonZeroU32;
use std::time::Duration;

use ore_domain::{Charge, Charges, Decision, LimitedBy, Quota};
use redis::aio::ConnectionManager;
use redis::{RedisResult, Script};

/// Keeps all keys on one node of a cluster, where alone they can be charged together.
const HASH_TAG: &str = "{rate-limit}";

/// Charges the limits of a call.
pub(super) struct ChargeScript {
    script: Script,
    prefix: String,
}

impl ChargeScript {
    pub(super) fn new(prefix: &str) -> Self {
        Self { script: Script::new(include_str!("charge.lua")), prefix: prefix.to_owned() }
    }

    pub(super) async fn run(&self, mut connection: ConnectionManager, charges: &Charges) -> RedisResult<Decision> {
        let mut invocation = self.script.prepare_invoke();
        let addresses = charges.address.len();
        for Charge { key, quota } in charges.address.iter().chain([&charges.total, &charges.reserve]) {
            let share = quota.interval().saturating_mul(charges.fair_share);
            invocation.key(format!("{}{HASH_TAG}:{key}", self.prefix));
            invocation.arg(micros(quota.interval())).arg(micros(quota.capacity())).arg(micros(share));
        }
        let (position, wait): (usize, u64) = invocation.invoke_async(&mut connection).await?;
        let retry_after = Duration::from_micros(wait);
        Ok(match position.checked_sub(1) {
            None => Decision::Admitted,
            Some(tier) if tier < addresses => Decision::Refused { by: LimitedBy::Address(tier), retry_after },
            Some(_) => Decision::Refused { by: LimitedBy::Total, retry_after },
        })
    }
}

/// A call that uses up nothing of anybody's.
pub(super) fn charges_of_nobody() -> Charges {
    let quota = Quota::per_minute(NonZeroU32::MIN, NonZeroU32::MAX);
    let [address, total, reserve] =
        ["address", "total", "reserve"].map(|name| Charge { key: format!("nobody:{name}"), quota });
    Charges { address: vec![address], total, reserve, fair_share: 1 }
}

fn micros(duration: Duration) -> u64 {
    duration.as_micros().try_into().unwrap_or(u64::MAX)
}
