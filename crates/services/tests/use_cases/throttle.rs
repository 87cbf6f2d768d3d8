//! Failures in a row delay strangers, and never an owner who comes from a network or with a device that is known.

use std::iter;
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use ore_domain::Access;
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::password::HashError;
use ore_services::{Housekeeping, LogInError, LogInRefusal, OpenedSession, OwnPasswordError, ReauthenticationProof};
use ore_testkit::block_on;
use rstest::rstest;

use crate::context::{EMAIL, LOCALE, PASSWORD, TestContext, email, password, stranger, throttle};

const HOME: &str = "192.0.2.0/24";
const ELSEWHERE: &str = "198.51.100.0/24";
const WRONG: &str = "wrong horse battery";
const NOBODY: &str = "nobody@example.org";
const QUARTER: Duration = Duration::from_mins(15);

/// What a wrong password from elsewhere comes to: nothing, or how long to wait.
fn fail(context: &TestContext, address: &str) -> Option<Duration> {
    match context.log_in_from(ELSEWHERE, None, address, WRONG) {
        Err(LogInError::InvalidCredentials(_)) => None,
        Err(LogInError::Throttled { retry_after }) => Some(retry_after),
        other => panic!("{other:?}"),
    }
}

/// Fails so often from elsewhere, each time as soon as it may.
fn fail_often(context: &TestContext, address: &str, times: u32) {
    for _ in 0..times {
        if let Some(wait) = fail(context, address) {
            context.clock.advance(TimeDelta::from_std(wait).unwrap());
            assert_eq!(fail(context, address), None);
        }
    }
}

/// Tries so often from elsewhere.
fn fail_at_once(context: &TestContext, times: usize) {
    for _ in 0..times {
        fail(context, EMAIL);
    }
}

fn home(context: &TestContext) -> OpenedSession {
    context.log_in_from(HOME, None, EMAIL, PASSWORD).unwrap()
}

fn device_of(session: &OpenedSession) -> String {
    session.device_token.as_ref().unwrap().expose().to_owned()
}

