use super::HashError;

/// The cost of one Argon2 hash.
///
/// The default is that of argon2-cffi: 65536 KiB, 3 passes, 4 lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashParameters {
    memory_kib: u32,
    time_cost: u32,
    parallelism: u32,
}

impl HashParameters {
    /// The least that production may use: 19456 KiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet).
    ///
    /// OWASP lists settings with fewer passes over more memory, such as 47104 KiB and 1 pass, as equivalent. They
    /// count as weaker here: RFC 9106 gives no rule to convert memory into passes, so each cost has a floor of its own.
    pub const PRODUCTION_MINIMUM: Self = Self { memory_kib: 19_456, time_cost: 2, parallelism: 1 };

    /// The most that a stored hash may ask for, unless the configured parameters ask for more themselves.
    pub const STORED_MAXIMUM: Self = Self { memory_kib: 524_288, time_cost: 20, parallelism: 16 };

    /// The most that a hash from elsewhere may ask for, unless the configured parameters ask for more themselves. Fewer
    /// passes than [`STORED_MAXIMUM`](Self::STORED_MAXIMUM) has, which those hashes keep to that this service made.
    pub const IMPORTED_MAXIMUM: Self = Self { time_cost: 10, ..Self::STORED_MAXIMUM };

    /// Takes the memory in KiB, the number of passes over it and the number of lanes.
    ///
    /// # Errors
    ///
    /// [`HashError::InvalidParameters`] outside the bounds of RFC 9106, section 3.1: at least one pass and one lane,
    /// and at least 8 KiB for each lane.
    pub fn new(memory_kib: u32, time_cost: u32, parallelism: u32) -> Result<Self, HashError> {
        let parameters = Self { memory_kib, time_cost, parallelism };
        parameters.to_params().map(|_| parameters)
    }

    /// The memory in KiB.
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// The number of passes over the memory.
    pub const fn time_cost(&self) -> u32 {
        self.time_cost
    }

    /// The number of lanes. They are computed one after the other, on the calling thread.
    pub const fn parallelism(&self) -> u32 {
        self.parallelism
    }

    /// Whether a guess at a password costs less memory or fewer passes with these parameters than with `other`.
    ///
    /// The number of lanes does not count: it divides the same memory and the same work.
    pub const fn is_weaker_than(&self, other: &Self) -> bool {
        self.memory_kib < other.memory_kib || self.time_cost < other.time_cost
    }

    /// The same for the crate `argon2`.
    pub(super) fn to_params(self) -> Result<argon2::Params, HashError> {
        argon2::Params::new(self.memory_kib, self.time_cost, self.parallelism, None)
            .map_err(HashError::InvalidParameters)
    }

    /// The larger of each cost.
    pub(super) fn maximum(&self, other: &Self) -> Self {
        Self {
            memory_kib: self.memory_kib.max(other.memory_kib),
            time_cost: self.time_cost.max(other.time_cost),
            parallelism: self.parallelism.max(other.parallelism),
        }
    }

    /// Whether no cost is above that of `ceiling`.
    pub(super) fn is_within(&self, ceiling: &Self) -> bool {
        self.maximum(ceiling) == *ceiling
    }
}

impl Default for HashParameters {
    fn default() -> Self {
        Self { memory_kib: 65_536, time_cost: 3, parallelism: 4 }
    }
}

#[cfg(test)]
mod tests {
    use super::HashParameters;

    fn parameters(memory_kib: u32, time_cost: u32, parallelism: u32) -> HashParameters {
        HashParameters::new(memory_kib, time_cost, parallelism).unwrap()
    }

    #[test]
    fn less_memory_or_fewer_passes_are_weaker_and_lanes_do_not_count() {
        let reference = parameters(19_456, 2, 2);
        assert!(parameters(19_455, 3, 2).is_weaker_than(&reference));
        assert!(parameters(47_104, 1, 2).is_weaker_than(&reference));
        assert!(!parameters(19_456, 2, 1).is_weaker_than(&reference));
        assert!(!parameters(19_456, 2, 4).is_weaker_than(&reference));
        assert!(!parameters(65_536, 3, 1).is_weaker_than(&reference));
    }

    #[test]
    fn the_default_is_fit_for_production() {
        assert!(!HashParameters::default().is_weaker_than(&HashParameters::PRODUCTION_MINIMUM));
    }

    #[test]
    fn parameters_that_argon2_forbids_are_refused() {
        for (memory_kib, time_cost, parallelism) in
            [(7, 1, 1), (8, 0, 1), (8, 1, 0), (31, 1, 4), (u32::MAX, 1, 1 << 24)]
        {
            assert!(HashParameters::new(memory_kib, time_cost, parallelism).is_err());
        }
        assert!(HashParameters::new(8, 1, 1).is_ok());
    }
}
