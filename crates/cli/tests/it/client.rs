//! Our client against a server that runs.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::TryStreamExt;
use ore_client::blocking::Client as BlockingClient;
use ore_client::{
    ApiKeyRequest, AuditFilter, Client, Error, MemoryStore, NewRole, NewUser, ProfileEdit, RoleEdit, SecretString,
    StoreError, TokenStore, Tokens, UserEdit, UserFilter,
};
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::support::{
    EMAIL, HEADER, PASSWORD, Server, ServerProcess, claims_of, forge, key_with, make_admin, with_admin,
};

fn url(server: &Server) -> String {
    format!("http://127.0.0.1:{}", server.port)
}

/// A client of a user who has registered.
fn registered(server: &Server) -> BlockingClient {
    let client = BlockingClient::builder(url(server)).build_blocking().unwrap();
    client.register(EMAIL, PASSWORD).unwrap();
    client
}

/// A client of an administrator.
fn administrator() -> (Server, BlockingClient) {
    let (server, _) = with_admin(&[]);
    let client = BlockingClient::builder(url(&server)).build_blocking().unwrap();
    client.log_in("admin@example.org", PASSWORD).unwrap();
    (server, client)
}

/// Counts how often tokens are kept.
#[derive(Default)]
struct CountingStore {
    store: MemoryStore,
    saved: AtomicUsize,
}

impl TokenStore for CountingStore {
    fn load(&self) -> Result<Tokens, StoreError> {
        self.store.load()
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        self.saved.fetch_add(1, Ordering::Relaxed);
        self.store.save(tokens)
    }
}

impl CountingStore {
    /// With an access token that has expired.
    fn expire(&self) {
        let mut tokens = self.store.load().unwrap();
        let (mut claims, now) = (claims_of(1), claims_of(1)["iat"].as_i64().unwrap());
        (claims["iat"], claims["exp"]) = (json!(now - 900), json!(now - 1));
        tokens.access_token = Some(forge(HEADER, &claims.to_string()).into());
        self.store.save(&tokens).unwrap();
        self.saved.store(0, Ordering::Relaxed);
    }
}

#[test]
fn of_32_calls_with_a_token_that_has_expired_one_renews_it_for_all() {
    let server = ServerProcess::start();
    let runtime = Runtime::new().unwrap();
    let store = Arc::new(CountingStore::default());
    let client = Client::builder(url(&server)).token_store(Arc::clone(&store)).build().unwrap();
    runtime.block_on(client.register(EMAIL, PASSWORD)).unwrap();
    store.expire();
    let users = runtime.block_on(async {
        let mut calls = JoinSet::new();
        for _ in 0..32 {
            let client = client.clone();
            calls.spawn(async move { client.me().await });
        }
        calls.join_all().await
    });
    assert_eq!(users.into_iter().map(|user| user.unwrap().id).collect::<Vec<_>>(), [1; 32]);
    assert_eq!(store.saved.load(Ordering::Relaxed), 1);
    drop((client, runtime));
    let lines = server.stop().json_lines();
    assert_eq!(lines.iter().filter(|line| line["path"] == "/api/v1/auth/refresh").count(), 1);
}

#[test]
fn of_32_calls_in_a_session_that_is_over_one_asks_for_the_next_tokens() {
    let server = ServerProcess::start();
    let runtime = Runtime::new().unwrap();
    let store = Arc::new(CountingStore::default());
    let client = Client::builder(url(&server)).token_store(Arc::clone(&store)).build().unwrap();
    runtime.block_on(client.register(EMAIL, PASSWORD)).unwrap();
    server.test_dir.run(&["user", "logout", EMAIL]).succeeded();
    store.expire();
    runtime.block_on(async {
        let mut calls = JoinSet::new();
        for _ in 0..32 {
            let client = client.clone();
            calls.spawn(async move { client.me().await.unwrap_err().status() });
        }
        assert_eq!(calls.join_all().await, [Some(401); 32]);
    });
    assert!(store.load().unwrap().refresh_token.is_none());
    drop((client, runtime));
    let lines = server.stop().json_lines();
    assert_eq!(lines.iter().filter(|line| line["path"] == "/api/v1/auth/refresh").count(), 1);
}

#[test]
fn a_user_has_an_account_sessions_and_keys() {
    let server = Server::start();
    let client = registered(&server);
    let me = client.edit_me(&ProfileEdit::new().display_name(Some("Ada")).locale(Some("en"))).unwrap();
    assert_eq!((me.display_name.as_deref(), me.locale.as_deref()), (Some("Ada"), Some("en")));
    assert_eq!(client.edit_me(&ProfileEdit::new().display_name(None)).unwrap().display_name, None);

    client.change_password(PASSWORD, "another horse battery", true).unwrap();
    let wrong = client.change_password(PASSWORD, "a third horse battery", true).unwrap_err();
    assert_eq!((wrong.status(), wrong.reason()), (Some(400), Some("INVALID_CREDENTIALS")));
    client.log_in(EMAIL, "another horse battery").unwrap();
    let sessions: Vec<_> = client.sessions().map(Result::unwrap).collect();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| !session.is_current).unwrap();
    client.end_session(&other.id).unwrap();
    assert_eq!(client.end_session(&other.id).unwrap_err().status(), Some(404));

    client.reauthenticate("another horse battery").unwrap();
    let made = client.create_api_key(&ApiKeyRequest::new("report", &[]).expires_in_days(7)).unwrap();
    let of_key = BlockingClient::builder(url(&server)).api_key(made.key).build_blocking().unwrap();
    assert_eq!(of_key.me().unwrap().email, EMAIL);
    assert!(matches!(of_key.log_out(), Err(Error::NoSession)));
    let keys: Vec<_> = client.api_keys().map(|key| key.unwrap().id).collect();
    assert_eq!(keys, [made.api_key.id.as_str()]);
    client.delete_api_key(&made.api_key.id).unwrap();
    assert_eq!(of_key.me().unwrap_err().status(), Some(401));

    assert_eq!(client.log_out_all(false).unwrap(), 1);
    assert_eq!(client.me().unwrap_err().status(), Some(401));
    client.log_out().unwrap();
}

