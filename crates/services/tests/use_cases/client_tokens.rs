//! Tokens of clients: what they allow, how long they count, and who gets one.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use ore_domain::{AuditOrigin, Clock, Permission, PermissionSet};
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::token::Subject;
use ore_services::{
    Actor, AuthenticateError, Client, ClientError, ClientRefusal, ClientTokens, CreatedKey, IssueTokenError,
    IssuedToken, Revocation, ServiceAccountChange, ServiceAccounts,
};
use ore_testkit::block_on;
use rstest::rstest;
use serde_json::json;

use crate::context::{LIFETIME, LOCALE, TestContext, stranger, token_keys};

const KEY_LIFETIME: Duration = Duration::from_hours(24);

fn admin() -> Actor {
    Actor { origin: AuditOrigin::default(), ..Actor::operator() }
}

fn set(permissions: &[Permission]) -> PermissionSet {
    permissions.iter().copied().collect()
}

fn accounts(context: &TestContext) -> ServiceAccounts {
    ServiceAccounts::new(context.store.clone(), context.clock.clone())
}

/// The name of a new service account and its key.
fn account(context: &TestContext, permissions: &[Permission]) -> (String, CreatedKey) {
    let accounts = accounts(context);
    let account = block_on(accounts.create(&admin(), "billing".to_owned(), set(permissions))).unwrap();
    let created = block_on(accounts.create_key(&admin(), account.id, "production".to_owned(), KEY_LIFETIME));
    (account.id.to_string(), created.unwrap().1)
}

fn client(context: &TestContext, name: &str, secret: &str) -> Result<Client, ClientError> {
    block_on(context.authentication().authenticate_client(name, secret))
}

fn issue(context: &TestContext, client: &Client, scope: Option<&str>) -> Result<IssuedToken, IssueTokenError> {
    let tokens = ClientTokens::new(context.store.clone(), context.clock.clone(), token_keys(), LIFETIME);
    block_on(tokens.issue(client, scope, stranger()))
}

fn permissions(context: &TestContext, token: &IssuedToken) -> Result<PermissionSet, AuthenticateError> {
    let caller = block_on(context.authentication().authenticate(token.access_token.expose()));
    caller.map(|caller| caller.permissions)
}

#[test]
fn a_client_is_a_service_account_with_its_own_key() {
    let context = TestContext::new();
    let ((first, key), (second, _)) = (account(&context, &[]), account(&context, &[]));
    let secret = key.token.expose();
    assert_eq!(client(&context, &first, secret).unwrap().id, first);
    let unknown = OpaqueToken::generate(TokenKind::ApiKey).unwrap();
    let refused = |name: &str, secret: &str| match client(&context, name, secret) {
        Err(ClientError::Invalid(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&second, secret), ClientRefusal::OtherOwner);
    assert_eq!(refused("", secret), ClientRefusal::OtherOwner);
    assert_eq!(refused(&first, "secret"), ClientRefusal::Malformed);
    assert_eq!(refused(&first, unknown.expose()), ClientRefusal::Unknown);
    context.clock.advance(TimeDelta::hours(24));
    assert_eq!(refused(&first, secret), ClientRefusal::Expired);
}

#[test]
fn a_token_allows_what_its_scope_names_as_far_as_the_account_may_do_it_now() {
    let context = TestContext::with_cache();
    let (name, key) = account(&context, &[Permission::UsersRead, Permission::MailRead]);
    let client = client(&context, &name, key.token.expose()).unwrap();
    let (wide, narrow) =
        (issue(&context, &client, None).unwrap(), issue(&context, &client, Some("users.read")).unwrap());
    assert_eq!(permissions(&context, &wide).unwrap(), set(&[Permission::UsersRead, Permission::MailRead]));
    assert_eq!(permissions(&context, &narrow).unwrap(), set(&[Permission::UsersRead]));
    let allowed = set(&[Permission::MailRead, Permission::AuditRead]);
    let change = ServiceAccountChange { name: None, permissions: Some(allowed) };
    block_on(accounts(&context).update(&admin(), name.parse().unwrap(), Arc::new(|_| true), change)).unwrap();
    assert_eq!(permissions(&context, &wide).unwrap(), set(&[Permission::MailRead]));
    assert_eq!(permissions(&context, &narrow).unwrap(), PermissionSet::NONE);
}

#[rstest]
#[case("users.write")]
#[case("users.read users.write")]
#[case("users.fly")]
#[case(" users.read")]
fn a_client_gets_no_more_than_it_may_do(#[case] scope: &str) {
    let context = TestContext::new();
    let (name, key) = account(&context, &[Permission::UsersRead]);
    let client = client(&context, &name, key.token.expose()).unwrap();
    assert!(matches!(issue(&context, &client, Some(scope)), Err(IssueTokenError::InvalidScope)));
}

#[test]
fn a_token_ends_no_later_than_its_key() {
    let context = TestContext::with_cache();
    let (name, key) = account(&context, &[]);
    let client = client(&context, &name, key.token.expose()).unwrap();
    assert_eq!(issue(&context, &client, None).unwrap().expires_in, Duration::from_mins(15));
    context.clock.set(key.key.expires_at - Duration::from_millis(2500));
    let token = issue(&context, &client, None).unwrap();
    assert_eq!(token.expires_in, Duration::from_secs(2));
    assert!(permissions(&context, &token).is_ok());
    context.clock.set(key.key.expires_at - Duration::from_millis(900));
    assert!(matches!(issue(&context, &client, None), Err(IssueTokenError::ExpiredKey)));
}

type Delete = fn(&ServiceAccounts, &str, &CreatedKey);

#[rstest]
#[case::key(|accounts: &ServiceAccounts, name: &str, key: &CreatedKey| {
    block_on(accounts.delete_key(&admin(), name.parse().unwrap(), key.key.id)).unwrap();
})]
#[case::account(|accounts: &ServiceAccounts, name: &str, _: &CreatedKey| {
    block_on(accounts.delete(&admin(), name.parse().unwrap(), Arc::new(|_| true))).unwrap();
})]
fn a_token_ends_with_its_key_although_it_was_cached(#[case] delete: Delete) {
    let context = TestContext::with_cache();
    let (name, key) = account(&context, &[]);
    let token = issue(&context, &client(&context, &name, key.token.expose()).unwrap(), None).unwrap();
    assert!(permissions(&context, &token).is_ok());
    delete(&accounts(&context), &name, &key);
    assert!(matches!(permissions(&context, &token), Err(AuthenticateError::UnknownKey)));
}

