//! The crate `oauth2`, which others wrote, as a client of ours.

use std::convert::Infallible;

use oauth2::basic::BasicClient;
use oauth2::{
    AccessToken, ClientId, ClientSecret, HttpRequest, HttpResponse, IntrospectionUrl, RefreshToken, RequestTokenError,
    RevocationUrl, Scope, StandardRevocableToken, TokenIntrospectionResponse, TokenResponse, TokenUrl,
};

use crate::support::{EMAIL, PASSWORD, Server, WithClient, claims_in, send};

/// Where the client believes the service to be: it revokes nothing over HTTP in clear.
const ISSUER: &str = "https://id.example.org";

/// Brings the requests of a client to where the service is.
fn transport(server: &Server) -> impl Fn(HttpRequest) -> Result<HttpResponse, Infallible> + '_ {
    |request| {
        assert!(request.uri().to_string().starts_with(ISSUER));
        let sent = server.request(request.method().as_str(), request.uri().path()).headers(request.headers().clone());
        let answer = send(sent.body(request.into_body()));
        let mut response = HttpResponse::new(answer.text().into_bytes());
        *response.status_mut() = answer.status.try_into().unwrap();
        let content_type = answer.header("content-type").unwrap().parse().unwrap();
        response.headers_mut().insert("content-type", content_type);
        Ok(response)
    }
}

fn url(path: &str) -> String {
    format!("{ISSUER}/oauth/{path}")
}

#[test]
fn a_client_gets_a_token_for_itself_and_learns_what_tokens_say() {
    let ours = WithClient::new(&["users.read", "tokens.verify"], &[]);
    let client = BasicClient::new(ClientId::new(ours.id.clone()))
        .set_client_secret(ClientSecret::new(ours.key.clone()))
        .set_token_uri(TokenUrl::new(url("token")).unwrap())
        .set_introspection_url(IntrospectionUrl::new(url("introspect")).unwrap());
    let http = transport(&ours.server);
    let scope = Scope::new("users.read".to_owned());
    let token = client.exchange_client_credentials().add_scope(scope.clone()).request(&http).unwrap();
    assert_eq!(token.scopes(), Some(&vec![scope.clone()]));
    let said = client.introspect(token.access_token()).request(&http).unwrap();
    assert!(said.active());
    assert_eq!((said.sub(), said.scopes()), (Some(ours.id.as_str()), Some(&vec![scope])));
    let other = client.introspect(&AccessToken::new("x.y.z".to_owned())).request(&http).unwrap();
    assert!(!other.active());

    let stranger = client.set_client_secret(ClientSecret::new("no key".to_owned()));
    let refused = stranger.exchange_client_credentials().request(&http).unwrap_err();
    let RequestTokenError::ServerResponse(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.error().to_string(), "invalid_client");
}

#[test]
fn a_session_is_kept_and_ended() {
    let server = Server::start();
    let session = server.register(EMAIL, PASSWORD).json();
    let client = BasicClient::new(ClientId::new("notes".to_owned()))
        .set_token_uri(TokenUrl::new(url("token")).unwrap())
        .set_revocation_url(RevocationUrl::new(url("revoke")).unwrap());
    let http = transport(&server);
    let first = RefreshToken::new(session["data"]["refresh_token"].as_str().unwrap().to_owned());
    let tokens = client.exchange_refresh_token(&first).request(&http).unwrap();
    let (access, refresh) = (tokens.access_token().secret(), tokens.refresh_token().unwrap());
    assert_eq!((claims_in(access)["uid"].as_i64(), server.me(access).status), (Some(1), 200));
    let ended = StandardRevocableToken::RefreshToken(refresh.clone());
    client.revoke_token(ended).unwrap().request(&http).unwrap();
    assert_eq!(server.me(access).status, 401);
    let refused = client.exchange_refresh_token(refresh).request(&http).unwrap_err();
    let RequestTokenError::ServerResponse(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.error().to_string(), "invalid_grant");
}
