//! How dear password hashes are.

/// What one Argon2id hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Cost {
    /// The service's default, which is that of argon2-cffi.
    pub(crate) const DEFAULT: Self = Self { memory_kib: 65_536, passes: 3, lanes: 4 };
    /// The least that production may use (OWASP Password Storage Cheat Sheet).
    pub(crate) const PRODUCTION_MINIMUM: Self = Self { memory_kib: 19_456, passes: 2, lanes: 1 };
    /// The cheapest there is (RFC 9106, 3.1), where a hash would hide what is measured.
    pub(crate) const LEAST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    /// The environment variables that set it.
    pub(crate) fn settings(self) -> [(&'static str, String); 3] {
        [
            ("BACKEND_ARGON2_MEMORY_KIB", self.memory_kib.to_string()),
            ("BACKEND_ARGON2_TIME_COST", self.passes.to_string()),
            ("BACKEND_ARGON2_PARALLELISM", self.lanes.to_string()),
        ]
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "m={},t={},p={}", self.memory_kib, self.passes, self.lanes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_written_as_in_a_hash() {
        assert_eq!(Cost::PRODUCTION_MINIMUM.to_string(), "m=19456,t=2,p=1");
    }
}
