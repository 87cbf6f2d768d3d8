use uuid::Builder;

use crate::random::{RandomnessError, random_bytes};

/// A new identifier of a token, for the claim `jti`: a UUID of version 4 (RFC 9562, 5.4), 122 random bits.
pub(super) fn new_identifier() -> Result<String, RandomnessError> {
    Ok(Builder::from_random_bytes(random_bytes()?).into_uuid().to_string())
}

#[cfg(test)]
mod tests {
    use super::new_identifier;

    #[test]
    fn identifiers_are_different_version_4_uuids() {
        let first = new_identifier().unwrap();
        assert_eq!(uuid::Uuid::parse_str(&first).unwrap().get_version_num(), 4);
        assert_ne!(first, new_identifier().unwrap());
    }
}