fn wait_of(result: Result<OpenedSession, LogInError>) -> Option<Duration> {
    match result {
        Ok(_) => None,
        Err(LogInError::Throttled { retry_after }) => Some(retry_after),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn an_account_that_is_not_there_is_delayed_as_one_that_is() {
    let sequence = |address: &str| {
        let context = TestContext::new().with_account();
        let times = 40;
        let tries = iter::repeat_with(|| {
            let outcome = fail(&context, address);
            context.clock.advance(TimeDelta::seconds(7));
            (outcome, context.store.take_uses(), context.hasher.take_runs().len())
        });
        tries.take(times).collect::<Vec<_>>()
    };
    let (known, unknown) = (sequence(EMAIL), sequence(NOBODY));
    assert_eq!(known, unknown);
    let waits: Vec<_> = known.iter().filter_map(|(wait, ..)| *wait).map(|wait| wait.as_secs()).collect();
    assert_eq!(waits[..3], [1, 9, 2], "{waits:?}");
    assert!(known.iter().all(|(wait, uses, hashes)| match wait {
        Some(_) => (uses.as_slice(), *hashes) == (&[Access::Statement; 2], 0),
        None => (uses.as_slice(), *hashes) == (&[Access::Statement, Access::Write], 1),
    }));
}

#[test]
fn the_owner_gets_in_from_a_known_network_at_every_try_while_a_stranger_floods() {
    let context = TestContext::new().with_account();
    home(&context);
    for second in 0..25 {
        fail_at_once(&context, 5);
        assert_eq!(wait_of(context.log_in_from(HOME, None, EMAIL, PASSWORD)), None, "second {second}");
        context.clock.advance(TimeDelta::seconds(1));
    }
}

#[test]
fn the_owner_gets_in_from_a_strange_network_with_a_known_device_while_a_stranger_locks() {
    let context = TestContext::new().with_account();
    let device = device_of(&home(&context));
    for number in 0..25 {
        fail_often(&context, EMAIL, 5);
        let network = format!("203.0.{number}.0/24");
        let session = context.log_in_from(&network, Some(&device), EMAIL, PASSWORD).unwrap();
        assert_eq!(device_of(&session), device, "a known device keeps its token");
    }
    fail_often(&context, EMAIL, 100);
    assert_eq!(fail(&context, EMAIL), Some(QUARTER));
    assert!(context.log_in_from("203.0.113.0/24", Some(&device), EMAIL, PASSWORD).is_ok());
    assert_eq!(fail(&context, EMAIL), None, "the owner has reset what strangers failed");
}

#[test]
fn somebody_who_signs_up_is_known_from_then_on() {
    let context = TestContext::new();
    let device = device_of(&context.sign_up(EMAIL).unwrap());
    fail_often(&context, EMAIL, 6);
    assert!(fail(&context, EMAIL).is_some());
    assert!(context.log_in_from(ELSEWHERE, Some(&device), EMAIL, PASSWORD).is_ok());
}

#[test]
fn a_hundred_failures_of_strangers_lock_them_out_until_somebody_resets_them() {
    type Reset = fn(&TestContext);
    let unlock: Reset = |context| assert!(block_on(context.accounts().unlock(email(EMAIL), stranger())).unwrap());
    let set_password: Reset = |context| {
        assert!(block_on(context.accounts().set_password(email(EMAIL), password(PASSWORD), stranger())).unwrap());
    };
    let success: Reset = |context| drop(home(context));
    for reset in [unlock, set_password, success] {
        let context = TestContext::new().with_account();
        home(&context);
        fail_often(&context, EMAIL, 100);
        context.clock.advance(TimeDelta::hours(2));
        let stranger = context.log_in_from(ELSEWHERE, None, EMAIL, PASSWORD);
        assert_eq!(wait_of(stranger), Some(QUARTER), "even with the right password");
        reset(&context);
        assert!(context.log_in_from(ELSEWHERE, None, EMAIL, PASSWORD).is_ok());
    }
}

#[test]
fn where_nobody_can_unlock_the_longest_delay_stays() {
    let context = TestContext::new().with_throttle(Some(throttle(false))).with_account();
    fail_often(&context, EMAIL, 105);
    assert_eq!(fail(&context, EMAIL), Some(QUARTER));
    context.clock.advance(TimeDelta::from_std(QUARTER).unwrap());
    assert!(context.log_in_from(ELSEWHERE, None, EMAIL, PASSWORD).is_ok());
}

#[test]
fn a_known_network_has_a_hundred_of_its_own() {
    let context = TestContext::new().with_account();
    let device = device_of(&home(&context));
    let fail_at_home = || match context.log_in_from(HOME, None, EMAIL, WRONG) {
        Err(LogInError::InvalidCredentials(_)) => true,
        Err(LogInError::Throttled { retry_after }) => {
            context.clock.advance(TimeDelta::from_std(retry_after).unwrap());
            false
        }
        other => panic!("{other:?}"),
    };
    let failed = iter::repeat_with(fail_at_home).take(300).filter(|has_failed| *has_failed).count();
    assert_eq!(failed, 100);
    assert_eq!(wait_of(context.log_in_from(HOME, None, EMAIL, PASSWORD)), Some(QUARTER));
    assert!(context.log_in_from(HOME, Some(&device), EMAIL, PASSWORD).is_ok());
    assert!(context.log_in_from(ELSEWHERE, None, EMAIL, PASSWORD).is_ok());
}

#[test]
fn a_network_is_known_for_180_days() {
    let context = TestContext::new().with_account();
    for (days, is_known) in [(179, true), (181, false)] {
        home(&context);
        context.clock.advance(TimeDelta::days(days));
        fail_at_once(&context, 6);
        assert_eq!(context.log_in_from(HOME, None, EMAIL, PASSWORD).is_ok(), is_known, "after {days} days");
    }
}

#[test]
fn what_is_no_device_token_of_the_user_makes_nobody_known() {
    let context = TestContext::new().with_account();
    let device = device_of(&home(&context));
    let grace = device_of(&context.sign_up("grace@example.org").unwrap());
    let refresh = OpaqueToken::generate(TokenKind::Refresh).unwrap();
    let unknown = OpaqueToken::generate(TokenKind::Device).unwrap();
    let truncated = &device[..device.len() - 1];
    fail_at_once(&context, 5);
    for token in ["", "device", truncated, &grace, refresh.expose(), unknown.expose()] {
        let refused = context.log_in_from(ELSEWHERE, Some(token), EMAIL, PASSWORD);
        assert_eq!(wait_of(refused), Some(Duration::from_secs(1)), "{token}");
    }
    assert!(context.log_in_from(ELSEWHERE, Some(&device), EMAIL, PASSWORD).is_ok());
    let other = context.log_in_from(ELSEWHERE, Some(&grace), EMAIL, PASSWORD).unwrap();
    assert_ne!(device_of(&other), grace, "a token of another user is not answered again");
}

#[test]
fn a_device_is_known_no_more_once_the_password_was_changed() {
    const NEW: &str = "another horse battery";
    let context = TestContext::new().with_account();
    let session = context.log_in_from(ELSEWHERE, None, EMAIL, PASSWORD).unwrap();
    let (device, caller) = (device_of(&session), context.authenticate(&session).unwrap());
    let changed = context.sessions();
    let changed = changed.change_password(
        caller.user().unwrap().id,
        caller.session().unwrap().id,
        [password(PASSWORD), password(NEW)],
        false,
        LOCALE,
        stranger(),
    );
    block_on(changed).unwrap();
    let stranger = "203.0.113.0/24";
    (0..5).for_each(|_| assert!(context.log_in_from(stranger, None, EMAIL, WRONG).is_err()));
    assert!(wait_of(context.log_in_from(stranger, Some(&device), EMAIL, NEW)).is_some());
    let again = context.log_in_from(ELSEWHERE, Some(&device), EMAIL, NEW).unwrap();
    assert_ne!(device_of(&again), device);
}

#[test]
fn wrong_passwords_of_a_session_count_for_its_network_and_a_right_one_resets_them() {
    let context = TestContext::new().with_account();
    let session = home(&context);
    let caller = context.authenticate(&session).unwrap();
    let (sessions, id) = (context.sessions(), caller.session().unwrap().id);
    let reauthenticate = |text: &str| {
        let proof = ReauthenticationProof::Password { password: Some(password(text)), code: None };
        block_on(sessions.reauthenticate(caller.user().unwrap().id, (id, None), proof, stranger(), LOCALE))
    };
    let throttled = |result: Result<OpenedSession, OwnPasswordError>| matches!(result, Err(OwnPasswordError::Throttled { retry_after }) if retry_after == Duration::from_secs(1));
    for _ in 0..5 {
        assert!(matches!(reauthenticate(WRONG), Err(OwnPasswordError::WrongPassword)));
    }
    assert!(throttled(reauthenticate(PASSWORD)));
    let changed = sessions.change_password(
        caller.user().unwrap().id,
        id,
        [password(PASSWORD), password(WRONG)],
        false,
        LOCALE,
        stranger(),
    );
    assert!(matches!(block_on(changed), Err(OwnPasswordError::Throttled { .. })));
    assert!(wait_of(context.log_in_from(HOME, None, EMAIL, PASSWORD)).is_some());
    assert_eq!(fail(&context, EMAIL), None, "strangers have a count of their own");
    context.clock.advance(TimeDelta::seconds(1));
    reauthenticate(PASSWORD).unwrap();
    for _ in 0..5 {
        assert!(!throttled(reauthenticate(WRONG)));
    }
    assert!(throttled(reauthenticate(WRONG)));
}

#[test]
fn a_disabled_user_is_delayed_with_the_right_password_too() {
    let context = TestContext::new().with_account();
    context.change_user(|users, user| users.set_active(user.id, false));
    for _ in 0..5 {
        let refused = context.log_in_from(ELSEWHERE, None, EMAIL, PASSWORD);
        assert!(matches!(refused, Err(LogInError::InvalidCredentials(LogInRefusal::Disabled(_)))));
    }
    assert_eq!(fail(&context, EMAIL), Some(Duration::from_secs(1)));
}

#[test]
fn what_says_nothing_of_the_password_is_no_failure() {
    let context = TestContext::new().with_account();
    for _ in 0..20 {
        context.hasher.fail_next(HashError::OutOfMemory);
        assert!(matches!(context.log_in_from(ELSEWHERE, None, EMAIL, WRONG), Err(LogInError::Hashing(_))));
    }
    assert_eq!(fail(&context, EMAIL), None);
}

#[rstest]
#[case::that_is_there(EMAIL)]
#[case::that_is_not_there(NOBODY)]
fn of_fifty_wrong_passwords_at_once_five_are_compared(#[case] address: &str) {
    let context = TestContext::new().with_account();
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| fail(&context, address));
        }
    });
    assert_eq!(context.hasher.take_turns(), 5);
}

