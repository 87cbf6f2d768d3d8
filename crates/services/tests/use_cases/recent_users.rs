use std::sync::Arc;

use ore_domain::{PasswordHash, StoreError, StoreExt, User, Users};
use ore_services::{AuthenticateError, WatchedStore};
use ore_testkit::{Inline, block_on};
use rstest::rstest;

use crate::world::{EMAIL, PASSWORD, World, email, password};

fn token_of(world: &World) -> String {
    let session = block_on(world.log_in().run(&email(EMAIL), password(PASSWORD))).unwrap();
    world.store.take_queries();
    session.access_token.expose().to_owned()
}

#[test]
fn a_user_who_was_read_a_moment_ago_costs_no_query() {
    let world = World::new().with_account().with_memory();
    let token = token_of(&world);
    for queries in [1, 0, 0] {
        assert_eq!(block_on(world.authenticate().run(&token)).unwrap().email.as_str(), EMAIL);
        assert_eq!(world.store.take_queries().len(), queries);
    }
}

#[rstest]
#[case::disabled(|users: &mut dyn Users, user: &User| users.set_active(user.id, false))]
#[case::password_set(|users: &mut dyn Users, user: &User| users.set_password_hash(user.id, &new_hash()))]
#[case::password_replaced(
    |users: &mut dyn Users, user: &User| users.replace_password_hash(user.id, &user.password_hash, &new_hash())
)]
fn a_change_is_seen_at_once(#[case] change: fn(&mut dyn Users, &User) -> Result<bool, StoreError>) {
    let world = World::new().with_account().with_memory();
    let token = token_of(&world);
    let user = block_on(world.authenticate().run(&token)).unwrap();
    let watched = Inline::new(WatchedStore::new(world.store.clone(), world.recent_users.clone()));
    let changed = Arc::clone(&user);
    assert!(block_on(watched.write(move |r| change(r.users(), &changed))).unwrap());
    match block_on(world.authenticate().run(&token)) {
        Ok(now) => assert_ne!(now.password_hash.expose(), user.password_hash.expose()),
        Err(error) => assert!(matches!(error, AuthenticateError::DisabledUser(_)), "{error}"),
    }
}

fn new_hash() -> PasswordHash {
    PasswordHash::new("$argon2id$another".to_owned())
}
