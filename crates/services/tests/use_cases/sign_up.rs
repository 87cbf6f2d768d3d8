use ore_domain::StoreExt;
use ore_security::password::HashError;
use ore_services::{CreateAccountError, HashingError, SignUpError};
use ore_testkit::{block_on, new_user};

use crate::context::{EMAIL, LIFETIME, TestContext};

#[test]
fn a_person_who_signs_up_has_a_session_at_once() {
    let context = TestContext::new();
    let session = context.sign_up(EMAIL).unwrap();
    assert_eq!(session.expires_in, LIFETIME);
    let user = block_on(context.authentication().authenticate(session.access_token.expose()))
        .unwrap()
        .user()
        .cloned()
        .unwrap();
    assert_eq!((user.email.as_str(), user.is_active), (EMAIL, true));
}

#[test]
fn an_address_has_one_account_in_all_its_spellings_and_no_hash_is_made_for_a_second() {
    let context = TestContext::new().with_account();
    let refused = context.sign_up("ＡＤＡ@EXAMPLE.org");
    assert!(matches!(refused, Err(SignUpError::Account(CreateAccountError::UserAlreadyExists))));
    assert!(context.hasher.take_runs().is_empty());
}

#[test]
fn an_account_made_by_another_while_the_hash_is_made_is_found_by_the_write() {
    let context = TestContext::new();
    let store = context.store.clone();
    context.hasher.during_next_hash(move || {
        block_on(store.write(|r| r.users().insert(new_user(EMAIL).build()))).unwrap();
    });
    let refused = context.sign_up(EMAIL);
    assert!(matches!(refused, Err(SignUpError::Account(CreateAccountError::UserAlreadyExists))));
}

#[test]
fn an_outage_is_not_mistaken_for_a_free_address() {
    let context = TestContext::new();
    context.store.set_unavailable(true);
    let refused = context.sign_up(EMAIL);
    assert!(matches!(refused, Err(SignUpError::Account(CreateAccountError::Store(_)))));
}

#[test]
fn without_memory_for_the_hash_there_is_no_account_and_the_next_try_makes_it() {
    let context = TestContext::new();
    context.hasher.fail_next(HashError::OutOfMemory);
    let refused = context.sign_up(EMAIL);
    let Err(SignUpError::Account(CreateAccountError::Hashing(error))) = refused else { panic!("{refused:?}") };
    assert!(matches!(error, HashingError::Unavailable { .. }));
    assert!(context.sign_up(EMAIL).is_ok());
}
