use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::{Answer, Server, call, post, send, with_admin};

/// A request with a form.
pub(crate) trait FormRequest {
    fn form(self, form: &[(&str, &str)]) -> Self;
}

impl FormRequest for RequestBuilder {
    fn form(self, form: &[(&str, &str)]) -> Self {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        self.header("Content-Type", "application/x-www-form-urlencoded").body(body)
    }
}

/// A well-formed token that was never issued.
pub(crate) fn unknown(kind: TokenKind) -> String {
    OpaqueToken::generate(kind).unwrap().expose().to_owned()
}

/// A server with an administrator, and an OAuth client: a service account with a key.
pub(crate) struct WithClient {
    pub(crate) server: Server,
    pub(crate) admin: String,
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) key_id: String,
}

impl WithClient {
    pub(crate) fn new(permissions: &[&str], settings: &[(&str, &str)]) -> Self {
        let (server, admin) = with_admin(settings);
        let created = |path: &str, body: &Value| {
            let answer = post(&server, path, &admin, body);
            assert_eq!(answer.status, 201, "{}", answer.text());
            answer.json()["data"].clone()
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let account = created("/api/v1/service-accounts", &json!({"name": "billing", "permissions": permissions}));
        let id = text(&account["id"]);
        let key = created(&format!("/api/v1/service-accounts/{id}/keys"), &json!({"name": "production"}));
        let (key, key_id) = (text(&key["key"]), text(&key["id"]));
        Self { server, admin, id, key, key_id }
    }

    pub(crate) fn path(&self) -> String {
        format!("/api/v1/service-accounts/{}", self.id)
    }

    /// Sends a form with the id and the key of the client in HTTP Basic.
    pub(crate) fn ask(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        send(self.server.request("POST", path).basic_auth(&self.id, Some(&self.key)).form(form))
    }

    pub(crate) fn get_token(&self, form: &[(&str, &str)]) -> Value {
        let answer = self.ask("/oauth/token", &[&[("grant_type", "client_credentials")], form].concat());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub(crate) fn token(&self) -> String {
        self.get_token(&[])["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn introspect(&self, token: &str) -> Value {
        let answer = self.ask("/oauth/introspect", &[("token", token)]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Entries of the audit log of this action.
    pub(crate) fn audited(&self, action: &str) -> Vec<Value> {
        let answer = call(&self.server, "GET", &format!("/api/v1/audit?action={action}"), &self.admin);
        answer.json()["data"]["items"].as_array().unwrap().clone()
    }
}

/// The claims of a token, without a check of its signature.
pub(crate) fn claims_in(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// The answer to a form without an `Authorization` header.
pub(crate) fn post_form(server: &Server, path: &str, form: &[(&str, &str)]) -> Answer {
    send(server.request("POST", path).form(form))
}

/// An error of RFC 6749, section 5.2, that no cache may store.
pub(crate) fn assert_oauth_refused(answer: &Answer, status: u16, error: &str) {
    let body = answer.json();
    assert_eq!((answer.status, &body["error"]), (status, &json!(error)), "{body}");
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["error", "error_description"], "{body}");
    let description = body["error_description"].as_str().unwrap();
    assert!(description.chars().all(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\')), "{body}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}