#[test]
fn refusals_tell_the_rule_the_fields_and_the_request() {
    let server = ServerProcess::start();
    let client = registered(&server);
    let Error::Api { status, code, details, request_id, .. } = client.register("nobody", "short").unwrap_err() else {
        panic!("another error");
    };
    assert_eq!((status, code.as_str()), (422, "VALIDATION_ERROR"));
    let fields: Vec<_> = details.unwrap().errors.into_iter().map(|error| error.field).collect();
    assert_eq!(fields, ["email", "password"]);
    server.log().wait_for_request(&request_id.unwrap());
    let known = client.register(EMAIL, PASSWORD).unwrap_err();
    assert_eq!((known.status(), known.reason()), (Some(400), Some("USER_ALREADY_EXISTS")));
    let forbidden = client.users(&UserFilter::new()).next().unwrap().unwrap_err();
    assert_eq!((forbidden.status(), forbidden.reason()), (Some(403), Some("MISSING_PERMISSION")));
    client.forgot_password(EMAIL).unwrap();
    let mail_token = SecretString::from("nonsense");
    assert_eq!(
        client.reset_password(&mail_token, "another horse battery").unwrap_err().reason(),
        Some("INVALID_TOKEN")
    );
    assert_eq!(client.verify_email(&mail_token, None).unwrap_err().reason(), Some("INVALID_TOKEN"));
}

#[test]
fn a_list_of_120_users_comes_over_its_pages() {
    let server = ServerProcess::start();
    make_admin(&server);
    let client = Client::builder(url(&server)).build().unwrap();
    let runtime = Runtime::new().unwrap();
    let ids: Vec<i64> = runtime.block_on(async {
        client.log_in("admin@example.org", PASSWORD).await.unwrap();
        for number in 1..120 {
            let user = NewUser::new(&format!("user{number}@example.org")).sends_invitation(false);
            client.create_user(&user).await.unwrap();
        }
        let users = client.users(&UserFilter::new().page_size(50).sorted_by("id"));
        users.map_ok(|user| user.id).try_collect().await.unwrap()
    });
    assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (120, 120));
    assert!(ids.is_sorted());
    drop((client, runtime));
    let lines = server.stop().json_lines();
    let pages = lines.iter().filter(|line| line["path"] == "/api/v1/users" && line["method"] == "GET");
    assert_eq!(pages.count(), 3);
}

#[test]
fn an_administrator_changes_what_is_as_it_was_seen() {
    let (server, client) = administrator();
    let support = client.create_role(&NewRole::new("support", &["users.read"]).description("Answers")).unwrap();
    assert_eq!((support.value.name.as_str(), &*support.value.permissions[0]), ("support", "users.read"));
    let edit = RoleEdit::new().description(None);
    client.update_role("support", &support.etag, &edit).unwrap();
    assert_eq!(client.update_role("support", &support.etag, &RoleEdit::new()).unwrap_err().status(), Some(412));

    let user = NewUser::new(EMAIL).password(PASSWORD).display_name("Ada").locale("en").roles(&["support"]);
    let made = client.create_user_once(&user, "k1").unwrap();
    assert_eq!(client.create_user_once(&user, "k1").unwrap().value.id, made.value.id);
    let found = client.user(made.value.id).unwrap();
    assert_eq!((found.etag.as_str(), &found.value.roles), (made.etag.as_str(), &vec!["support".to_owned()]));
    let changed = client.update_user(made.value.id, &found.etag, &UserEdit::new().is_active(false)).unwrap();
    assert!(!changed.value.is_active);
    assert_eq!(client.delete_user(made.value.id, &found.etag).unwrap_err().status(), Some(412));
    client.delete_user(made.value.id, &changed.etag).unwrap();
    assert_eq!(client.user(made.value.id).unwrap_err().status(), Some(404));

    let names: Vec<_> = client.roles().map(|role| role.unwrap().name).collect();
    assert_eq!(names, ["admin", "support", "user"]);
    client.delete_role("support", "*").unwrap();
    let deleted = client.audit(&AuditFilter::new().action("role.delete")).next().unwrap().unwrap();
    assert_eq!((deleted.outcome.as_str(), deleted.actor.unwrap().id.as_str()), ("success", "1"));

    let verifier = BlockingClient::builder(url(&server)).api_key(key_with(&server.test_dir, "tokens.verify"));
    let verifier = verifier.build_blocking().unwrap();
    let token = server.login("admin@example.org", PASSWORD).token();
    assert_eq!(verifier.introspect(&token).unwrap().uid, Some(1));
    assert!(!verifier.introspect("nonsense").unwrap().active);
}
