use chrono::TimeDelta;
use ore_domain::StoreError;
use ore_security::token::TokenError;
use ore_services::{AuthenticateError, Caller};
use ore_testkit::block_on;

use crate::context::{EMAIL, LIFETIME, TestContext};

fn authenticate(context: &TestContext, token: &str) -> Result<Caller, AuthenticateError> {
    block_on(context.authentication().authenticate(token))
}

#[test]
fn a_token_speaks_for_its_user_until_it_expires() {
    let context = TestContext::new().with_account();
    let (token, authentication) = (context.token(), context.authentication());
    for _ in 0..2 {
        assert_eq!(block_on(authentication.authenticate(&token)).unwrap().user().unwrap().email.as_str(), EMAIL);
    }
    context.clock.advance(TimeDelta::from_std(LIFETIME).unwrap());
    let expired = block_on(authentication.authenticate(&token));
    assert!(matches!(expired, Err(AuthenticateError::InvalidToken(TokenError::Expired))), "{expired:?}");
}

#[test]
fn nothing_but_the_token_itself_is_accepted_because_it_was() {
    let context = TestContext::new().with_account();
    let (token, authentication) = (context.token(), context.authentication());
    assert!(block_on(authentication.authenticate(&token)).is_ok());
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(
            matches!(block_on(authentication.authenticate(&changed)), Err(AuthenticateError::InvalidToken(_))),
            "{changed}"
        );
    }
    for changed in [format!("{token} "), format!(" {token}"), token[1..].to_owned()] {
        assert!(
            matches!(block_on(authentication.authenticate(&changed)), Err(AuthenticateError::InvalidToken(_))),
            "{changed}"
        );
    }
}

#[test]
fn the_token_of_a_disabled_user_is_refused_at_once() {
    let context = TestContext::new().with_account();
    let token = context.token();
    let authentication = context.authentication();
    assert!(block_on(authentication.authenticate(&token)).is_ok());
    context.change_user(|users, user| users.set_active(user.id, false));
    assert!(matches!(block_on(authentication.authenticate(&token)), Err(AuthenticateError::DisabledUser(_))));
}

#[test]
fn the_token_of_a_user_who_is_gone_is_refused() {
    let context = TestContext::new().with_account();
    let token = context.token();
    let elsewhere = TestContext::new();
    assert!(matches!(authenticate(&elsewhere, &token), Err(AuthenticateError::EndedSession(_))));
}

#[test]
fn an_outage_is_not_mistaken_for_a_bad_token() {
    let context = TestContext::new().with_account();
    let token = context.token();
    context.store.set_unavailable(true);
    assert!(matches!(authenticate(&context, &token), Err(AuthenticateError::Store(StoreError::Unavailable(_)))));
}

#[test]
fn a_bad_token_costs_no_query() {
    let context = TestContext::new().with_account();
    assert!(authenticate(&context, "nonsense").is_err());
    assert!(context.store.take_uses().is_empty());
}

#[test]
fn our_own_tokens_are_accepted_beside_those_of_the_python_service() {
    let context = TestContext::new().with_account();
    let token = context.token();
    assert!(block_on(context.authentication_with_legacy_tokens().authenticate(&token)).is_ok());
}
