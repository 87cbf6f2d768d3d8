//! Access tokens that others check with public keys, and the keys that follow each other.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ore_security::token::{
    AccessClaims, Algorithm, Jwk, PrivateKey, PublicKey, TokenVerifier, VerificationKey, VerifierSettings,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, Server, ServerProcess, TestDir, eventually, send};

/// Replicas follow within ten seconds.
const FOLLOWED: Duration = Duration::from_secs(10);
const ED: [(&str, &str); 1] = [("BACKEND_ALGORITHM", "EdDSA")];

fn segment(token: &str, index: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

fn header(token: &str) -> Value {
    segment(token, 0)
}

fn published(server: &Server) -> Vec<Jwk> {
    let answer = server.get("/.well-known/jwks.json");
    assert_eq!(answer.status, 200);
    serde_json::from_value(answer.json()["keys"].clone()).unwrap()
}

fn listed(test_dir: &TestDir) -> Vec<(String, String)> {
    let listing = test_dir.run_with(&["keys", "list", "--json"], &ED).succeeded();
    let keys: Vec<Value> = serde_json::from_str(&listing).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    keys.iter().map(|key| (text(&key["kid"]), text(&key["state"]))).collect()
}

/// The second word of what `keys stage` and `keys import` print is followed by the name of the key.
fn kid_of(printed: &str) -> String {
    printed.split_whitespace().nth(2).unwrap().to_owned()
}

/// A key and the file in which it stands.
fn pem_file(test_dir: &TestDir, name: &str) -> (PrivateKey, String) {
    let key = PrivateKey::generate(Algorithm::EdDsa).unwrap();
    let text = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(key.to_der()));
    (key, test_dir.file(name, &text).display().to_string())
}

#[rstest]
fn others_check_tokens_with_the_published_keys(#[values("EdDSA", "ES256", "RS256")] algorithm: &str) {
    let server = Server::with(&[("BACKEND_ALGORITHM", algorithm)]);
    let token = server.token_of(EMAIL, PASSWORD);
    assert_eq!(server.me(&token).status, 200);
    let keys = published(&server);
    assert_eq!(header(&token), json!({"typ": "at+jwt", "alg": algorithm, "kid": keys[0].kid}));
    let known: Vec<VerificationKey> =
        keys.iter().map(|jwk| PublicKey::from_jwk(jwk).unwrap().verification_key()).collect();
    let expected = VerifierSettings {
        issuer: "ore-backend".to_owned(),
        audience: "ore".to_owned(),
        leeway: Duration::from_secs(30),
    };
    let verifier = TokenVerifier::new(expected, known).unwrap();
    let issued = segment(&token, 1)["iat"].as_u64().unwrap();
    let claims: AccessClaims = verifier.verify(&token, UNIX_EPOCH + Duration::from_secs(issued)).unwrap();
    assert_eq!(claims.uid, Some(1));
}

#[test]
fn the_keys_are_kept_by_caches_and_not_sent_again() {
    let server = Server::with(&ED);
    let answer = server.get("/.well-known/jwks.json");
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let etag = answer.header("etag").unwrap();
    let again = send(server.request("GET", "/.well-known/jwks.json").header("if-none-match", etag));
    assert_eq!((again.status, again.header("etag"), again.text()), (304, Some(etag), String::new()));
    assert!(!answer.text().contains("\"d\""));
}

#[test]
fn a_shared_secret_is_never_published() {
    assert_eq!(published(&Server::start()), []);
}

#[test]
fn a_key_takes_over_and_the_tokens_of_the_one_before_stay_valid_until_it_is_ended() {
    let server = Server::with(&ED);
    let test_dir = &server.test_dir;
    let token = server.token_of(EMAIL, PASSWORD);
    let first = listed(test_dir)[0].0.clone();
    let second = kid_of(&test_dir.run_with(&["keys", "stage"], &ED).succeeded());
    let refused = test_dir.run_with(&["keys", "activate", &second], &ED);
    assert!(refused.failed(1).iter().any(|line| line.contains("can be activated from 20")), "{refused:?}");
    test_dir.run_with(&["keys", "activate", &second, "--now"], &ED).succeeded();
    let states = [(first.clone(), "retired".to_owned()), (second.clone(), "active".to_owned())];
    assert_eq!(listed(test_dir), states);

    server.register("other@example.org", PASSWORD);
    let signs = || header(&server.login("other@example.org", PASSWORD).token());
    eventually(FOLLOWED, || u16::from(signs()["kid"] == second.as_str()), 1);
    assert_eq!(server.me(&token).status, 200);
    assert_eq!(published(&server).len(), 2);
    let only = test_dir.run_with(&["keys", "retire", &second], &ED);
    assert!(only.failed(1).iter().any(|line| line.contains("no other key that could sign")), "{only:?}");
    test_dir.run_with(&["keys", "retire", &first], &ED).succeeded();
    eventually(FOLLOWED, || server.me(&token).status, 401);
    let exported = test_dir.run_with(&["keys", "export-public"], &ED).succeeded();
    let exported: Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(exported["keys"], serde_json::to_value(published(&server)).unwrap());
}

