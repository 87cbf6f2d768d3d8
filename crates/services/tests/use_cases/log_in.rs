use ore_domain::{PasswordHash, StoreError, StoreExt};
use ore_services::{LogInError, LogInRefusal};
use ore_testkit::block_on;

use crate::world::{EMAIL, PASSWORD, World, cheapest, email, password};

/// Why a log-in fails, and what it costs.
fn failure_of(world: &World, address: &str, text: &str) -> (LogInRefusal, Vec<&'static str>, usize) {
    let result = block_on(world.log_in().run(&email(address), password(text)));
    let Err(LogInError::InvalidCredentials(refusal)) = result else { panic!("{result:?}") };
    let runs = world.hasher.take_runs();
    assert!(runs.iter().all(|parameters| *parameters == cheapest()));
    (refusal, world.store.take_queries(), runs.len())
}

#[test]
fn an_unknown_address_a_wrong_password_and_a_disabled_account_cost_the_same() {
    let world = World::new().with_account();
    let expected = |refusal| (refusal, vec!["users.find_by_email"], 1);
    let ada = world.user(EMAIL).unwrap().id;
    assert_eq!(failure_of(&world, "nobody@example.org", PASSWORD), expected(LogInRefusal::UnknownAddress));
    assert_eq!(failure_of(&world, EMAIL, "wrong password"), expected(LogInRefusal::WrongPassword(ada)));
    world.change_user(|users, user| assert!(users.set_active(user.id, false).unwrap()));
    assert_eq!(failure_of(&world, EMAIL, "wrong password"), expected(LogInRefusal::WrongPassword(ada)));
    assert_eq!(failure_of(&world, EMAIL, PASSWORD), expected(LogInRefusal::Disabled(ada)));
}

#[test]
fn a_hash_that_cannot_be_read_looks_like_a_wrong_password() {
    let world = World::new().with_account();
    let unreadable = PasswordHash::new("$argon2id$v=19$m=4000000000,t=3,p=4$c2FsdHNhbHQ$aGFzaA".to_owned());
    world.change_user(move |users, user| assert!(users.set_password_hash(user.id, &unreadable).unwrap()));
    let ada = world.user(EMAIL).unwrap().id;
    let expected = (LogInRefusal::UnreadableHash(ada), vec!["users.find_by_email"], 1);
    assert_eq!(failure_of(&world, EMAIL, PASSWORD), expected);
}

#[test]
fn any_spelling_of_the_address_logs_in() {
    let world = World::new().with_account();
    assert!(block_on(world.log_in().run(&email("ａｄａ@Example.ORG"), password(PASSWORD))).is_ok());
}

#[test]
fn a_hash_of_the_present_cost_is_left_alone() {
    let world = World::new().with_account();
    block_on(world.log_in().run(&email(EMAIL), password(PASSWORD))).unwrap();
    assert_eq!(world.store.take_queries(), ["users.find_by_email"]);
}

#[test]
fn a_weaker_hash_is_renewed_and_the_password_still_logs_in() {
    let world = World::new().with_account().with_dearer_hashes();
    let before = world.user(EMAIL).unwrap().password_hash;
    block_on(world.log_in().run(&email(EMAIL), password(PASSWORD))).unwrap();
    let after = world.user(EMAIL).unwrap().password_hash;
    assert!(after != before && after.expose().starts_with("$argon2id$v=19$m=16,t=2,p=1$"));
    world.store.take_queries();
    block_on(world.log_in().run(&email(EMAIL), password(PASSWORD))).unwrap();
    assert_eq!(world.store.take_queries(), ["users.find_by_email"]);
}

#[test]
fn a_renewal_never_undoes_a_password_that_was_changed_meanwhile() {
    let world = World::new().with_account().with_dearer_hashes();
    let (store, user) = (world.store.clone(), world.user(EMAIL).unwrap());
    let changed = PasswordHash::new("changed meanwhile".to_owned());
    let expected = changed.clone();
    world.hasher.during_next_hash(move || {
        let set = store.write(move |r| r.users().set_password_hash(user.id, &changed));
        assert!(block_on(set).unwrap());
    });
    block_on(world.log_in().run(&email(EMAIL), password(PASSWORD))).unwrap();
    assert_eq!(world.user(EMAIL).unwrap().password_hash, expected);
}

#[test]
fn a_renewal_that_fails_does_not_keep_the_user_out() {
    let world = World::new().with_account().with_dearer_hashes();
    let store = world.store.clone();
    world.hasher.during_next_hash(move || store.fail_next(StoreError::unavailable("away")));
    assert!(block_on(world.log_in().run(&email(EMAIL), password(PASSWORD))).is_ok());
}

#[test]
fn an_outage_is_not_mistaken_for_an_unknown_address() {
    let world = World::new().with_account();
    world.store.set_unavailable(true);
    let result = block_on(world.log_in().run(&email(EMAIL), password(PASSWORD)));
    assert!(matches!(result, Err(LogInError::Store(StoreError::Unavailable(_)))));
}
