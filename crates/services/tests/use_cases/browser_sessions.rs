use chrono::TimeDelta;
use ore_domain::{AuditOrigin, Locale};
use ore_services::{AuthenticateError, Caller, OpenedSession, ReauthenticationProof, RefreshError, RefreshRefusal};
use ore_testkit::block_on;

use crate::context::{EMAIL, PASSWORD, POLICY, TestContext, email, password, stranger};

const GRACE: TimeDelta = TimeDelta::seconds(10);
const SECOND: TimeDelta = TimeDelta::seconds(1);

fn logged_in() -> (TestContext, OpenedSession) {
    let context = TestContext::new().with_account();
    let session = block_on(context.sessions().log_in(&email(EMAIL), password(PASSWORD), &page(), None)).unwrap();
    (context, session)
}

fn page() -> AuditOrigin {
    AuditOrigin { is_page: true, ..AuditOrigin::default() }
}

fn visit(context: &TestContext, session: &OpenedSession) -> Result<Caller, AuthenticateError> {
    block_on(context.authentication().authenticate_browser(session.refresh_token.expose()))
}

fn reauthenticate(context: &TestContext, session: &OpenedSession) -> OpenedSession {
    let current = visit(context, session).unwrap().session().unwrap();
    let again = context.sessions();
    let proof = ReauthenticationProof::Password { password: Some(password(PASSWORD)), code: None };
    block_on(again.reauthenticate(session.user_id, (current.id, None), proof, &page(), Locale::En)).unwrap()
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

/// What its user has shown came with the other token.
#[test]
fn the_token_from_before_a_reauthentication_is_no_fresher_for_it() {
    let (context, first) = logged_in();
    let before = visit(&context, &first).unwrap().session().unwrap().authenticated_at;
    context.clock.advance(TimeDelta::hours(1));
    let second = reauthenticate(&context, &first);
    let authenticated = |session| visit(&context, session).unwrap().session().unwrap().authenticated_at;
    assert_eq!((authenticated(&first), authenticated(&second)), (before, before + TimeDelta::hours(1)));
}

/// As after a change of the password.
#[test]
fn a_token_that_was_replaced_counts_for_pages_under_way_alone() {
    let (context, first) = logged_in();
    let session = visit(&context, &first).unwrap().session().unwrap().id;
    let second = block_on(context.sessions().replace_token(first.user_id, session)).unwrap();
    assert!(visit(&context, &second).is_ok());
    context.clock.advance(GRACE + SECOND);
    assert!(matches!(visit(&context, &first), Err(AuthenticateError::ReplacedToken(_))));
    assert!(visit(&context, &second).is_ok());
}

#[test]
fn a_copy_of_the_cookie_that_comes_late_ends_the_session() {
    let (context, first) = logged_in();
    let second = reauthenticate(&context, &first);
    assert!(visit(&context, &second).is_ok());
    context.clock.advance(GRACE + SECOND);
    assert!(matches!(visit(&context, &first), Err(AuthenticateError::ReplacedToken(_))));
    let end = |session: &OpenedSession| {
        block_on(context.sessions().end_replaced(session.refresh_token.expose(), Locale::En, stranger())).unwrap()
    };
    assert!(matches!(end(&first), RefreshRefusal::Reused(user, _) if user == first.user_id));
    assert!(matches!(visit(&context, &second), Err(AuthenticateError::EndedSession(_))));
    assert!(matches!(end(&first), RefreshRefusal::Ended(_)));
}

#[test]
fn the_tokens_of_pages_and_of_other_clients_are_not_taken_for_each_other() {
    let (context, of_pages) = logged_in();
    assert!(matches!(
        context.refresh(of_pages.refresh_token.expose()),
        Err(RefreshError::Invalid(RefreshRefusal::Malformed))
    ));
    assert!(visit(&context, &of_pages).is_ok());
    let other = context.log_in(EMAIL, PASSWORD).unwrap();
    assert!(matches!(visit(&context, &other), Err(AuthenticateError::UnknownSession)));
    assert!(context.refresh(other.refresh_token.expose()).is_ok());
}

#[test]
fn what_is_no_token_of_a_session_speaks_for_nobody() {
    let (context, session) = logged_in();
    let text = session.access_token.expose().to_owned();
    for token in ["", "ore_ps_", text.as_str(), "ore_ak_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg000000"] {
        let result = block_on(context.authentication().authenticate_browser(token));
        assert!(matches!(result, Err(AuthenticateError::UnknownSession)), "{token}");
    }
}