#[test]
fn a_key_of_the_next_algorithm_is_published_before_it_takes_over_at_a_restart() {
    let server = ServerProcess::with(&ED);
    let test_dir = server.test_dir.clone();
    server.register(EMAIL, PASSWORD);
    let staged = kid_of(&test_dir.run_with(&["keys", "stage", "--algorithm", "ES256"], &ED).succeeded());
    eventually(FOLLOWED, || u16::from(published(&server).iter().any(|key| key.kid.as_ref() == Some(&staged))), 1);
    let token = server.login(EMAIL, PASSWORD).token();
    server.stop();
    let server = test_dir.serve(&[("BACKEND_ALGORITHM", "ES256"), ("BACKEND_PREVIOUS_ALGORITHM", "EdDSA")]);
    assert_eq!(header(&server.login(EMAIL, PASSWORD).token())["kid"], staged.as_str());
    assert_eq!(server.me(&token).status, 200);
}

#[test]
fn a_restart_finds_the_keys_again() {
    let test_dir = TestDir::new();
    let server = test_dir.serve(&ED);
    let token = server.token_of(EMAIL, PASSWORD);
    server.stop();
    assert_eq!(test_dir.serve(&ED).me(&token).status, 200);
}

#[test]
fn keys_in_files_sign_and_verify() {
    let test_dir = TestDir::new();
    let ((_, old), (new, file)) = (pem_file(&test_dir, "old.pem"), pem_file(&test_dir, "new.pem"));
    let before = test_dir.serve(&[ED[0], ("BACKEND_SIGNING_KEY_FILES", &old)]);
    let token = before.token_of(EMAIL, PASSWORD);
    before.stop();
    let server = test_dir.serve(&[ED[0], ("BACKEND_SIGNING_KEY_FILES", &format!("{file},{old}"))]);
    assert_eq!(server.me(&token).status, 200);
    assert_eq!(header(&server.login(EMAIL, PASSWORD).token())["kid"], new.public().kid());
    assert_eq!(published(&server).len(), 2);

    let refused = |settings: &[(&str, &str)]| test_dir.run_with(&["serve"], settings).stderr;
    let other = refused(&[("BACKEND_ALGORITHM", "ES256"), ("BACKEND_SIGNING_KEY_FILES", &file)]);
    assert!(other.contains("the key is one of EdDSA, and BACKEND_ALGORITHM is ES256"), "{other}");
    let missing = refused(&[ED[0], ("BACKEND_SIGNING_KEY_FILES", "missing.pem")]);
    assert!(missing.contains("BACKEND_SIGNING_KEY_FILES: missing.pem: No such file"), "{missing}");
}

#[test]
fn a_key_from_a_file_is_brought_into_the_database() {
    let test_dir = TestDir::new();
    let no_key = test_dir.file("no-key.pem", "no key").display().to_string();
    let refused = test_dir.run_with(&["keys", "import", &no_key], &ED);
    assert!(refused.failed(1).iter().any(|line| line.contains("in PEM (PKCS #8) is wanted")), "{refused:?}");
    let (key, file) = pem_file(&test_dir, "key.pem");
    let printed = test_dir.run_with(&["keys", "import", &file], &ED).succeeded();
    assert_eq!(kid_of(&printed), key.public().kid());
    assert_eq!(listed(&test_dir), [(key.public().kid().to_owned(), "next".to_owned())]);
    let again = test_dir.run_with(&["keys", "import", &file], &ED);
    assert!(again.failed(1).iter().any(|line| line.contains("there already")), "{again:?}");
}

#[test]
fn secrets_follow_each_other_without_a_token_refused() {
    let (old, new) = ("f3b1c9d07e5a48d2b6a4e8f09c1d7352", "0c9d1e5f7a2b48d3b6a4e8f09c1d7352");
    let test_dir = TestDir::new();
    let mut tokens = Vec::new();
    for (key, previous) in [(old, ""), (old, new), (new, old), (new, "")] {
        let settings = [("BACKEND_SECRET_KEY", key), ("BACKEND_PREVIOUS_SECRET_KEYS", previous)];
        let server = test_dir.serve(&settings);
        let token =
            if tokens.is_empty() { server.token_of(EMAIL, PASSWORD) } else { server.login(EMAIL, PASSWORD).token() };
        tokens.push(token);
        let expected = |index: usize| if previous.is_empty() && index < 2 && key == new { 401 } else { 200 };
        for (index, token) in tokens.iter().enumerate() {
            assert_eq!(server.me(token).status, expected(index), "{index} with {key}");
        }
        server.stop();
    }
}

#[test]
fn tokens_of_before_a_change_count_while_the_settings_name_what_was() {
    let test_dir = TestDir::new();
    let server = test_dir.serve(&[]);
    let token = server.token_of(EMAIL, PASSWORD);
    server.stop();
    let changed = [ED[0], ("BACKEND_ISSUER", "https://id.example.org")];
    let server = test_dir.serve(&changed);
    assert_eq!(server.me(&token).status, 401);
    server.stop();
    let previous = [("BACKEND_PREVIOUS_ALGORITHM", "HS256"), ("BACKEND_PREVIOUS_ISSUER", "ore-backend")];
    let server = test_dir.serve(&[&changed[..], &previous].concat());
    assert_eq!(server.me(&token).status, 200);
}
