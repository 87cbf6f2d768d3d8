use ore_security::token::{VerificationKey, VerifierSettings};

/// What becomes of tokens while revocations are older than [`max_stale`](crate::VerifierBuilder::max_stale), or have never been
/// read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaleRevocations {
    /// They are checked against what is known: the service goes on, and somebody who was logged out may go on too.
    Accept,
    /// They are refused: nobody goes on.
    Refuse,
}

/// The settings of a verifier.
pub(crate) struct Settings {
    pub(crate) tokens: VerifierSettings,
    pub(crate) secrets: Vec<VerificationKey>,
    /// In seconds.
    pub(crate) max_stale: u64,
    /// In seconds.
    pub(crate) longest_token_life: u64,
    pub(crate) revocations: Option<StaleRevocations>,
}
