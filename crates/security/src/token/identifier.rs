use uuid::Builder;

use crate::random::{RandomnessError, random_bytes};

/// Returns a new session identifier, for the claim `sid`: a UUID of version 4 (RFC 9562), 122 random bits.
///
/// # Errors
///
/// [`RandomnessError`] when the operating system gives no random bytes.
pub fn new_session_id() -> Result<String, RandomnessError> {
    new_identifier()
}

pub(super) fn new_identifier() -> Result<String, RandomnessError> {
    Ok(Builder::from_random_bytes(random_bytes()?).into_uuid().to_string())
}

#[cfg(test)]
mod tests {
    use super::new_session_id;

    #[test]
    fn session_identifiers_are_different_version_4_uuids() {
        let first = new_session_id().unwrap();
        assert_eq!(uuid::Uuid::parse_str(&first).unwrap().get_version_num(), 4);
        assert_ne!(first, new_session_id().unwrap());
    }
}
