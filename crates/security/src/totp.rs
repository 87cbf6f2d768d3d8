//! Codes that depend on the time (RFC 6238): HMAC with SHA-1, six digits, steps of 30 seconds.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::random::{RandomnessError, random_bytes};

/// RFC 4226 (section 4, R6) recommends 160 bits.
const SECRET_BYTES: usize = 20;
/// RFC 4226 (section 4, R6) asks for 128 bits. Other services gave out 80.
const LEAST_SECRET_BYTES: usize = 10;
const MOST_SECRET_BYTES: usize = 64;
const DIGITS: usize = 6;
const STEP_SECONDS: i64 = 30;
/// Clocks of phones differ (RFC 6238, 5.2).
const STEPS_AROUND: i64 = 1;

/// The secret that a user shares with us. Not printed, and wiped when dropped.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

/// The text or the bytes are no secret: base 32 (RFC 4648, section 6) of 10 to 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the secret is not base 32 of 10 to 64 bytes")]
pub struct MalformedSecret;

impl TotpSecret {
    /// A new secret.
    ///
    /// # Errors
    /// [`RandomnessError`] when the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomnessError> {
        let random: [u8; SECRET_BYTES] = *Zeroizing::new(random_bytes()?);
        Ok(Self(Zeroizing::new(random.to_vec())))
    }

    /// The secret of these bytes.
    ///
    /// # Errors
    /// [`MalformedSecret`] for too few or too many of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedSecret> {
        if !(LEAST_SECRET_BYTES..=MOST_SECRET_BYTES).contains(&bytes.len()) {
            return Err(MalformedSecret);
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The secret as people and other services write it: in any case, with spaces, with or without padding.
    ///
    /// # Errors
    /// [`MalformedSecret`].
    pub fn from_base32(text: &str) -> Result<Self, MalformedSecret> {
        let letters = text.chars().filter(|letter| !matches!(letter, ' ' | '-'));
        let text: Zeroizing<String> = Zeroizing::new(letters.map(|letter| letter.to_ascii_uppercase()).collect());
        let bytes = BASE32_NOPAD.decode(text.trim_end_matches('=').as_bytes()).map(Zeroizing::new);
        Self::from_bytes(&bytes.map_err(|_| MalformedSecret)?)
    }

    /// The secret in base 32, for the user alone.
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE32_NOPAD.encode(&self.0))
    }

    /// The bytes, for a store that seals them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The step around this time, in seconds since 1970, of which this is the code, if that is after `last`.
    pub fn matching_step(&self, code: &str, at: i64, last: Option<i64>) -> Option<i64> {
        let now = at.div_euclid(STEP_SECONDS);
        let mut found = None;
        // All of them are compared, whichever it is.
        for step in now - STEPS_AROUND..=now + STEPS_AROUND {
            let is_match = self.code_of(step).as_bytes().ct_eq(code.as_bytes());
            if bool::from(is_match) && last.is_none_or(|last| step > last) {
                found = Some(step);
            }
        }
        found
    }

    /// The code of a step (RFC 4226, 5.3).
    fn code_of(&self, step: i64) -> Zeroizing<String> {
        let Ok(mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return Zeroizing::default() };
        let digest = mac.chain_update(step.to_be_bytes()).finalize().into_bytes();
        let offset = usize::from(digest[digest.len() - 1] & 0x0f);
        let word = digest[offset..offset + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        Zeroizing::new(format!("{:0DIGITS$}", (word & 0x7fff_ffff) % 1_000_000))
    }

    /// The code of a time in seconds since 1970, for tests of what asks for codes.
    pub fn code_at(&self, at: i64) -> Zeroizing<String> {
        self.code_of(at.div_euclid(STEP_SECONDS))
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TotpSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    /// RFC 6238, appendix B, the last six of eight digits.
    #[rstest]
    #[case(59, "287082")]
    #[case(1_111_111_109, "081804")]
    #[case(1_111_111_111, "050471")]
    #[case(1_234_567_890, "005924")]
    #[case(2_000_000_000, "279037")]
    #[case(20_000_000_000, "353130")]
    fn the_vectors_of_the_rfc_hold(#[case] at: i64, #[case] expected: &str) {
        assert_eq!(secret().code_at(at).as_str(), expected);
        assert_eq!(secret().matching_step(expected, at, None), Some(at / 30));
    }

    #[rstest]
    #[case::two_before(-60, false)]
    #[case::one_before(-30, true)]
    #[case::one_after(30, true)]
    #[case::two_after(60, false)]
    fn a_clock_may_be_off_by_a_step(#[case] off: i64, #[case] is_accepted: bool) {
        let at = 1_234_567_890;
        let code = secret().code_at(at + off);
        assert_eq!(secret().matching_step(&code, at, None).is_some(), is_accepted);
    }

    #[test]
    fn a_step_that_was_accepted_is_not_again() {
        let (secret, at) = (secret(), 1_234_567_890);
        let code = secret.code_at(at);
        let step = secret.matching_step(&code, at, Some(at / 30 - 1));
        assert_eq!(step, Some(at / 30));
        assert_eq!(secret.matching_step(&code, at, step), None);
        assert_eq!(secret.matching_step(&code, at + 30, step), None);
    }

    #[rstest]
    #[case("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    #[case("gezd gnbv gy3t qojq gezd gnbv gy3t qojq")]
    #[case("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ====")]
    fn a_secret_is_read_as_others_write_it(#[case] text: &str) {
        assert_eq!(TotpSecret::from_base32(text).unwrap().expose(), secret().expose());
    }

    #[rstest]
    #[case("")]
    #[case("GEZDGNBV")]
    #[case("GEZDGNBVGY3TQOJQ1")]
    #[case(&"A".repeat(200))]
    fn what_is_no_secret_is_refused(#[case] text: &str) {
        assert_eq!(TotpSecret::from_base32(text).err(), Some(MalformedSecret));
    }

    #[test]
    fn secrets_differ_are_read_again_and_do_not_print() {
        let generated = TotpSecret::generate().unwrap();
        assert_ne!(generated.expose(), TotpSecret::generate().unwrap().expose());
        assert_eq!(TotpSecret::from_base32(&generated.to_base32()).unwrap().expose(), generated.expose());
        assert_eq!(format!("{generated:?}"), "TotpSecret(..)");
    }
}
