use chrono::TimeDelta;
use ore_domain::{Clock, Password, PasswordHash, PasswordPolicy, StoreError, StoreExt};
use ore_security::token::AccessClaims;
use ore_services::{AuthenticateError, OpenedSession, OwnPasswordError, RefreshError, RefreshRefusal};
use ore_testkit::block_on;
use rstest::rstest;

use crate::context::{EMAIL, LIFETIME, LOCALE, PASSWORD, POLICY, TestContext, email, password, stranger, verifier};

const SECOND: TimeDelta = TimeDelta::seconds(1);
const GRACE: TimeDelta = TimeDelta::seconds(10);

fn logged_in() -> (TestContext, OpenedSession) {
    let context = TestContext::new().with_account();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    (context, session)
}

fn token(session: &OpenedSession) -> &str {
    session.refresh_token.expose()
}

#[track_caller]
fn assert_refused(result: &Result<OpenedSession, RefreshError>, expected: &str) {
    let Err(RefreshError::Invalid(refusal)) = result else { panic!("{result:?}") };
    let refusal = match refusal {
        RefreshRefusal::Malformed => "malformed",
        RefreshRefusal::Unknown => "unknown",
        RefreshRefusal::Ended(_) => "ended",
        RefreshRefusal::Reused(..) => "reused",
    };
    assert_eq!(refusal, expected);
}

#[test]
fn a_session_goes_on_with_each_refresh_token_in_turn() {
    let (context, first) = logged_in();
    let mut session = first;
    for _ in 0..5 {
        context.clock.advance(TimeDelta::hours(1));
        let next = context.refresh(token(&session)).unwrap();
        assert_ne!(token(&next), token(&session));
        assert_eq!(context.authenticate(&next).unwrap().user().unwrap().email.as_str(), EMAIL);
        session = next;
    }
}

#[test]
fn within_the_grace_the_predecessor_gives_the_same_successor_and_a_fresh_access_token() {
    let (context, first) = logged_in();
    let second = context.refresh(token(&first)).unwrap();
    context.clock.advance(GRACE);
    let again = context.refresh(token(&first)).unwrap();
    assert_eq!(token(&again), token(&second));
    assert_ne!(again.access_token.expose(), second.access_token.expose());
    for session in [&first, &second, &again] {
        assert!(context.authenticate(session).is_ok());
    }
    assert!(context.refresh(token(&second)).is_ok());
}

#[test]
fn only_the_immediate_predecessor_has_a_grace() {
    let (context, first) = logged_in();
    let second = context.refresh(token(&first)).unwrap();
    let third = context.refresh(token(&second)).unwrap();
    assert_refused(&context.refresh(token(&first)), "reused");
    assert_refused(&context.refresh(token(&third)), "ended");
}

#[test]
fn an_answer_that_was_lost_is_made_up_for_and_what_nobody_used_is_void() {
    let (context, first) = logged_in();
    let lost = context.refresh(token(&first)).unwrap();
    context.clock.advance(GRACE + SECOND);
    let replaced = context.refresh(token(&first)).unwrap();
    assert_ne!(token(&replaced), token(&lost));
    let refused = context.authenticate(&lost);
    assert!(matches!(refused, Err(AuthenticateError::ReplacedToken(_))), "{refused:?}");
    assert!(context.authenticate(&first).is_ok());
    assert!(context.authenticate(&replaced).is_ok());
    assert_refused(&context.refresh(token(&lost)), "reused");
    let refused = context.authenticate(&replaced);
    assert!(matches!(refused, Err(AuthenticateError::EndedSession(_))), "{refused:?}");
}

#[test]
fn an_answer_may_be_lost_again_and_again() {
    let (context, first) = logged_in();
    for _ in 0..20 {
        context.refresh(token(&first)).unwrap();
        context.clock.advance(GRACE + SECOND);
    }
    let session = context.refresh(token(&first)).unwrap();
    assert!(context.authenticate(&session).is_ok());
    assert!(context.refresh(token(&session)).is_ok());
}

