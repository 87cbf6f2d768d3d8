use crate::call::Call;
use crate::{Client, Error, Introspection};

impl Client {
    /// What an access token says (RFC 7662). Permission: `tokens.verify`. Services that check many tokens take
    /// `ore-verifier`, which asks nobody.
    ///
    /// # Errors
    /// [`Error::Api`]; an invalid token is no error, but is not `active`.
    pub async fn introspect(&self, token: &str) -> Result<Introspection, Error> {
        let call = Call::oauth("introspect", &[("token", token)]).repeatable();
        self.authorized(call).await?.json()
    }
}