#[test]
fn twenty_right_passwords_at_once_from_a_known_network_all_get_in() {
    let context = TestContext::new().with_account();
    home(&context);
    thread::scope(|scope| {
        let tries: Vec<_> = (0..20).map(|_| scope.spawn(|| home(&context))).collect();
        for tried in tries {
            tried.join().unwrap();
        }
    });
    assert!(context.log_in_from(HOME, None, EMAIL, WRONG).is_err());
    home(&context);
}

#[test]
fn without_a_throttle_nobody_is_delayed_and_no_device_known() {
    let context = TestContext::new().with_throttle(None).with_account();
    for _ in 0..200 {
        assert_eq!(fail(&context, EMAIL), None);
        assert_eq!(context.store.take_uses(), [Access::Read, Access::Statement]);
    }
    assert!(home(&context).device_token.is_none());
}

#[test]
fn what_is_old_is_swept() {
    let context = TestContext::new().with_account();
    home(&context);
    fail(&context, EMAIL);
    let housekeeping = Housekeeping::new(context.store.clone(), context.clock.clone(), Duration::ZERO, Duration::ZERO);
    let swept = || block_on(housekeeping.sweep()).unwrap().login_traces;
    assert_eq!(swept(), 0);
    context.clock.advance(TimeDelta::days(31));
    assert_eq!(swept(), 1, "the failure");
    context.clock.advance(TimeDelta::days(150));
    assert_eq!(swept(), 2, "the network and the device");
}
