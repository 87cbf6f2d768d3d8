use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ore_domain::{Charges, Decision, LimitedBy};

/// More keys than this are not worth remembering.
const MAXIMUM_KEYS: usize = 10_000;

/// Remembers which keys of addresses have no room and until when, so that a flood of calls stays within the process.
///
/// It forgets freely and errs never: nothing but time gives a key room again, however many count on it.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<HashMap<String, Instant>>);

impl Refusals {
    /// The refusal that the counter would give, as far as it is known.
    pub(super) fn find(&self, charges: &Charges, now: Instant) -> Option<Decision> {
        let without_room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        charges.address.iter().enumerate().find_map(|(tier, charge)| {
            let until = without_room.get(&charge.key).filter(|until| **until > now)?;
            Some(Decision::Refused { by: LimitedBy::Address(tier), retry_after: *until - now })
        })
    }

    /// Records what the counter decided about a call that had come to it by `now`. That the total has no room says
    /// nothing of the next call, which may be of an address that the reserve admits.
    pub(super) fn record(&self, mut charges: Charges, decision: Decision, now: Instant) {
        let Decision::Refused { by: LimitedBy::Address(tier), retry_after } = decision else { return };
        let Some(charge) = charges.address.get_mut(tier) else { return };
        let mut without_room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if without_room.len() >= MAXIMUM_KEYS {
            without_room.retain(|_, until| *until > now);
        }
        if without_room.len() < MAXIMUM_KEYS {
            without_room.insert(std::mem::take(&mut charge.key), now + retry_after);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use ore_domain::{Charge, Quota};

    use super::*;

    fn charges(address: &str) -> Charges {
        let quota = Quota::per_minute(NonZeroU32::MIN, NonZeroU32::MIN);
        let [narrow, wide, total, reserve] =
            [address, "wide", "total", "reserve"].map(|key| Charge { key: key.to_owned(), quota });
        Charges { address: vec![narrow, wide], total, reserve, fair_share: 1 }
    }

    #[test]
    fn a_refusal_is_remembered_for_its_key_until_there_is_room_again() {
        let (refusals, now, second) = (Refusals::default(), Instant::now(), Duration::from_secs(1));
        let refused = |retry_after| Decision::Refused { by: LimitedBy::Address(0), retry_after };
        refusals.record(charges("ada"), refused(3 * second), now);
        assert_eq!(refusals.find(&charges("ada"), now + second), Some(refused(2 * second)));
        assert_eq!(refusals.find(&charges("grace"), now + second), None);
        assert_eq!(refusals.find(&charges("ada"), now + 3 * second), None);
        refusals.record(charges("ada"), Decision::Refused { by: LimitedBy::Total, retry_after: second }, now);
        assert_eq!(refusals.find(&charges("ada"), now), Some(refused(3 * second)), "of the address alone");
        refusals.record(charges("ada"), Decision::Refused { by: LimitedBy::Address(1), retry_after: second }, now);
        let wide = Decision::Refused { by: LimitedBy::Address(1), retry_after: second };
        assert_eq!(refusals.find(&charges("grace"), now), Some(wide));
    }

    #[test]
    fn there_are_never_more_keys_than_fit() {
        let (refusals, now, second) = (Refusals::default(), Instant::now(), Duration::from_secs(1));
        let refused = Decision::Refused { by: LimitedBy::Address(0), retry_after: second };
        for index in 0..=MAXIMUM_KEYS {
            refusals.record(charges(&index.to_string()), refused, now);
        }
        assert_eq!(refusals.0.lock().unwrap().len(), MAXIMUM_KEYS);
        refusals.record(charges("later"), refused, now + second);
        assert_eq!(refusals.0.lock().unwrap().len(), 1);
    }
}
