//! What passwords must be like and what a hash costs.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use ore_security::password::HashParameters;

use super::catalogue;
use super::values::{Invalid, Values};

/// NIST SP 800-63B-4, 3.1.1.2, for a password beside which something else is asked for.
const PRODUCTION_MIN_LENGTH: usize = 8;

/// The rules for passwords, and the cost of a hash.
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
    /// A list of further passwords that nobody may choose.
    pub breached_file: Option<PathBuf>,
}

impl PasswordSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let min_length = values.read_number(&catalogue::PASSWORD_MIN_LENGTH, "a number of characters");
        if min_length.as_ref().is_ok_and(|length| *length < PRODUCTION_MIN_LENGTH) {
            let problem = format!("production needs {PRODUCTION_MIN_LENGTH} characters or more");
            let _ = values.check_safety(&catalogue::PASSWORD_MIN_LENGTH, problem);
        }
        let hash_parameters = read_hash_parameters(values);
        let hash_slots = values.read_count(&catalogue::HASH_SLOTS, "a number of hashes");
        let breached_file = values.read_optional(&catalogue::BREACHED_PASSWORDS_FILE, |text| Ok(PathBuf::from(text)));
        let hash_wait = values.read_seconds(&catalogue::HASH_WAIT_SECONDS);
        Ok(Self {
            min_length: min_length?,
            hash_parameters: hash_parameters?,
            hash_slots: hash_slots?,
            hash_wait: hash_wait?,
            breached_file: breached_file?,
        })
    }
}

/// Reads the three costs. Their bounds are those of RFC 9106 3.1.
fn read_hash_parameters(values: &mut Values) -> Result<HashParameters, Invalid> {
    let memory = values.read_number(&catalogue::ARGON2_MEMORY_KIB, "an amount of memory in KiB");
    let time = values.read_number(&catalogue::ARGON2_TIME_COST, "a number of passes");
    let lanes = values.read_number(&catalogue::ARGON2_PARALLELISM, "a number of lanes");
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
