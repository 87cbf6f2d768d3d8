use std::sync::Arc;

use chrono::TimeDelta;
use ore_domain::{Access, Changed, Clock, PasswordHash, StoreError, StoreExt, Timestamp, User, Users};
use ore_security::token::TokenError;
use ore_services::AuthenticateError;
use ore_testkit::{block_on, new_user};
use rstest::rstest;

use crate::context::{EMAIL, PASSWORD, TestContext};

/// Made by python-jose of `{"sub": "ada@example.org", "exp": 1795345200}` with the key of the context.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGFAZXhhbXBsZS5vcmciLCJleHAiOjE3OTUzNDUyMDB9.47yNWGvwbHuMW14frOwylxpTpKWrIbPr9-ulVZDWAGI";
/// As [`TOKEN`], with the first letter of the address in full width.
const FULL_WIDTH_TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJcdWZmNDFkYUBleGFtcGxlLm9yZyIsImV4cCI6MTc5NTM0NTIwMH0.MmLz4RKkBGWS-1vksprfe54M2JFD6YkRP87r4G_gZKw";

/// Thirty minutes, the setting of the context, before the end of both tokens.
fn made_at() -> Timestamp {
    "2026-11-22T10:30:00Z".parse().unwrap()
}

/// A context at that time, with one user.
fn context_with(address: &str) -> TestContext {
    let context = TestContext::new();
    context.clock.set(made_at());
    insert(&context, address, made_at());
    context
}

fn insert(context: &TestContext, address: &str, created_at: Timestamp) {
    let user = new_user(address).created_at(created_at).build();
    block_on(context.store.write(move |r| r.users().insert(user.clone()))).unwrap();
}

fn authenticate(context: &TestContext, token: &str) -> Result<Arc<User>, AuthenticateError> {
    block_on(context.authentication_with_legacy_tokens().authenticate(token))
        .map(|caller| Arc::clone(caller.user().unwrap()))
}

#[test]
fn a_token_of_the_python_service_is_accepted_only_where_it_is_allowed_to() {
    let context = context_with(EMAIL);
    assert_eq!(authenticate(&context, TOKEN).unwrap().email.as_str(), EMAIL);
    let refused = block_on(context.authentication().authenticate(TOKEN));
    assert!(matches!(refused, Err(AuthenticateError::InvalidToken(TokenError::WrongType))));
}

#[rstest]
#[case::case_differs("Ada@example.org", TOKEN)]
#[case::full_width_stored("ａda@example.org", TOKEN)]
#[case::full_width_in_the_token(EMAIL, FULL_WIDTH_TOKEN)]
fn it_speaks_for_no_other_spelling_of_its_address(#[case] stored: &str, #[case] token: &str) {
    let context = context_with(stored);
    assert!(matches!(authenticate(&context, token), Err(AuthenticateError::UnknownUser)));
}

#[rstest]
#[case::before(-1, true)]
#[case::within_the_leeway(30, true)]
#[case::beyond_the_leeway(31, false)]
fn it_is_not_older_than_its_account(#[case] seconds: i64, #[case] is_accepted: bool) {
    let context = TestContext::new();
    insert(&context, EMAIL, made_at() + TimeDelta::seconds(seconds));
    match authenticate(&context, TOKEN) {
        Ok(_) => assert!(is_accepted),
        Err(error) => assert!(!is_accepted && matches!(error, AuthenticateError::OutdatedToken(_)), "{error}"),
    }
}

type Change = fn(&mut dyn Users, &User) -> Result<Changed<bool>, StoreError>;

fn set_password(users: &mut dyn Users, user: &User) -> Result<Changed<bool>, StoreError> {
    users.set_password_hash(user.id, &PasswordHash::new("$argon2id$another".to_owned()))
}

fn deactivate(users: &mut dyn Users, user: &User) -> Result<Changed<bool>, StoreError> {
    users.set_active(user.id, false)
}

fn activate(users: &mut dyn Users, user: &User) -> Result<Changed<bool>, StoreError> {
    users.set_active(user.id, true)
}

#[rstest]
fn it_outlives_no_change_of_password_or_state_by_more_than_the_leeway(
    #[values(&[set_password as Change], &[deactivate as Change, activate])] changes: &'static [Change],
    #[values((30, true), (31, false))] (seconds, is_accepted): (i64, bool),
) {
    let context = TestContext::with_cache();
    context.clock.set(made_at());
    insert(&context, EMAIL, made_at());
    let authentication = context.authentication_with_legacy_tokens();
    assert!(block_on(authentication.authenticate(TOKEN)).is_ok());
    for change in changes {
        context.change_user(change);
    }
    let id = context.user(EMAIL).unwrap().id;
    context.store.move_credential_change(id, made_at() + TimeDelta::seconds(seconds));
    let outcome = block_on(authentication.authenticate(TOKEN));
    assert_eq!(outcome.is_ok(), is_accepted, "{outcome:?}");
    assert!(is_accepted || matches!(outcome, Err(AuthenticateError::OutdatedToken(_))));
}

#[test]
fn what_changes_neither_password_nor_state_leaves_it_valid() {
    let context = TestContext::new();
    context.clock.set(made_at());
    let context = context.with_account().with_dearer_hashes();
    context.clock.set(made_at() + TimeDelta::minutes(10));
    context.log_in(EMAIL, PASSWORD).unwrap();
    assert_eq!(context.store.take_uses(), [Access::Statement, Access::Write, Access::Write]);
    context.change_user(|users, user| users.set_active(user.id, true));
    assert!(context.clock.now() > made_at() + TimeDelta::minutes(1) && authenticate(&context, TOKEN).is_ok());
}

#[test]
fn the_token_of_a_disabled_user_is_refused_whatever_its_age() {
    let context = context_with(EMAIL);
    context.change_user(|users, user| users.set_active(user.id, false));
    context.store.move_credential_change(context.user(EMAIL).unwrap().id, made_at());
    assert!(matches!(authenticate(&context, TOKEN), Err(AuthenticateError::DisabledUser(_))));
}
