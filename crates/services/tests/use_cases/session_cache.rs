use ore_domain::{Changed, PasswordHash, StoreError, User, Users};
use ore_services::AuthenticateError;
use ore_testkit::block_on;
use rstest::rstest;

use crate::context::{EMAIL, TestContext};

#[test]
fn a_session_that_was_read_a_moment_ago_costs_no_query() {
    let context = TestContext::with_cache().with_account();
    let token = context.token();
    for queries in [1, 0, 0] {
        assert_eq!(
            block_on(context.authentication().authenticate(&token)).unwrap().user().unwrap().email.as_str(),
            EMAIL
        );
        assert_eq!(context.store.take_uses().len(), queries);
    }
}

type Change = fn(&mut dyn Users, &User) -> Result<Changed<bool>, StoreError>;

#[rstest]
#[case::disabled(|users: &mut dyn Users, user: &User| users.set_active(user.id, false))]
#[case::password_set(|users: &mut dyn Users, user: &User| users.set_password_hash(user.id, &new_hash()))]
#[case::password_replaced(
    |users: &mut dyn Users, user: &User| users.replace_password_hash(user.id, &user.password_hash, &new_hash())
)]
fn a_change_is_seen_at_once(#[case] change: Change) {
    let context = TestContext::with_cache().with_account();
    let token = context.token();
    let before = block_on(context.authentication().authenticate(&token)).unwrap().user().cloned().unwrap();
    context.change_user(change);
    match block_on(context.authentication().authenticate(&token)) {
        Ok(now) => assert_ne!(now.user().unwrap().password_hash.expose(), before.password_hash.expose()),
        Err(AuthenticateError::DisabledUser(_) | AuthenticateError::EndedSession(_)) => {}
        Err(error) => panic!("{error}"),
    }
}

fn new_hash() -> PasswordHash {
    PasswordHash::new("$argon2id$another".to_owned())
}