/// Of clients whose tokens say more or other than ours do.
#[rstest]
#[case::other_account(|subject: &mut Subject, other: &str| {
    subject.sub = other.to_owned();
    subject.client_id = Some(other.to_owned());
}, json!({"scope": ""}))]
#[case::other_client(|subject: &mut Subject, other: &str| subject.client_id = Some(other.to_owned()), json!({"scope": ""}))]
#[case::no_client(|subject: &mut Subject, _: &str| subject.client_id = None, json!({"scope": ""}))]
#[case::user(|subject: &mut Subject, _: &str| subject.uid = Some(1), json!({"scope": "", "auth_time": 1}))]
#[case::auth_time(|_: &mut Subject, _: &str| {}, json!({"scope": "", "auth_time": 1}))]
#[case::generation(|_: &mut Subject, _: &str| {}, json!({"scope": "", "gen": 0}))]
#[case::actor(|_: &mut Subject, _: &str| {}, json!({"scope": "", "act": {"sub": "a"}}))]
fn a_token_of_another_shape_speaks_for_nobody(
    #[case] spoil: fn(&mut Subject, &str),
    #[case] claims: serde_json::Value,
) {
    let context = TestContext::new();
    let ((name, key), (other, _)) = (account(&context, &[]), account(&context, &[]));
    let make = |spoil: &dyn Fn(&mut Subject), claims: serde_json::Value| {
        let mut subject = Subject {
            sub: name.clone(),
            uid: None,
            sid: key.key.id.to_string(),
            client_id: Some(name.clone()),
            audience: None,
        };
        spoil(&mut subject);
        let issuer = &token_keys().current().unwrap().issuer;
        let access_token = issuer.create_access_token_with(subject, None, context.clock.now().into(), claims).unwrap();
        IssuedToken { access_token, expires_in: LIFETIME, scope: PermissionSet::NONE }
    };
    assert!(permissions(&context, &make(&|_| {}, json!({"scope": ""}))).is_ok());
    assert!(permissions(&context, &make(&|subject| spoil(subject, &other), claims)).is_err());
}

#[test]
fn what_a_token_says_is_told_while_it_counts() {
    let context = TestContext::new();
    let (name, key) = account(&context, &[Permission::UsersRead]);
    let token = issue(&context, &client(&context, &name, key.token.expose()).unwrap(), None).unwrap();
    let introspect = |text: &str| block_on(context.authentication().introspect(text)).unwrap();
    let found = introspect(token.access_token.expose()).unwrap();
    assert_eq!((found.claims.sub, found.scope), (name.clone(), set(&[Permission::UsersRead])));
    assert!(introspect(key.token.expose()).is_none());
    let change = ServiceAccountChange { name: None, permissions: Some(PermissionSet::NONE) };
    block_on(accounts(&context).update(&admin(), name.parse().unwrap(), Arc::new(|_| true), change)).unwrap();
    assert_eq!(introspect(token.access_token.expose()).unwrap().scope, PermissionSet::NONE);
    context.clock.advance(TimeDelta::from_std(LIFETIME).unwrap());
    assert!(introspect(token.access_token.expose()).is_none());
}

#[test]
fn what_a_client_got_for_its_key_is_not_ended_apart_from_it() {
    let context = TestContext::new();
    let (name, key) = account(&context, &[]);
    let token = issue(&context, &client(&context, &name, key.token.expose()).unwrap(), None).unwrap();
    for text in [token.access_token.expose(), key.token.expose()] {
        let revoking = context.sessions();
        let revoked = block_on(revoking.revoke(&context.authentication(), text, LOCALE, stranger())).unwrap();
        assert!(matches!(revoked, Revocation::Unsupported), "{revoked:?}");
    }
    assert!(permissions(&context, &token).is_ok());
}
