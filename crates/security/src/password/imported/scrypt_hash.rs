use scrypt::Params;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::encoding::{encoded_salt, hash, number, parameter, plain_salt};
use crate::password::{HashError, HashMemory};

/// The most that N may be, as its logarithm.
const MAXIMUM_LOG_N: u32 = 17;
/// The most memory of one hash: as much as one of Argon2 may take.
const MAXIMUM_BYTES: u64 = 512 << 20;
/// The maximum size of the memory that scrypt mixes beside its table. Sensible costs need little of it.
const MAXIMUM_MIXED_BYTES: u64 = 16 << 20;
/// The most blocks of 128 bytes that are mixed: eight times as many as with N = 2^17, r = 8 and p = 1.
const MAXIMUM_BLOCKS: u64 = 1 << 23;
/// The size of a block for each r (RFC 7914).
const BLOCK_BYTES: u64 = 128;

/// An scrypt hash (RFC 7914).
pub(in crate::password) struct ScryptHash {
    parameters: Params,
    memory_bytes: usize,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl ScryptHash {
    /// Parses `text`; `None` when it is of another kind.
    pub(super) fn parse(text: &str) -> Option<Result<Self, HashError>> {
        if let Some(rest) = text.strip_prefix("$scrypt$") {
            return Some(Self::phc(rest));
        }
        text.strip_prefix("scrypt$").map(Self::django)
    }

    /// Whether it is the hash of `password`.
    pub(super) fn matches(&self, password: &[u8], memory: &mut HashMemory) -> Result<bool, HashError> {
        // The library takes memory of its own, and a process without memory ends: so there is enough for both, or an error.
        memory.release();
        Vec::<u8>::new().try_reserve_exact(self.memory_bytes).map_err(|_| HashError::OutOfMemory)?;
        let mut computed = Zeroizing::new(vec![0; self.hash.len()]);
        scrypt::scrypt(password, &self.salt, &self.parameters, &mut computed)
            .map_err(|_| HashError::ParametersOutOfBounds)?;
        Ok(computed.ct_eq(&self.hash).into())
    }

    /// `ln=16,r=8,p=1$salt$hash`.
    fn phc(text: &str) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let [parameters, salt, hash] = fields.as_slice() else { return Err(HashError::MalformedHash) };
        let parameters: Vec<&str> = parameters.split(',').collect();
        let [log_n, r, p] = parameters.as_slice() else { return Err(HashError::MalformedHash) };
        let (log_n, r, p) = (parameter(log_n, "ln")?, parameter(r, "r")?, parameter(p, "p")?);
        Self::new((log_n, r, p), encoded_salt(salt)?, hash)
    }

    /// `16384$salt$8$5$hash`.
    fn django(text: &str) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let [n, salt, r, p, hash] = fields.as_slice() else { return Err(HashError::MalformedHash) };
        let n = number(n)?;
        if !n.is_power_of_two() {
            return Err(HashError::MalformedHash);
        }
        Self::new((n.ilog2(), number(r)?, number(p)?), plain_salt(salt)?, hash)
    }

    fn new((log_n, r, p): (u32, u32, u32), salt: Vec<u8>, encoded: &str) -> Result<Self, HashError> {
        if log_n == 0 || r == 0 || p == 0 {
            return Err(HashError::MalformedHash);
        }
        let beyond = |_| HashError::ParametersOutOfBounds;
        if log_n > MAXIMUM_LOG_N {
            return Err(HashError::ParametersOutOfBounds);
        }
        let blocks = u64::from(r) << log_n;
        // The table, and the blocks that are mixed (RFC 7914, 6).
        let (table, mixed) = (blocks.saturating_mul(BLOCK_BYTES), u64::from(r).saturating_mul(p.into()));
        let mixed = mixed.saturating_mul(BLOCK_BYTES);
        let memory_bytes = table.saturating_add(mixed);
        if table > MAXIMUM_BYTES || mixed > MAXIMUM_MIXED_BYTES || blocks.saturating_mul(p.into()) > MAXIMUM_BLOCKS {
            return Err(HashError::ParametersOutOfBounds);
        }
        let log_n = u8::try_from(log_n).map_err(beyond)?;
        let parameters = Params::new(log_n, r, p).map_err(|_| HashError::ParametersOutOfBounds)?;
        Ok(Self {
            parameters,
            memory_bytes: usize::try_from(memory_bytes).map_err(beyond)?,
            salt,
            hash: hash(encoded)?,
        })
    }
}
