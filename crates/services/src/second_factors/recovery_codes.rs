use ore_domain::TokenHash;
use ore_security::random::RandomnessError;
use ore_security::recovery_code::RecoveryCode;
use zeroize::Zeroizing;

/// The number of codes in a set.
const CODES: usize = 10;

/// The codes that get a user in, once each, who has lost the second factor.
#[derive(Debug, Clone)]
pub struct RecoveryCodes(Vec<RecoveryCode>);

impl RecoveryCodes {
    /// New ones.
    ///
    /// # Errors
    /// [`RandomnessError`] when the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomnessError> {
        (0..CODES).map(|_| RecoveryCode::generate()).collect::<Result<_, _>>().map(Self)
    }

    /// The codes, for the user alone.
    pub fn expose(&self) -> Vec<Zeroizing<String>> {
        self.0.iter().map(RecoveryCode::expose).collect()
    }

    /// The hashes for the store.
    pub(crate) fn hashes(&self) -> Vec<TokenHash> {
        self.0.iter().map(|code| TokenHash(code.digest())).collect()
    }
}
