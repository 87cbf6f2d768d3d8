use std::time::Duration;

use ore_security::password::{HashError, HashParameters};

/// The memory of one hash that is tried, most first: memory is what attackers with special hardware have least of.
const MEMORY_KIB: [u32; 5] = [262_144, 131_072, 65_536, 32_768, HashParameters::PRODUCTION_MINIMUM.memory_kib()];

/// The passes that go with less memory than the 2 GiB of the first recommendation of RFC 9106, section 4.
const USUAL_PASSES: u32 = 3;

/// A cost and how long one hash of it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimedCost {
    pub(crate) parameters: HashParameters,
    pub(crate) time: Duration,
}

/// The cost with the most memory, and then the most passes, of which a hash takes no longer than `target`; the least
/// that production may use when none is as fast.
///
/// # Errors
/// When `time_of` fails, or so many lanes do not fit the memory.
pub(crate) fn propose<E: From<HashError>>(
    target: Duration,
    most_memory_kib: u32,
    lanes: u32,
    mut time_of: impl FnMut(HashParameters) -> Result<Duration, E>,
) -> Result<TimedCost, E> {
    let mut time = |memory_kib, passes| {
        let parameters = HashParameters::new(memory_kib, passes, lanes)?;
        Ok::<_, E>(TimedCost { parameters, time: time_of(parameters)? })
    };
    for memory_kib in MEMORY_KIB.into_iter().filter(|memory_kib| *memory_kib <= most_memory_kib) {
        let usual = time(memory_kib, USUAL_PASSES)?;
        if usual.time > target {
            continue;
        }
        let mut passes = passes_within(target, usual);
        while passes > USUAL_PASSES {
            let more = time(memory_kib, passes)?;
            if more.time <= target {
                return Ok(more);
            }
            // Each pass takes about the same time, but for what else the machine does.
            passes = passes_within(target, more).min(passes - 1);
        }
        return Ok(usual);
    }
    time(HashParameters::PRODUCTION_MINIMUM.memory_kib(), HashParameters::PRODUCTION_MINIMUM.time_cost())
}

fn passes_within(target: Duration, timed: TimedCost) -> u32 {
    let passes = timed.parameters.time_cost();
    let nanoseconds_a_pass = (timed.time.as_nanos() / u128::from(passes)).max(1);
    let passes = u32::try_from(target.as_nanos() / nanoseconds_a_pass).unwrap_or(u32::MAX);
    passes.min(HashParameters::STORED_MAXIMUM.time_cost())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// A machine that takes a millisecond a pass over each MiB.
    fn time_of(parameters: HashParameters) -> Duration {
        Duration::from_millis(u64::from(parameters.memory_kib() / 1024 * parameters.time_cost()))
    }

    #[rstest]
    #[case::most_memory(1_000, 262_144, (262_144, 3))]
    #[case::then_passes(1_300, 262_144, (262_144, 5))]
    #[case::less_memory(767, 262_144, (131_072, 5))]
    #[case::exactly(192, 262_144, (65_536, 3))]
    #[case::bounded_memory(1_000, 65_536, (65_536, 15))]
    #[case::least_memory(60, 262_144, (19_456, 3))]
    #[case::most_passes(10_000, 262_144, (262_144, 20))]
    #[case::out_of_reach(10, 262_144, (19_456, 2))]
    fn the_costliest_hash_within_the_target_is_proposed(
        #[case] target: u64,
        #[case] most_memory_kib: u32,
        #[case] (memory_kib, passes): (u32, u32),
    ) {
        let in_time = |parameters| Ok::<_, HashError>(time_of(parameters));
        let proposal = propose(Duration::from_millis(target), most_memory_kib, 4, in_time).unwrap();
        let parameters = HashParameters::new(memory_kib, passes, 4).unwrap();
        assert_eq!(proposal, TimedCost { parameters, time: time_of(parameters) });
    }

    #[test]
    fn a_proposal_that_takes_longer_than_was_expected_is_taken_back() {
        let slower_from_five_passes = |parameters: HashParameters| {
            let time = time_of(parameters);
            Ok::<_, HashError>(if parameters.time_cost() >= 5 { time * 6 / 5 } else { time })
        };
        let proposal = propose(Duration::from_millis(1_900), 262_144, 1, slower_from_five_passes).unwrap();
        assert_eq!((proposal.parameters.memory_kib(), proposal.parameters.time_cost()), (262_144, 6));
    }
}
