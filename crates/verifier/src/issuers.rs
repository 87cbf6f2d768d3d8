use std::collections::HashMap;
use std::sync::Arc;

use ore_security::token::unverified_issuer;

use crate::{BuildError, Reason, Verifier};

impl Verifier {
    /// This verifier, which from now on takes tokens of these issuers too. Which one checks a token is chosen by its claim
    /// `iss`, before the signature is looked at. Each has its own keys, its own revocations and what reads them, and what one
    /// of them lacks concerns its own tokens alone. Keys that are handed to the verifier are its first issuer's.
    ///
    /// Users are told apart by [`Caller::iss`](crate::Caller::iss) and [`Caller::uid`](crate::Caller::uid) together then.
    ///
    /// # Errors
    /// [`BuildError::SameIssuer`] when two of them are of one issuer.
    pub fn with_issuers(self, others: impl IntoIterator<Item = Self>) -> Result<Self, BuildError> {
        let mut issuers = HashMap::new();
        for other in self.issuers.iter().flat_map(|known| known.values().cloned()).chain(others) {
            let name = other.issuer().to_owned();
            if name == self.issuer() || issuers.insert(name, other).is_some() {
                return Err(BuildError::SameIssuer);
            }
        }
        Ok(Self { issuers: Some(Arc::new(issuers)), ..self })
    }

    /// The `iss` of its tokens.
    pub(crate) fn issuer(&self) -> &str {
        &self.shared.settings.tokens.issuer
    }

    /// The verifier of the issuer that a token names.
    pub(crate) fn of_issuer(&self, token: &str) -> Result<&Self, Reason> {
        let Some(issuers) = &self.issuers else { return Ok(self) };
        let issuer = unverified_issuer(token)?;
        if issuer == self.issuer() {
            return Ok(self);
        }
        issuers.get(&issuer).ok_or(Reason::UnknownIssuer)
    }
}
