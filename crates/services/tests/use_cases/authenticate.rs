use std::sync::Arc;

use chrono::TimeDelta;
use ore_domain::{StoreError, User};
use ore_security::token::TokenError;
use ore_services::AuthenticateError;
use ore_testkit::block_on;

use crate::world::{EMAIL, LIFETIME, PASSWORD, World, email, password};

fn token_of(world: &World) -> String {
    let session = block_on(world.log_in().run(&email(EMAIL), password(PASSWORD))).unwrap();
    session.access_token.expose().to_owned()
}

fn authenticate(world: &World, token: &str) -> Result<Arc<User>, AuthenticateError> {
    block_on(world.authenticate().run(token))
}

#[test]
fn a_token_speaks_for_its_user_until_it_expires() {
    let world = World::new().with_account();
    let (token, authenticate) = (token_of(&world), world.authenticate());
    for _ in 0..2 {
        assert_eq!(block_on(authenticate.run(&token)).unwrap().email.as_str(), EMAIL);
    }
    world.clock.advance(TimeDelta::from_std(LIFETIME).unwrap());
    let expired = block_on(authenticate.run(&token));
    assert!(matches!(expired, Err(AuthenticateError::InvalidToken(TokenError::Expired))), "{expired:?}");
}

#[test]
fn nothing_but_the_token_itself_is_accepted_because_it_was() {
    let world = World::new().with_account();
    let (token, authenticate) = (token_of(&world), world.authenticate());
    assert!(block_on(authenticate.run(&token)).is_ok());
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(matches!(block_on(authenticate.run(&changed)), Err(AuthenticateError::InvalidToken(_))), "{changed}");
    }
    for changed in [format!("{token} "), format!(" {token}"), token[1..].to_owned()] {
        assert!(matches!(block_on(authenticate.run(&changed)), Err(AuthenticateError::InvalidToken(_))), "{changed}");
    }
}

#[test]
fn the_token_of_a_disabled_user_is_refused_at_once() {
    let world = World::new().with_account();
    let token = token_of(&world);
    let authenticate = world.authenticate();
    assert!(block_on(authenticate.run(&token)).is_ok());
    world.change_user(|users, user| assert!(users.set_active(user.id, false).unwrap()));
    assert!(matches!(block_on(authenticate.run(&token)), Err(AuthenticateError::DisabledUser(_))));
}

#[test]
fn the_token_of_a_user_who_is_gone_is_refused() {
    let world = World::new().with_account();
    let token = token_of(&world);
    let elsewhere = World::new();
    assert!(matches!(authenticate(&elsewhere, &token), Err(AuthenticateError::UnknownUser)));
}

#[test]
fn an_outage_is_not_mistaken_for_a_bad_token() {
    let world = World::new().with_account();
    let token = token_of(&world);
    world.store.set_unavailable(true);
    assert!(matches!(authenticate(&world, &token), Err(AuthenticateError::Store(StoreError::Unavailable(_)))));
}

#[test]
fn a_bad_token_costs_no_query() {
    let world = World::new().with_account();
    assert!(authenticate(&world, "nonsense").is_err());
    assert!(world.store.take_queries().is_empty());
}

#[test]
fn our_own_tokens_are_accepted_beside_those_of_the_python_service() {
    let world = World::new().with_account();
    let token = token_of(&world);
    assert!(block_on(world.authenticate_with_legacy_tokens().run(&token)).is_ok());
}
