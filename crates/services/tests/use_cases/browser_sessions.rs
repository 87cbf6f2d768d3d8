use chrono::TimeDelta;
use ore_domain::Locale;
use ore_services::{AuthenticateError, Caller, OpenedSession, ReauthenticationProof};
use ore_testkit::block_on;

use crate::context::{EMAIL, PASSWORD, POLICY, TestContext, password, stranger};

const GRACE: TimeDelta = TimeDelta::seconds(10);
const SECOND: TimeDelta = TimeDelta::seconds(1);

fn logged_in() -> (TestContext, OpenedSession) {
    let context = TestContext::new().with_account();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    (context, session)
}

fn visit(context: &TestContext, session: &OpenedSession) -> Result<Caller, AuthenticateError> {
    block_on(context.authentication().authenticate_browser(session.refresh_token.expose()))
}

fn reauthenticate(context: &TestContext, session: &OpenedSession) -> OpenedSession {
    let current = visit(context, session).unwrap().session().unwrap();
    let again = context.sessions();
    let proof = ReauthenticationProof::Password { password: Some(password(PASSWORD)), code: None };
    block_on(again.reauthenticate(session.user_id, current.id, proof, stranger(), Locale::En)).unwrap()
}

#[test]
fn the_token_of_a_browser_goes_on_to_count_as_long_as_it_is_used() {
    let (context, session) = logged_in();
    let half = TimeDelta::from_std(POLICY.idle).unwrap() / 2;
    for _ in 0..3 {
        context.clock.advance(half);
        let caller = visit(&context, &session).unwrap();
        assert_eq!(caller.user().unwrap().email.as_str(), EMAIL);
    }
    context.clock.advance(half + half + SECOND);
    assert!(matches!(visit(&context, &session), Err(AuthenticateError::EndedSession(_))));
}

#[test]
fn after_a_reauthentication_the_token_from_before_counts_for_pages_under_way_alone() {
    let (context, first) = logged_in();
    let second = reauthenticate(&context, &first);
    context.clock.advance(GRACE + SECOND);
    // The answer may have got lost.
    assert!(visit(&context, &first).is_ok());
    assert!(visit(&context, &second).is_ok());
    assert!(matches!(visit(&context, &first), Err(AuthenticateError::ReplacedToken(_))));
    assert!(visit(&context, &second).is_ok());
}

#[test]
fn within_the_grace_pages_side_by_side_come_with_either_token() {
    let (context, first) = logged_in();
    let second = reauthenticate(&context, &first);
    assert!(visit(&context, &second).is_ok());
    context.clock.advance(GRACE);
    assert!(visit(&context, &first).is_ok());
    let third = reauthenticate(&context, &second);
    assert!(matches!(visit(&context, &first), Err(AuthenticateError::ReplacedToken(_))));
    assert!(visit(&context, &third).is_ok());
}

#[test]
fn a_stolen_token_that_was_exchanged_is_noticed_at_the_next_page() {
    let (context, session) = logged_in();
    let stolen = context.refresh(session.refresh_token.expose()).unwrap();
    context.authenticate(&stolen).unwrap();
    context.clock.advance(GRACE + SECOND);
    assert!(matches!(visit(&context, &session), Err(AuthenticateError::ReplacedToken(_))));
    // What the page does then ends the session.
    assert!(context.refresh(session.refresh_token.expose()).is_err());
    assert!(context.authenticate(&stolen).is_err());
}

#[test]
fn what_is_no_token_of_a_session_speaks_for_nobody() {
    let (context, session) = logged_in();
    let text = session.access_token.expose().to_owned();
    for token in ["", "ore_rt_", text.as_str(), "ore_ak_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg000000"] {
        let result = block_on(context.authentication().authenticate_browser(token));
        assert!(matches!(result, Err(AuthenticateError::UnknownSession)), "{token}");
    }
}
