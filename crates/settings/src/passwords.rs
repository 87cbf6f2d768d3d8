//! What passwords must be like and what a hash costs.

use std::num::NonZeroUsize;
use std::time::Duration;

use ore_security::password::{HashParameters, MAXIMUM_PASSWORD_BYTES};

use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// The longest minimum that every script can meet: UTF-8 takes up to four bytes for a character.
pub(super) const MAXIMUM_MIN_LENGTH: usize = MAXIMUM_PASSWORD_BYTES / 4;
/// NIST SP 800-63B-4, 3.1.1.2, for a password beside which something else is asked for.
const PRODUCTION_MIN_LENGTH: usize = 8;
/// More hashes at once than any machine of today has cores.
pub(super) const MAXIMUM_HASH_SLOTS: usize = 1024;
/// Clients and proxies give up before that.
pub(super) const MAXIMUM_HASH_WAIT_SECONDS: u32 = 60;
/// RFC 9106, 3.1.
pub(super) const MAXIMUM_LANES: u32 = (1 << 24) - 1;

/// What passwords must be like and what a hash costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordSettings {
    /// Fewest code points of a new password.
    pub min_length: usize,
    /// Cost of a new hash.
    pub hash_parameters: HashParameters,
    /// Most hashes computed at once.
    pub hash_slots: NonZeroUsize,
    /// How long a call may wait for its hash to begin, as predicted.
    pub hash_wait: Duration,
}

impl PasswordSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let characters = parse::number("a number of characters", 1..=MAXIMUM_MIN_LENGTH);
        let min_length = values.read(&catalogue::PASSWORD_MIN_LENGTH, characters);
        if min_length.as_ref().is_ok_and(|length| *length < PRODUCTION_MIN_LENGTH) {
            let problem = format!("production needs {PRODUCTION_MIN_LENGTH} characters or more");
            let _ = values.check_safety(&catalogue::PASSWORD_MIN_LENGTH, problem);
        }
        let hash_parameters = read_hash_parameters(values);
        let hash_slots = values.read(&catalogue::HASH_SLOTS, parse::count("a number of hashes", MAXIMUM_HASH_SLOTS));
        let hash_wait = values.read(&catalogue::HASH_WAIT_SECONDS, parse::seconds(MAXIMUM_HASH_WAIT_SECONDS));
        Ok(Self {
            min_length: min_length?,
            hash_parameters: hash_parameters?,
            hash_slots: hash_slots?,
            hash_wait: hash_wait?,
        })
    }
}

/// Reads the three costs. Their bounds are those of RFC 9106 3.1.
fn read_hash_parameters(values: &mut Values) -> Result<HashParameters, Invalid> {
    let memory = values.read(&catalogue::ARGON2_MEMORY_KIB, parse::number("an amount of memory in KiB", 8..=u32::MAX));
    let time = values.read(&catalogue::ARGON2_TIME_COST, parse::number("a number of passes", 1..=u32::MAX));
    let lanes = values.read(&catalogue::ARGON2_PARALLELISM, parse::number("a number of lanes", 1..=MAXIMUM_LANES));
    let parameters = HashParameters::new(memory?, time?, lanes?).map_err(|error| {
        values.refuse(&catalogue::ARGON2_MEMORY_KIB, format!("does not fit the other costs: {error}"))
    })?;
    let minimum = HashParameters::PRODUCTION_MINIMUM;
    if values.environment().is_production() && parameters.is_weaker_than(&minimum) {
        return Err(refuse_weak(values, parameters, minimum));
    }
    Ok(parameters)
}

fn refuse_weak(values: &mut Values, parameters: HashParameters, minimum: HashParameters) -> Invalid {
    if parameters.memory_kib() < minimum.memory_kib() {
        let problem = format!("production needs {} KiB or more", minimum.memory_kib());
        values.refuse_as_unsafe(&catalogue::ARGON2_MEMORY_KIB, problem);
    }
    if parameters.time_cost() < minimum.time_cost() {
        let problem = format!("production needs {} passes or more", minimum.time_cost());
        values.refuse_as_unsafe(&catalogue::ARGON2_TIME_COST, problem);
    }
    Invalid
}
