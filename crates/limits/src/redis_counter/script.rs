use std::num::NonZeroU32;
use std::time::Duration;

use ore_domain::{Charge, Charges, Decision, LimitedBy, Quota};
use redis::aio::ConnectionManager;
use redis::{RedisResult, Script};

/// Keeps all keys on one node of a cluster, where alone they can be charged together.
const HASH_TAG: &str = "{rate-limit}";

/// Charges all limits of a call, or none.
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
        for Charge { key, quota } in charges {
            invocation.key(format!("{}{HASH_TAG}:{key}", self.prefix));
            invocation.arg(micros(quota.interval())).arg(micros(quota.capacity()));
        }
        let (position, wait): (usize, u64) = invocation.invoke_async(&mut connection).await?;
        let by = position.checked_sub(1).and_then(|index| LimitedBy::ALL.get(index).copied());
        let retry_after = Duration::from_micros(wait);
        Ok(by.map_or(Decision::Admitted, |by| Decision::Refused { by, retry_after }))
    }
}

/// A call that uses up nothing of anybody's.
pub(super) fn charges_of_nobody() -> Charges {
    LimitedBy::ALL.map(|by| {
        let quota = Quota::per_minute(NonZeroU32::MIN, NonZeroU32::MAX);
        Charge { key: format!("nobody:{by:?}"), quota }
    })
}

fn micros(duration: Duration) -> u64 {
    duration.as_micros().try_into().unwrap_or(u64::MAX)
}
