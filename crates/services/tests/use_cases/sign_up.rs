use ore_domain::StoreExt;
use ore_security::password::HashError;
use ore_services::{CreateAccountError, HashingError, SignUpError};
use ore_testkit::{block_on, new_user};

use crate::world::{EMAIL, LIFETIME, PASSWORD, World, email, password};

#[test]
fn whoever_signs_up_has_a_session_at_once() {
    let world = World::new();
    let session = block_on(world.sign_up().run(email(EMAIL), password(PASSWORD))).unwrap();
    assert_eq!(session.expires_in, LIFETIME);
    let user = block_on(world.authenticate().run(session.access_token.expose())).unwrap();
    assert_eq!((user.email.as_str(), user.is_active), (EMAIL, true));
}

#[test]
fn an_address_has_one_account_in_all_its_spellings_and_no_hash_is_made_for_a_second() {
    let world = World::new().with_account();
    let refused = block_on(world.sign_up().run(email("ＡＤＡ@EXAMPLE.org"), password(PASSWORD)));
    assert!(matches!(refused, Err(SignUpError::Account(CreateAccountError::UserAlreadyExists))));
    assert!(world.hasher.take_runs().is_empty());
}

#[test]
fn an_account_made_by_another_while_the_hash_is_made_is_found_by_the_write() {
    let world = World::new();
    let store = world.store.clone();
    world.hasher.during_next_hash(move || {
        block_on(store.write(|r| r.users().insert(new_user(EMAIL).build()))).unwrap();
    });
    let refused = block_on(world.sign_up().run(email(EMAIL), password(PASSWORD)));
    assert!(matches!(refused, Err(SignUpError::Account(CreateAccountError::UserAlreadyExists))));
}

#[test]
fn an_outage_is_not_mistaken_for_a_free_address() {
    let world = World::new();
    world.store.set_unavailable(true);
    let refused = block_on(world.sign_up().run(email(EMAIL), password(PASSWORD)));
    assert!(matches!(refused, Err(SignUpError::Account(CreateAccountError::Store(_)))));
}

#[test]
fn without_memory_for_the_hash_there_is_no_account_and_the_next_try_makes_it() {
    let world = World::new();
    world.hasher.fail_next(HashError::OutOfMemory);
    let refused = block_on(world.sign_up().run(email(EMAIL), password(PASSWORD)));
    let Err(SignUpError::Account(CreateAccountError::Hashing(error))) = refused else { panic!("{refused:?}") };
    assert!(matches!(error, HashingError::Unavailable { .. }));
    assert!(block_on(world.sign_up().run(email(EMAIL), password(PASSWORD))).is_ok());
}
