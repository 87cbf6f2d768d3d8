use ore_services::{ListUsers, LogInError, SetActive, SetPassword};
use ore_testkit::block_on;

use crate::world::{EMAIL, PASSWORD, World, email, password};

#[test]
fn a_new_password_is_in_force_and_the_old_one_is_not() {
    let world = World::new().with_account();
    let set_password = SetPassword::new(world.store.clone(), world.hasher.clone());
    assert!(block_on(set_password.run(email("ADA@example.org"), password("another password"))).unwrap());
    assert!(block_on(world.log_in().run(&email(EMAIL), password("another password"))).is_ok());
    let old = block_on(world.log_in().run(&email(EMAIL), password(PASSWORD)));
    assert!(matches!(old, Err(LogInError::InvalidCredentials(_))));
}

#[test]
fn a_user_who_was_disabled_can_be_let_in_again() {
    let world = World::new().with_account();
    let set_active = SetActive::new(world.store.clone());
    assert!(block_on(set_active.run(email(EMAIL), false)).unwrap());
    assert!(!world.user(EMAIL).unwrap().is_active);
    assert!(block_on(set_active.run(email(EMAIL), true)).unwrap());
    assert!(world.user(EMAIL).unwrap().is_active);
}

#[test]
fn an_address_without_account_is_told_apart() {
    let world = World::new();
    let set_password = SetPassword::new(world.store.clone(), world.hasher.clone());
    assert!(!block_on(set_password.run(email(EMAIL), password(PASSWORD))).unwrap());
    assert!(!block_on(SetActive::new(world.store.clone()).run(email(EMAIL), true)).unwrap());
}

#[test]
fn users_are_listed_a_page_at_a_time() {
    let world = World::new();
    for number in 1..=3 {
        let address = email(&format!("user{number}@example.org"));
        block_on(world.create_account().run(address, password(PASSWORD))).unwrap();
    }
    let list_users = ListUsers::new(world.store.clone());
    let first = block_on(list_users.run(None, 2)).unwrap();
    let second = block_on(list_users.run(first.last().map(|user| user.id), 2)).unwrap();
    let addresses: Vec<_> = first.iter().chain(&second).map(|user| user.email.as_str()).collect();
    assert_eq!(addresses, ["user1@example.org", "user2@example.org", "user3@example.org"]);
}
