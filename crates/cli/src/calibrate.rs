use std::num::NonZeroUsize;
use std::time::Duration;

use ore_security::password::HashParameters;
use ore_settings::PasswordSettings;
use ore_workers::hash_time;

use crate::Failure;
use crate::arguments::CalibrateArguments;
use crate::console::print;
use crate::proposal::{TimedCost, propose};

const KIB_PER_MIB: u32 = 1024;

/// Measures Argon2 on this machine, and proposes what it may cost.
pub(crate) fn run(settings: &PasswordSettings, arguments: CalibrateArguments) -> Result<(), Failure> {
    let slots = arguments.slots.unwrap_or(settings.hash_slots);
    let target = Duration::from_millis(arguments.target_ms.into());
    let lanes = settings.hash_parameters().parallelism();
    print(&heading(slots))?;
    let now = time(settings.hash_parameters(), slots)?;
    print(&row(now, slots, "set now"))?;
    let proposal = propose(target, arguments.slot_memory_mib * KIB_PER_MIB, lanes, |parameters| {
        let timed = time(parameters, slots)?;
        print(&row(timed, slots, "")).map(|()| timed.time)
    })?;
    print(&advice(proposal, slots, target))
}

fn time(parameters: HashParameters, slots: NonZeroUsize) -> Result<TimedCost, Failure> {
    Ok(TimedCost { parameters, time: hash_time(parameters, slots).map_err(Failure::because)? })
}

fn heading(slots: NonZeroUsize) -> String {
    format!(
        "Argon2id, {slots} at a time, as the hash slots compute it\n\n{:>10}  {:>6}  {:>5}  {:>7}  {:>16}  {:>13}\n",
        "memory KiB", "passes", "lanes", "ms each", "log-ins a second", "all slots MiB"
    )
}

fn row(timed: TimedCost, slots: NonZeroUsize, note: &str) -> String {
    let TimedCost { parameters, time } = timed;
    let row = format!(
        "{:>10}  {:>6}  {:>5}  {:>7.1}  {:>16.1}  {:>13}  {note}",
        parameters.memory_kib(),
        parameters.time_cost(),
        parameters.parallelism(),
        in_milliseconds(time),
        log_ins_a_second(time, slots),
        slots_mib(parameters, slots),
    );
    format!("{}\n", row.trim_end())
}

fn advice(proposal: TimedCost, slots: NonZeroUsize, target: Duration) -> String {
    let TimedCost { parameters, time } = proposal;
    let minimum = HashParameters::PRODUCTION_MINIMUM;
    let verdict = if time > target {
        "No cost that production may use is as fast as was asked: this is the least of them"
    } else {
        "It is no less than production needs"
    };
    format!(
        "\nProposed for {} ms:\n\nBACKEND_ARGON2_MEMORY_KIB={}\nBACKEND_ARGON2_TIME_COST={}\n\
         BACKEND_ARGON2_PARALLELISM={}\nBACKEND_HASH_SLOTS={slots}\n\n\
         A hash takes {:.0} ms, and the slots up to {} MiB of memory; {:.1} log-ins a second can be served.\n\
         {verdict}, which is {} KiB and {} passes (OWASP Password Storage Cheat Sheet).\n",
        target.as_millis(),
        parameters.memory_kib(),
        parameters.time_cost(),
        parameters.parallelism(),
        in_milliseconds(time),
        slots_mib(parameters, slots),
        log_ins_a_second(time, slots),
        minimum.memory_kib(),
        minimum.time_cost(),
    )
}

fn in_milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The hashes that the slots compute per second, within the precision of a `u32`.
fn log_ins_a_second(time: Duration, slots: NonZeroUsize) -> f64 {
    f64::from(u32::try_from(slots.get()).unwrap_or(u32::MAX)) / time.as_secs_f64().max(f64::MIN_POSITIVE)
}

fn slots_mib(parameters: HashParameters, slots: NonZeroUsize) -> u64 {
    (u64::from(parameters.memory_kib()) * slots.get() as u64).div_ceil(KIB_PER_MIB.into())
}
