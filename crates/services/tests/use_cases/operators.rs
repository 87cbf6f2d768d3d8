use ore_domain::{Clock, PermissionSet, Role, RoleName, StoreExt, Timestamp, UserId};
use ore_security::token::MAXIMUM_TOKEN_BYTES;
use ore_services::{AdministrationError, LogInError, UserSelector};
use ore_testkit::block_on;

use crate::context::{EMAIL, PASSWORD, TestContext, email, password, stranger};

#[test]
fn a_new_password_is_in_force_and_the_old_one_is_not() {
    let context = TestContext::new().with_account();
    assert!(
        block_on(context.accounts().set_password(email("ADA@example.org"), password("another password"), stranger()))
            .unwrap()
    );
    assert!(context.log_in(EMAIL, "another password").is_ok());
    let old = context.log_in(EMAIL, PASSWORD);
    assert!(matches!(old, Err(LogInError::InvalidCredentials(_))));
}

#[test]
fn a_user_who_was_disabled_can_be_let_in_again() {
    let context = TestContext::new().with_account();
    assert!(block_on(context.accounts().set_active(email(EMAIL), false, stranger())).unwrap());
    assert!(!context.user(EMAIL).unwrap().is_active);
    assert!(block_on(context.accounts().set_active(email(EMAIL), true, stranger())).unwrap());
    assert!(context.user(EMAIL).unwrap().is_active);
}

#[test]
fn an_address_without_account_is_told_apart() {
    let context = TestContext::new();
    assert!(!block_on(context.accounts().set_password(email(EMAIL), password(PASSWORD), stranger())).unwrap());
    assert!(!block_on(context.accounts().set_active(email(EMAIL), true, stranger())).unwrap());
}

#[test]
fn a_user_is_named_by_the_key_as_well() {
    let context = TestContext::new().with_account();
    let key = UserSelector::Key(context.user(EMAIL).unwrap().id);
    assert!(block_on(context.accounts().set_active(key.clone(), false, stranger())).unwrap());
    assert!(!context.user(EMAIL).unwrap().is_active);
    assert!(block_on(context.accounts().set_password(key, password("another password"), stranger())).unwrap());
    assert!(!block_on(context.accounts().set_active(UserSelector::Key(UserId::new(4711)), true, stranger())).unwrap());
}

#[test]
fn a_user_who_cannot_be_read_is_listed_and_changed_and_keeps_the_address() {
    let context = TestContext::new().with_account();
    let id = context.user(EMAIL).unwrap().id;
    context.store.make_unreadable(id);
    let listed = block_on(context.accounts().list(None, 2)).unwrap();
    assert!(matches!(&listed[..], [Err(user)] if user.id == id), "{listed:?}");
    assert!(block_on(context.accounts().set_active(email(EMAIL), false, stranger())).unwrap());
    let made = context.create(EMAIL);
    assert!(matches!(made, Err(AdministrationError::UserAlreadyExists)), "{made:?}");
}

#[test]
fn users_are_listed_a_page_at_a_time() {
    let context = TestContext::new();
    for number in 1..=3 {
        context.create(&format!("user{number}@example.org")).unwrap();
    }
    let first = block_on(context.accounts().list(None, 2)).unwrap();
    let second = block_on(context.accounts().list(first.last().map(|user| user.as_ref().unwrap().id), 2)).unwrap();
    let addresses: Vec<_> = first.iter().chain(&second).map(|user| user.as_ref().unwrap().email.as_str()).collect();
    assert_eq!(addresses, ["user1@example.org", "user2@example.org", "user3@example.org"]);
}

/// One who has so many, and the longest address, gets a token also where RSA signs.
#[test]
fn a_user_gets_no_more_roles_than_a_token_has_room_for() {
    let context = TestContext::new();
    let address = format!("{}@{}.{}.{}.org", "a".repeat(64), "b".repeat(63), "c".repeat(63), "d".repeat(57));
    context.create(&address).unwrap();
    let (names, now): (Vec<RoleName>, _) =
        ((10..50).map(|number| format!("{}{number}", "r".repeat(62)).parse().unwrap()).collect(), context.clock.now());
    let roles: Vec<_> = names.iter().cloned().map(|name| role(name, now)).collect();
    let inserted = context.store.write(move |r| roles.iter().try_for_each(|role| r.roles().insert_role(role)));
    block_on(inserted).unwrap();
    let grant =
        |name: &RoleName| block_on(context.accounts().set_role(email(&address), name.clone(), true, stranger()));
    grant(&RoleName::admin()).unwrap();
    let refused = names.iter().map(grant).find_map(Result::err).unwrap();
    assert!(matches!(refused, AdministrationError::TooManyRoles), "{refused:?}");
    assert!(context.user(&address).unwrap().roles.names().len() > 20);
    // A signature of 2048 bits and the name of a key are so much longer.
    let token = context.log_in(&address, PASSWORD).unwrap().access_token;
    assert!(token.expose().len() + 369 <= MAXIMUM_TOKEN_BYTES, "{}", token.expose().len());
}

fn role(name: RoleName, at: Timestamp) -> Role {
    Role { name, description: None, permissions: PermissionSet::NONE, created_at: at, updated_at: at }
}
