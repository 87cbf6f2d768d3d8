use ore_domain::UserId;
use ore_services::{CreateAccountError, ListUsers, LogInError, SetActive, SetPassword, UserSelector};
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
fn a_user_is_named_by_the_key_as_well() {
    let world = World::new().with_account();
    let key = UserSelector::Key(world.user(EMAIL).unwrap().id);
    let set_active = SetActive::new(world.store.clone());
    assert!(block_on(set_active.run(key.clone(), false)).unwrap());
    assert!(!world.user(EMAIL).unwrap().is_active);
    let set_password = SetPassword::new(world.store.clone(), world.hasher.clone());
    assert!(block_on(set_password.run(key, password("another password"))).unwrap());
    assert!(!block_on(set_active.run(UserSelector::Key(UserId::new(4711)), true)).unwrap());
}

#[test]
fn a_user_who_cannot_be_read_is_listed_and_changed_and_keeps_the_address() {
    let world = World::new().with_account();
    let id = world.user(EMAIL).unwrap().id;
    world.store.make_unreadable(id);
    let listed = block_on(ListUsers::new(world.store.clone()).run(None, 2)).unwrap();
    assert!(matches!(&listed[..], [Err(user)] if user.id == id), "{listed:?}");
    assert!(block_on(SetActive::new(world.store.clone()).run(email(EMAIL), false)).unwrap());
    let registered = block_on(world.create_account().run(email(EMAIL), password(PASSWORD)));
    assert!(matches!(registered, Err(CreateAccountError::UserAlreadyExists)), "{registered:?}");
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
    let second = block_on(list_users.run(first.last().map(|user| user.as_ref().unwrap().id), 2)).unwrap();
    let addresses: Vec<_> = first.iter().chain(&second).map(|user| user.as_ref().unwrap().email.as_str()).collect();
    assert_eq!(addresses, ["user1@example.org", "user2@example.org", "user3@example.org"]);
}
