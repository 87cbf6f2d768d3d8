//! What clients of OAuth find out about the service (RFC 8414).

use ore_domain::Permission;
use ore_schemas::AuthorizationServerMetadata;
use ore_settings::Settings;
use url::Url;

/// The metadata of a service with these settings; `None` where tokens are signed with a secret, or where the issuer is no URL at
/// which others find the keys.
pub fn authorization_server(settings: &Settings) -> Option<AuthorizationServerMetadata> {
    let issuer = &settings.tokens.issuer;
    if settings.tokens.algorithm.is_symmetric() || !is_issuer(issuer) {
        return None;
    }
    let base = settings.server.public_url.as_ref().map_or(issuer.as_str(), Url::as_str);
    let exchanges = !settings.tokens.exchange_audiences.is_empty();
    Some(metadata(issuer, base.trim_end_matches('/'), exchanges))
}

/// The metadata of an issuer whose endpoints lie below `base`. It names what is there.
pub(crate) fn metadata(issuer: &str, base: &str, exchanges: bool) -> AuthorizationServerMetadata {
    let exchange = exchanges.then_some("urn:ietf:params:oauth:grant-type:token-exchange");
    let at = |path: &str| format!("{base}{path}");
    AuthorizationServerMetadata {
        issuer: issuer.to_owned(),
        token_endpoint: at("/oauth/token"),
        jwks_uri: at("/.well-known/jwks.json"),
        introspection_endpoint: at("/oauth/introspect"),
        revocation_endpoint: at("/oauth/revoke"),
        response_types_supported: Vec::new(),
        grant_types_supported: ["client_credentials", "refresh_token"].into_iter().chain(exchange).collect(),
        token_endpoint_auth_methods_supported: vec!["client_secret_basic", "client_secret_post", "none"],
        introspection_endpoint_auth_methods_supported: vec!["client_secret_basic", "client_secret_post", "Bearer"],
        revocation_endpoint_auth_methods_supported: vec!["none", "client_secret_basic", "client_secret_post"],
        scopes_supported: Permission::ALL.iter().map(|permission| permission.name()).collect(),
    }
}

/// RFC 8414, section 2.
fn is_issuer(text: &str) -> bool {
    Url::parse(text)
        .is_ok_and(|url| url.scheme() == "https" && url.has_host() && url.query().is_none() && url.fragment().is_none())
}