#[rstest]
#[case::its_access_token(|context: &TestContext, session: &OpenedSession| drop(context.authenticate(session).unwrap()))]
#[case::its_refresh_token(|context: &TestContext, session: &OpenedSession| drop(context.refresh(token(session)).unwrap()))]
fn a_predecessor_is_reused_once_the_successor_was_used(#[case] use_it: fn(&TestContext, &OpenedSession)) {
    let (context, first) = logged_in();
    let second = context.refresh(token(&first)).unwrap();
    use_it(&context, &second);
    context.clock.advance(GRACE + SECOND);
    assert_refused(&context.refresh(token(&first)), "reused");
}

#[test]
fn reuse_ends_its_own_session_alone_and_no_descendant_works() {
    let (context, first) = logged_in();
    let other = context.log_in(EMAIL, PASSWORD).unwrap();
    let second = context.refresh(token(&first)).unwrap();
    context.authenticate(&second).unwrap();
    context.clock.advance(GRACE + SECOND);
    assert_refused(&context.refresh(token(&first)), "reused");
    for session in [&first, &second] {
        assert_refused(&context.refresh(token(session)), "ended");
        assert!(matches!(context.authenticate(session), Err(AuthenticateError::EndedSession(_))));
    }
    assert!(context.authenticate(&other).is_ok());
    assert!(context.refresh(token(&other)).is_ok());
}

#[test]
fn a_session_ends_when_it_is_idle_and_however_much_it_is_used() {
    let (context, session) = logged_in();
    let idle = TimeDelta::from_std(POLICY.idle).unwrap();
    context.clock.advance(idle);
    let session = context.refresh(token(&session)).unwrap();
    context.clock.advance(idle + SECOND);
    assert_refused(&context.refresh(token(&session)), "ended");

    let (context, mut session) = logged_in();
    for _ in 0..29 {
        context.clock.advance(TimeDelta::days(1));
        session = context.refresh(token(&session)).unwrap();
    }
    assert_eq!(session.refresh_expires_in.as_secs(), 24 * 60 * 60);
    context.clock.advance(TimeDelta::days(1));
    assert_refused(&context.refresh(token(&session)), "ended");
}

#[test]
fn the_use_of_an_access_token_keeps_a_session_from_being_idle() {
    let (context, session) = logged_in();
    let user = context.user(EMAIL).unwrap();
    let last_used = || block_on(context.sessions().of_user(&user)).unwrap()[0].last_used_at;
    let opened = last_used();
    context.clock.advance(TimeDelta::seconds(59));
    context.authenticate(&session).unwrap();
    assert_eq!(last_used(), opened);
    context.clock.advance(SECOND);
    context.authenticate(&session).unwrap();
    assert_eq!(last_used(), opened + TimeDelta::minutes(1));
}

#[test]
fn a_user_has_no_more_sessions_than_the_limit_and_the_least_used_one_ends() {
    let (context, first) = logged_in();
    let mut sessions = vec![first];
    for _ in 1..POLICY.limit {
        context.clock.advance(SECOND);
        sessions.push(context.log_in(EMAIL, PASSWORD).unwrap());
    }
    context.clock.advance(SECOND);
    sessions[0] = context.refresh(token(&sessions[0])).unwrap();
    context.clock.advance(SECOND);
    sessions.push(context.log_in(EMAIL, PASSWORD).unwrap());
    let works: Vec<bool> = sessions.iter().map(|session| context.authenticate(session).is_ok()).collect();
    assert_eq!(works, [true, false, true, true]);
}

