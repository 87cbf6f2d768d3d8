//! What passwords must be like and what a hash costs.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use ore_security::password::{HashParameters, MAXIMUM_PASSWORD_BYTES};

use super::declaration::DefaultValue::{Cores, NotSet, Text};
use super::form::{FILE, number, seconds};
use super::table::settings;
use super::values::Values;

/// NIST SP 800-63B-4, 3.1.1.2, for a password beside which something else is asked for.
const PRODUCTION_MIN_LENGTH: usize = 8;
/// The longest minimum that every script can meet: UTF-8 takes up to four bytes for a character.
const LONGEST_MINIMUM: u64 = MAXIMUM_PASSWORD_BYTES as u64 / 4;

/// The most memory and the most passes that a hash can have.
const MOST_COST: u64 = u32::MAX as u64;

settings! {
    /// The rules for passwords, and the cost of a hash, which has the bounds of RFC 9106, 3.1.
    pub struct PasswordSettings in "Passwords" {
        /// Fewest characters of a new password; 15 is advised where a password is the only factor.
        PASSWORD_MIN_LENGTH(
            number::<usize>(1, LONGEST_MINIMUM, "a number of characters"), Text("8"), "15"
        ) => min_length: usize;
        /// Memory of one Argon2id hash in KiB.
        ARGON2_MEMORY_KIB(
            number::<u32>(8, MOST_COST, "an amount of memory in KiB"), Text("65536"), "65536"
        ) => memory_kib: u32;
        /// Passes of Argon2id over its memory.
        ARGON2_TIME_COST(number::<u32>(1, MOST_COST, "a number of passes"), Text("3"), "3") => time_cost: u32;
        /// Lanes of Argon2id.
        ARGON2_PARALLELISM(number::<u32>(1, (1 << 24) - 1, "a number of lanes"), Text("4"), "4") => parallelism: u32;
        /// Most password hashes computed at once, each taking its memory.
        // More hashes at once than any machine of today has cores.
        HASH_SLOTS(number::<NonZeroUsize>(1, 1024, "a number of hashes"), Cores, "2") => hash_slots: NonZeroUsize;
        /// List of further passwords that nobody may choose: a password a line, or SHA-1 hashes in order as HEX:count.
        BREACHED_PASSWORDS_FILE(FILE, NotSet, "/etc/ore/pwned-passwords.txt") => breached_file: Option<PathBuf>;
        /// Seconds that a log-in or registration may wait for its hash; one that would wait longer is refused at once.
        // Clients and proxies give up before that.
        HASH_WAIT_SECONDS(seconds(60), Text("5"), "5") => hash_wait: Duration;
    }
}

impl PasswordSettings {
    /// The cost of a new hash.
    pub fn hash_parameters(&self) -> HashParameters {
        // Costs that cannot stand together were refused when they were read.
        HashParameters::new(self.memory_kib, self.time_cost, self.parallelism).unwrap_or_default()
    }

    pub(super) fn check(&self, values: &mut Values) {
        if self.min_length < PRODUCTION_MIN_LENGTH {
            let problem = format!("production needs {PRODUCTION_MIN_LENGTH} characters or more");
            values.check_safety(&PASSWORD_MIN_LENGTH, problem);
        }
        if let Err(error) = HashParameters::new(self.memory_kib, self.time_cost, self.parallelism) {
            let problem = format!("does not fit the other costs: {error}");
            values.refuse_beside(&[&ARGON2_TIME_COST, &ARGON2_PARALLELISM], &ARGON2_MEMORY_KIB, problem);
        }
        let minimum = HashParameters::PRODUCTION_MINIMUM;
        if values.is_production() && self.memory_kib < minimum.memory_kib() {
            let problem = format!("production needs {} KiB or more", minimum.memory_kib());
            values.refuse_as_unsafe(&ARGON2_MEMORY_KIB, problem);
        }
        if values.is_production() && self.time_cost < minimum.time_cost() {
            let problem = format!("production needs {} passes or more", minimum.time_cost());
            values.refuse_as_unsafe(&ARGON2_TIME_COST, problem);
        }
    }
}
