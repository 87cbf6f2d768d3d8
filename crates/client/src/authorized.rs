use reqwest::header::{ETAG, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::call::Call;
use crate::{Client, Error, Tagged};

impl Client {
    /// Makes a call as who the client is. A call whose access token was refused is made again with the next one: it was not
    /// carried out.
    pub(crate) async fn authorized(&self, call: Call) -> Result<Answer, Error> {
        let shared = &*self.shared;
        if let Some(key) = &shared.api_key {
            return shared.transport.send(&call, Some(key)).await.map_err(|refused| refused.error);
        }
        let mut access_token = shared.session.tokens()?.access_token;
        if access_token.is_none() {
            access_token = self.renewed(None).await?;
        }
        let refused = match shared.transport.send(&call, bearer(access_token.as_ref())?.as_ref()).await {
            Err(refused) if refused.is_invalid_token => refused,
            outcome => return outcome.map_err(|refused| refused.error),
        };
        let Some(renewed) = self.renewed(access_token.as_ref()).await? else { return Err(refused.error) };
        let outcome = shared.transport.send(&call, bearer(Some(&renewed))?.as_ref()).await;
        outcome.map_err(|refused| refused.error)
    }

    async fn renewed(&self, refused: Option<&SecretString>) -> Result<Option<SecretString>, Error> {
        let renewed = self.shared.session.renew(&self.shared.transport, refused).await?;
        Ok(renewed.and_then(|tokens| tokens.access_token))
    }

    /// Makes a call as nobody.
    pub(crate) async fn anonymous(&self, call: Call) -> Result<Answer, Error> {
        self.shared.transport.send(&call, None).await.map_err(|refused| refused.error)
    }

    pub(crate) async fn data<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        self.authorized(call).await?.data()
    }

    pub(crate) async fn done(&self, call: Call) -> Result<(), Error> {
        self.authorized(call).await.map(drop)
    }

    pub(crate) async fn tagged<T: DeserializeOwned>(&self, call: Call) -> Result<Tagged<T>, Error> {
        let answer = self.authorized(call).await?;
        let etag = answer.header(ETAG.as_str()).ok_or(Error::UnreadableAnswer { status: answer.status })?.to_owned();
        Ok(Tagged { value: answer.data()?, etag })
    }
}

fn bearer(token: Option<&SecretString>) -> Result<Option<HeaderValue>, Error> {
    let Some(token) = token else { return Ok(None) };
    let value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
    let mut value = value.map_err(|_| Error::Header("access token"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}