#[test]
fn a_user_ends_their_own_sessions_alone() {
    let (context, session) = logged_in();
    let elsewhere = context.log_in(EMAIL, PASSWORD).unwrap();
    let grace = context.sign_up("grace@example.org").unwrap();
    let id = context.authenticate(&session).unwrap().session().unwrap().id;
    assert!(!block_on(context.sessions().end(grace.user_id, id, stranger())).unwrap());
    assert!(block_on(context.sessions().end(session.user_id, id, stranger())).unwrap());
    assert!(!block_on(context.sessions().end(session.user_id, id, stranger())).unwrap());
    assert!(context.authenticate(&session).is_err());
    assert_refused(&context.refresh(token(&session)), "ended");
    assert!(context.authenticate(&elsewhere).is_ok());
    assert!(context.authenticate(&grace).is_ok());
}

#[test]
fn all_sessions_end_but_the_one_to_keep() {
    let (context, session) = logged_in();
    let elsewhere = context.log_in(EMAIL, PASSWORD).unwrap();
    let grace = context.sign_up("grace@example.org").unwrap();
    let keep = context.authenticate(&session).unwrap().session().map(|session| session.id);
    assert_eq!(block_on(context.sessions().end_all(session.user_id, keep, stranger())).unwrap(), 1);
    assert!(context.authenticate(&session).is_ok());
    assert!(context.authenticate(&elsewhere).is_err());
    assert!(context.authenticate(&grace).is_ok());
    assert_eq!(block_on(context.sessions().end_all(session.user_id, None, stranger())).unwrap(), 1);
    assert!(context.authenticate(&session).is_err());
}

#[test]
fn the_cookie_of_a_browser_ends_its_session() {
    let (context, session) = logged_in();
    assert!(block_on(context.sessions().end_by_refresh_token(token(&session), LOCALE, stranger())).is_ok());
    assert!(context.authenticate(&session).is_err());
    let again = block_on(context.sessions().end_by_refresh_token(token(&session), LOCALE, stranger()));
    assert!(matches!(again, Err(RefreshError::Invalid(RefreshRefusal::Ended(_)))), "{again:?}");
}

/// What an operator does, and what anybody does who changes the rows of users.
#[rstest]
#[case::password(|context: &TestContext| {
    let password = Password::new("another long password", PasswordPolicy::default()).unwrap();
    assert!(block_on(context.accounts().set_password(email(EMAIL), password, stranger())).unwrap());
})]
#[case::deactivated_and_let_in_again(|context: &TestContext| {
    for is_active in [false, true] {
        assert!(block_on(context.accounts().set_active(email(EMAIL), is_active, stranger())).unwrap());
    }
})]
#[case::password_in_the_database(|context: &TestContext| context.change_user(|users, user| {
    users.set_password_hash(user.id, &PasswordHash::new("$argon2id$x".to_owned()))
}))]
fn no_token_outlives_a_change_of_the_credentials(#[case] change: fn(&TestContext)) {
    let (context, session) = logged_in();
    let next = context.refresh(token(&session)).unwrap();
    change(&context);
    for session in [&session, &next] {
        assert!(matches!(context.authenticate(session), Err(AuthenticateError::EndedSession(_))));
        assert_refused(&context.refresh(token(session)), "ended");
    }
}

#[test]
fn a_new_hash_of_the_same_password_ends_nothing() {
    let (context, session) = logged_in();
    let context = context.with_dearer_hashes();
    let renewed = context.log_in(EMAIL, PASSWORD).unwrap();
    for session in [&session, &renewed] {
        assert!(context.authenticate(session).is_ok());
        assert!(context.refresh(token(session)).is_ok());
    }
}

#[test]
fn what_is_no_refresh_token_costs_no_query() {
    let (context, session) = logged_in();
    context.store.take_uses();
    let text = token(&session);
    let access = session.access_token.expose().to_owned();
    for other in ["", "ore_rt_", &text[1..], &text[..text.len() - 1], &text.replace("_rt_", "_mt_"), &access] {
        assert_refused(&context.refresh(other), "malformed");
    }
    assert!(context.store.take_uses().is_empty());
    let unknown = ore_security::opaque_token::OpaqueToken::generate(ore_security::opaque_token::TokenKind::Refresh);
    assert_refused(&context.refresh(unknown.unwrap().expose()), "unknown");
}

