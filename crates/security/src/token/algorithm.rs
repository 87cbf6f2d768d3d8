use strum::{Display, EnumString, IntoStaticStr, VariantNames};

/// A signature algorithm of RFC 7518, section 3.1, or of RFC 8037.
///
/// Each key is bound to one of them; what a token says about its algorithm is compared with that, never followed
/// (RFC 8725, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// Edwards-curve signatures with Ed25519 (RFC 8037, section 3.1).
    #[strum(serialize = "EdDSA")]
    EdDsa,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// The name in the `alg` header parameter.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether one key signs and verifies: whoever can check such a token can also make one.
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    /// The least length of a secret in bytes: that of the hash output (RFC 7518, section 3.2). Zero for an algorithm whose
    /// keys come in pairs.
    ///
    /// Nothing here enforces it; the settings of a service do, in production.
    pub const fn minimum_key_bytes(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
            Self::EdDsa | Self::Es256 | Self::Rs256 => 0,
        }
    }

    pub(super) const fn to_jsonwebtoken(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Hs256 => jsonwebtoken::Algorithm::HS256,
            Self::Hs384 => jsonwebtoken::Algorithm::HS384,
            Self::Hs512 => jsonwebtoken::Algorithm::HS512,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::{ParseError, VariantNames};

    use super::Algorithm;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in Algorithm::VARIANTS {
            assert_eq!(name.parse::<Algorithm>().unwrap().name(), *name);
        }
    }

    #[test]
    fn other_names_and_other_spellings_are_refused() {
        for name in ["", "none", "None", "hs256", "HS256 ", "RS384", "PS256", "ES384", "eddsa", "Ed25519"] {
            assert_eq!(name.parse::<Algorithm>(), Err(ParseError::VariantNotFound));
        }
    }
}
