use thiserror::Error;

/// Why a key was not taken. No message holds any part of a key, so the error may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The key is none of the algorithm, or the algorithm takes no such key.
    #[error("the key is not one of this algorithm")]
    WrongKind,
    /// Not a key in the expected form.
    #[error("the key cannot be read")]
    Malformed,
    /// An RSA key of less than 2048 or more than 4096 bits (RFC 7518, section 3.3), or with an exponent that is even or too
    /// small.
    #[error("the RSA key must have 2048 to 4096 bits and an odd exponent of 65537 or more")]
    UnacceptableRsa,
    /// A JSON Web Key with the private half, which has to stay where it is.
    #[error("the key is private and was told as a public one")]
    Private,
    /// A JSON Web Key that is for something else than signatures (RFC 7517, sections 4.2 and 4.3).
    #[error("the key is not for signatures")]
    WrongUse,
    /// The key could not be made, since the cryptographic library or the operating system failed.
    #[error("the key could not be made")]
    Generation,
}