#[test]
fn a_store_that_takes_no_writes_lets_users_in_all_the_same() {
    let (context, session) = logged_in();
    let second = context.refresh(token(&session)).unwrap();
    context.store.refuse_writes();
    assert!(context.authenticate(&second).is_ok());
}

fn change_password(context: &TestContext, session: &OpenedSession, current: &str, end_other_sessions: bool) -> bool {
    let caller = context.authenticate(session).unwrap();
    let passwords = [password(current), password("another horse battery")];
    let (sessions, id) = (context.sessions(), caller.session().unwrap().id);
    match block_on(sessions.change_password(
        caller.user().unwrap().id,
        id,
        passwords,
        end_other_sessions,
        LOCALE,
        stranger(),
    )) {
        Ok(()) => true,
        Err(OwnPasswordError::WrongPassword | OwnPasswordError::EndedSession) => false,
        Err(error) => panic!("{error}"),
    }
}

#[rstest]
#[case::ending_the_others(true)]
#[case::keeping_the_others(false)]
fn a_user_who_changes_the_password_stays_logged_in(#[case] end_other_sessions: bool) {
    let (context, session) = logged_in();
    let elsewhere = context.log_in(EMAIL, PASSWORD).unwrap();
    assert!(change_password(&context, &session, PASSWORD, end_other_sessions));
    assert!(context.authenticate(&session).is_ok() && context.refresh(token(&session)).is_ok());
    assert_eq!(context.authenticate(&elsewhere).is_err(), end_other_sessions);
    assert_eq!(context.refresh(token(&elsewhere)).is_err(), end_other_sessions);
    assert!(context.log_in(EMAIL, PASSWORD).is_err());
    assert!(context.log_in(EMAIL, "another horse battery").is_ok());
}

#[test]
fn the_password_stays_as_it_is_without_the_present_one() {
    let (context, session) = logged_in();
    let elsewhere = context.log_in(EMAIL, PASSWORD).unwrap();
    assert!(!change_password(&context, &session, "wrong horse battery", true));
    assert!(context.authenticate(&elsewhere).is_ok());
    assert!(context.log_in(EMAIL, PASSWORD).is_ok());
}

#[test]
fn of_two_changes_at_once_the_second_finds_another_password() {
    let (context, session) = logged_in();
    let user = context.user(EMAIL).unwrap().id;
    let store = context.store.clone();
    context.hasher.during_next_hash(move || {
        let hash = PasswordHash::new("$argon2id$first".to_owned());
        let first = store.write(move |r| Ok::<_, StoreError>(r.users().set_password_hash(user, &hash)?.invalidate(r)));
        assert!(block_on(first).unwrap());
    });
    assert!(!change_password(&context, &session, PASSWORD, true));
    assert_eq!(context.user(EMAIL).unwrap().password_hash.expose(), "$argon2id$first");
}

#[test]
fn an_access_token_ends_no_later_than_its_session() {
    let (context, mut session) = logged_in();
    for days in [13, 13] {
        context.clock.advance(TimeDelta::days(days));
        session = context.refresh(token(&session)).unwrap();
    }
    assert_eq!(session.expires_in, LIFETIME);
    let start = context.clock.now() - TimeDelta::days(26);
    let end = start + POLICY.absolute;
    for (before, expected) in [(TimeDelta::minutes(10), 600), (TimeDelta::milliseconds(2500), 2)] {
        context.clock.set(end - before);
        session = context.refresh(token(&session)).unwrap();
        let now = context.clock.now();
        let claims: AccessClaims = verifier().verify(session.access_token.expose(), now.into()).unwrap();
        assert_eq!((session.expires_in.as_secs(), claims.exp - claims.iat), (expected, expected));
        assert!(i64::try_from(claims.exp).unwrap() <= end.timestamp());
    }
    context.clock.set(end - TimeDelta::milliseconds(1));
    assert_eq!(context.refresh(token(&session)).unwrap().expires_in.as_secs(), 1);
}
