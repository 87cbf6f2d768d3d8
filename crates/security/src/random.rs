//! Random bytes, from the operating system only.

use thiserror::Error;

/// The operating system gave no random bytes.
///
/// On the platforms in use this happens only when the process may not call the system's random source at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomnessError;

/// Returns `N` bytes from the operating system's cryptographic random source.
///
/// # Errors
///
/// [`RandomnessError`] when that source fails. There is no fallback.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], RandomnessError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| RandomnessError)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::random_bytes;

    #[test]
    fn two_calls_give_different_bytes() {
        let first: [u8; 16] = random_bytes().unwrap();
        let second: [u8; 16] = random_bytes().unwrap();
        assert_ne!(first, second);
        assert_ne!(first, [0; 16]);
    }
}
