use std::sync::Arc;

use chrono::TimeDelta;
use ore_domain::{Clock, PasswordHash, StoreExt, Timestamp, User, Users};
use ore_security::token::TokenError;
use ore_services::AuthenticateError;
use ore_testkit::{block_on, new_user};
use rstest::rstest;

use crate::world::{EMAIL, PASSWORD, World, email, password};

/// Made by python-jose of `{"sub": "ada@example.org", "exp": 1795345200}` with the key of the world.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGFAZXhhbXBsZS5vcmciLCJleHAiOjE3OTUzNDUyMDB9.47yNWGvwbHuMW14frOwylxpTpKWrIbPr9-ulVZDWAGI";
/// As [`TOKEN`], with the first letter of the address in full width.
const FULL_WIDTH_TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJcdWZmNDFkYUBleGFtcGxlLm9yZyIsImV4cCI6MTc5NTM0NTIwMH0.MmLz4RKkBGWS-1vksprfe54M2JFD6YkRP87r4G_gZKw";

/// Thirty minutes, the setting of the world, before the end of both tokens.
fn made_at() -> Timestamp {
    "2026-11-22T10:30:00Z".parse().unwrap()
}

/// A world at that time, with one user.
fn world_with(address: &str) -> World {
    let world = World::new();
    world.clock.set(made_at());
    insert(&world, address, made_at());
    world
}

fn insert(world: &World, address: &str, created_at: Timestamp) {
    let user = new_user(address).created_at(created_at).build();
    block_on(world.store.write(move |r| r.users().insert(user.clone()))).unwrap();
}

fn authenticate(world: &World, token: &str) -> Result<Arc<User>, AuthenticateError> {
    block_on(world.authenticate_with_legacy_tokens().run(token))
}

#[test]
fn a_token_of_the_python_service_is_accepted_only_where_it_is_allowed_to() {
    let world = world_with(EMAIL);
    assert_eq!(authenticate(&world, TOKEN).unwrap().email.as_str(), EMAIL);
    let refused = block_on(world.authenticate().run(TOKEN));
    assert!(matches!(refused, Err(AuthenticateError::InvalidToken(TokenError::WrongType))));
}

#[rstest]
#[case::case_differs("Ada@example.org", TOKEN)]
#[case::full_width_stored("ａda@example.org", TOKEN)]
#[case::full_width_in_the_token(EMAIL, FULL_WIDTH_TOKEN)]
fn it_speaks_for_no_other_spelling_of_its_address(#[case] stored: &str, #[case] token: &str) {
    let world = world_with(stored);
    assert!(matches!(authenticate(&world, token), Err(AuthenticateError::UnknownUser)));
    assert_eq!(world.store.take_queries().last(), Some(&"users.find_by_stored_email"));
}

#[rstest]
#[case::before(-1, true)]
#[case::within_the_leeway(30, true)]
#[case::beyond_the_leeway(31, false)]
fn it_is_not_older_than_its_account(#[case] seconds: i64, #[case] is_accepted: bool) {
    let world = World::new();
    insert(&world, EMAIL, made_at() + TimeDelta::seconds(seconds));
    match authenticate(&world, TOKEN) {
        Ok(_) => assert!(is_accepted),
        Err(error) => assert!(!is_accepted && matches!(error, AuthenticateError::OutdatedToken(_)), "{error}"),
    }
}

fn set_password(users: &mut dyn Users, user: &User) {
    assert!(users.set_password_hash(user.id, &PasswordHash::new("$argon2id$another".to_owned())).unwrap());
}

fn reactivate(users: &mut dyn Users, user: &User) {
    assert!(users.set_active(user.id, false).unwrap() && users.set_active(user.id, true).unwrap());
}

#[rstest]
fn it_outlives_no_change_of_password_or_state_by_more_than_the_leeway(
    #[values(set_password, reactivate)] change: fn(&mut dyn Users, &User),
    #[values((30, true), (31, false))] (seconds, is_accepted): (i64, bool),
) {
    let world = world_with(EMAIL).with_memory();
    let authenticate = world.authenticate_with_legacy_tokens();
    assert!(block_on(authenticate.run(TOKEN)).is_ok());
    world.clock.set(made_at() + TimeDelta::seconds(seconds));
    world.change_user(move |users, user| change(users, user));
    let outcome = block_on(authenticate.run(TOKEN));
    assert_eq!(outcome.is_ok(), is_accepted, "{outcome:?}");
    assert!(is_accepted || matches!(outcome, Err(AuthenticateError::OutdatedToken(_))));
}

#[test]
fn what_changes_neither_password_nor_state_leaves_it_valid() {
    let world = World::new();
    world.clock.set(made_at());
    let world = world.with_account().with_dearer_hashes();
    world.clock.set(made_at() + TimeDelta::minutes(10));
    block_on(world.log_in().run(&email(EMAIL), password(PASSWORD))).unwrap();
    assert_eq!(world.store.take_queries(), ["users.find_by_email", "users.replace_password_hash"]);
    world.change_user(|users, user| assert!(users.set_active(user.id, true).unwrap()));
    assert!(world.clock.now() > made_at() + TimeDelta::minutes(1) && authenticate(&world, TOKEN).is_ok());
}

#[test]
fn the_token_of_a_disabled_user_is_refused_whatever_its_age() {
    let world = world_with(EMAIL);
    world.change_user(|users, user| assert!(users.set_active(user.id, false).unwrap()));
    assert!(matches!(authenticate(&world, TOKEN), Err(AuthenticateError::DisabledUser(_))));
}
