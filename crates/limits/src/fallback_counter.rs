use std::num::NonZeroU32;

use ore_domain::{BoxFuture, Charge, Charges, Decision, StoreError};

use super::{LimitCounter, MemoryCounter};

/// Counts in the memory of this process while the counter that replicas share is away: each replica admits its part,
/// so that together they neither admit everything nor nothing.
pub struct FallbackCounter<C> {
    shared: C,
    local: MemoryCounter,
    replicas: NonZeroU32,
}

impl<C: LimitCounter> FallbackCounter<C> {
    /// For a counter that this many replicas share.
    pub fn new(shared: C, replicas: NonZeroU32) -> Self {
        Self { shared, local: MemoryCounter::new(), replicas }
    }

    fn part_of(&self, charges: Charges) -> Charges {
        let part = |charge: Charge| Charge { quota: charge.quota.divided_among(self.replicas), ..charge };
        Charges {
            address: charges.address.into_iter().map(part).collect(),
            total: part(charges.total),
            reserve: part(charges.reserve),
            fair_share: (charges.fair_share / self.replicas.get()).max(1),
        }
    }
}

impl<C: LimitCounter> LimitCounter for FallbackCounter<C> {
    fn charge(&self, charges: Charges) -> BoxFuture<'_, Result<Decision, StoreError>> {
        Box::pin(async move {
            match self.shared.charge(charges.clone()).await {
                Ok(decision) => Ok(decision),
                Err(_) => self.local.charge(self.part_of(charges)).await,
            }
        })
    }
}
