use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CACHE_CONTROL, ETAG, HeaderValue, IF_NONE_MATCH};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::StartError;
use super::error::FetchError;
use super::tls;

/// The answer of an issuer.
pub(super) enum Fetched {
    Unchanged { max_age: Option<Duration> },
    Changed { body: Vec<u8>, etag: Option<String>, max_age: Option<Duration> },
}

/// A client for these addresses. Redirects are refused, and no proxy is taken from the environment: an address says where
/// keys come from.
pub(super) fn client(addresses: &[&Url], authorities: &[Vec<u8>]) -> Result<Client, StartError> {
    let needs_authorities = addresses.iter().any(|address| address.scheme() == "https");
    let builder = Client::builder()
        .tls_backend_preconfigured(tls::client_config(needs_authorities, authorities)?)
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(concat!("ore-verifier/", env!("CARGO_PKG_VERSION")));
    Ok(builder.build()?)
}

pub(super) fn authorized(
    client: Client,
    key: &SecretString,
) -> Result<impl Fn(&Url) -> RequestBuilder + use<>, StartError> {
    let value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()));
    let mut value = value.map_err(|_| StartError::ApiKey)?;
    value.set_sensitive(true);
    Ok(move |url: &Url| client.get(url.clone()).header(AUTHORIZATION, value.clone()))
}

/// Reads an answer with a maximum length, within this time.
pub(super) async fn fetch(
    request: RequestBuilder,
    etag: Option<&str>,
    timeout: Duration,
    max_bytes: usize,
) -> Result<Fetched, FetchError> {
    let request = etag.into_iter().fold(request, |request, etag| request.header(IF_NONE_MATCH, etag));
    let response = request.timeout(timeout).send().await.map_err(reqwest::Error::without_url)?;
    let max_age = max_age(&response);
    match response.status() {
        StatusCode::OK => {
            let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
            Ok(Fetched::Changed { body: read(response, max_bytes).await?, etag, max_age })
        }
        StatusCode::NOT_MODIFIED => Ok(Fetched::Unchanged { max_age }),
        status => Err(FetchError::Status(status.as_u16())),
    }
}

async fn read(mut response: Response, max_bytes: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(FetchError::TooLong(max_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// RFC 9111, section 5.2.2.1.
fn max_age(response: &Response) -> Option<Duration> {
    let directives = response.headers().get(CACHE_CONTROL)?.to_str().ok()?;
    let seconds = directives.split(',').find_map(|directive| directive.trim().strip_prefix("max-age="))?;
    seconds.parse().ok().map(Duration::from_secs)
}
