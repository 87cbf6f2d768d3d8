use std::thread;
use std::time::Duration;

use ore_domain::{
    AttemptDecision, FailurePolicy, FailureSource, KnownDevice, LoginAttempt, NewDevice, PasswordHash, StartedAttempt,
    Store, Timestamp, TokenHash, User, UserSources,
};
use rstest::rstest;

use crate::support::{StoreUnderTest, file, find, insert, memory, postgres, write};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);
const LOCKING: FailurePolicy = FailurePolicy { can_lock: true };
const DELAYING: FailurePolicy = FailurePolicy { can_lock: false };
const TOKEN: TokenHash = TokenHash([7; 32]);

fn now() -> Timestamp {
    "2026-11-29T10:34:31.656895Z".parse().unwrap()
}

/// Of a stranger.
fn attempt() -> LoginAttempt {
    LoginAttempt { account: "ada".to_owned(), user: None, network: None, device: None, at: now() }
}

fn of(user: &User) -> LoginAttempt {
    LoginAttempt { user: Some(user.id), network: Some("home".to_owned()), device: Some(TOKEN), ..attempt() }
}

fn start(store: &dyn Store, attempt: &LoginAttempt, policy: FailurePolicy) -> AttemptDecision {
    let attempt = attempt.clone();
    write(store, move |r| r.login_failures().start_attempt(&attempt, policy))
}

fn started(store: &dyn Store, attempt: &LoginAttempt) -> StartedAttempt {
    match start(store, attempt, LOCKING) {
        AttemptDecision::Started(started) => started,
        refused @ AttemptDecision::Refused(_) => panic!("{refused:?}"),
    }
}

fn fail_at(store: &dyn Store, started: &StartedAttempt, at: Timestamp) {
    let started = started.clone();
    write(store, move |r| r.login_failures().record_failure(&started, at));
}

fn fail(store: &dyn Store, started: &StartedAttempt) {
    fail_at(store, started, now());
}

/// Fails so often, each time as soon as it may; when the last did.
fn fail_often(store: &dyn Store, attempt: &LoginAttempt, policy: FailurePolicy, times: u32) -> Timestamp {
    let mut at = attempt.at;
    for _ in 0..times {
        let attempt = LoginAttempt { at, ..attempt.clone() };
        let begun = match start(store, &attempt, policy) {
            AttemptDecision::Started(begun) => begun,
            AttemptDecision::Refused(wait) => {
                at += wait;
                started(store, &LoginAttempt { at, ..attempt })
            }
        };
        fail_at(store, &begun, at);
    }
    at
}

fn source(store: &dyn Store, attempt: &LoginAttempt) -> FailureSource {
    started(store, attempt).source
}

fn remember(store: &dyn Store, user: &User) {
    let user = user.clone();
    write(store, move |r| {
        let device = device(TOKEN, now(), now() + 2 * DAY);
        r.known_sources().add_device(&user, &device, 3)?;
        r.known_sources().record_network(user.id, "home", now())
    });
}

fn device(token_hash: TokenHash, created_at: Timestamp, expires_at: Timestamp) -> NewDevice {
    NewDevice { token_hash, created_at, expires_at, skips_second_factor: false }
}

#[rstest]
fn the_store_delays_as_the_policy_says(#[values(memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let mut at = now();
    for failures in 1..=20 {
        fail_at(guard.store(), &started(guard.store(), &LoginAttempt { at, ..attempt() }), at);
        let Some(delay) = FailurePolicy::delay_after(failures) else { continue };
        let early = LoginAttempt { at: at + delay - Duration::from_micros(1), ..attempt() };
        let refused = AttemptDecision::Refused(Duration::from_micros(1));
        assert_eq!(start(guard.store(), &early, LOCKING), refused, "after {failures}");
        at += delay;
    }
}

#[rstest]
#[case::strangers(attempt(), 5)]
#[case::of_an_account_that_is_not_there(LoginAttempt { network: Some("home".to_owned()), ..attempt() }, 5)]
fn of_many_at_once_no_more_begin_than_may_fail(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
    #[case] attempt: LoginAttempt,
    #[case] most: usize,
) {
    let guard = make();
    let failed = thread::scope(|scope| {
        let tries: Vec<_> = (0..50)
            .map(|_| {
                scope.spawn(|| {
                    let decision = start(guard.store(), &attempt, LOCKING);
                    let AttemptDecision::Started(started) = decision else { return false };
                    fail(guard.store(), &started);
                    true
                })
            })
            .collect();
        tries.into_iter().map(|tried| tried.join().unwrap()).filter(|has_failed| *has_failed).count()
    });
    assert_eq!(failed, most);
    // Had a count been lost, there would be no delay.
    assert_eq!(start(guard.store(), &attempt, LOCKING), AttemptDecision::Refused(SECOND));
}

#[rstest]
fn attempts_under_way_keep_others_waiting_until_they_end_or_are_cut_off(
    #[values(memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let begun: Vec<_> = (0..5).map(|_| started(guard.store(), &attempt())).collect();
    assert_eq!(start(guard.store(), &attempt(), LOCKING), AttemptDecision::Refused(SECOND));
    let first = begun[0].clone();
    write(guard.store(), move |r| r.login_failures().withdraw_attempt(&first));
    started(guard.store(), &attempt());
    assert_eq!(start(guard.store(), &attempt(), LOCKING), AttemptDecision::Refused(SECOND));
    let later = LoginAttempt { at: now() + FailurePolicy::LONGEST_ATTEMPT + SECOND, ..attempt() };
    for _ in 0..5 {
        started(guard.store(), &later);
    }
    assert_eq!(start(guard.store(), &later, LOCKING), AttemptDecision::Refused(SECOND));
}

#[rstest]
fn a_hundred_failures_lock_where_somebody_can_unlock(#[values(memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let at = fail_often(guard.store(), &attempt(), LOCKING, 100) + FailurePolicy::LONGEST_DELAY;
    let attempt = LoginAttempt { at, ..attempt() };
    assert_eq!(start(guard.store(), &attempt, LOCKING), AttemptDecision::Refused(FailurePolicy::LONGEST_DELAY));
    assert!(matches!(start(guard.store(), &attempt, DELAYING), AttemptDecision::Started(_)));
    write(guard.store(), |r| r.login_failures().reset_all_failures("ada"));
    started(guard.store(), &attempt);
}

#[rstest]
fn a_success_resets_its_own_source_and_strangers(#[values(memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    remember(guard.store(), &ada);
    let network = LoginAttempt { device: None, ..of(&ada) };
    for attempt in [attempt(), network.clone(), of(&ada)] {
        (0..5).for_each(|_| fail(guard.store(), &started(guard.store(), &attempt)));
    }
    let refuses = |attempt: &LoginAttempt| start(guard.store(), attempt, LOCKING) == AttemptDecision::Refused(SECOND);
    assert!(refuses(&attempt()) && refuses(&network) && refuses(&of(&ada)));
    let success = StartedAttempt { account: "ada".to_owned(), source: FailureSource::Device(TOKEN) };
    let failed = success.clone();
    write(guard.store(), move |r| r.login_failures().reset_failures(&success));
    assert!(!refuses(&attempt()) && refuses(&network) && !refuses(&of(&ada)));
    // One that began before the success and failed after it.
    (0..5).for_each(|_| fail(guard.store(), &failed));
    assert!(refuses(&of(&ada)));
}

#[rstest]
fn a_source_is_known_to_its_own_user_for_its_time(#[values(memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let [ada, grace] = ["ada@example.org", "grace@example.org"].map(|email| insert(guard.store(), email));
    remember(guard.store(), &ada);
    let network = FailureSource::Network("home".to_owned());
    let at = |after: Duration| LoginAttempt { at: now() + after, ..of(&ada) };
    assert_eq!(source(guard.store(), &of(&ada)), FailureSource::Device(TOKEN));
    assert_eq!(source(guard.store(), &LoginAttempt { device: Some(TokenHash([8; 32])), ..of(&ada) }), network);
    assert_eq!(source(guard.store(), &at(2 * DAY)), network, "the token has expired");
    assert_eq!(source(guard.store(), &at(180 * DAY)), FailureSource::Strangers);
    let elsewhere = LoginAttempt { network: Some("away".to_owned()), device: None, ..of(&ada) };
    assert_eq!(source(guard.store(), &elsewhere), FailureSource::Strangers);
    assert_eq!(source(guard.store(), &of(&grace)), FailureSource::Strangers);
    assert_eq!(source(guard.store(), &LoginAttempt { user: None, ..of(&ada) }), FailureSource::Strangers);

    let ada_id = ada.id;
    let hash = PasswordHash::new("$argon2id$another".to_owned());
    write(guard.store(), move |r| Ok(r.users().set_password_hash(ada_id, &hash)?.invalidate(r)));
    assert_eq!(source(guard.store(), &of(&ada)), network, "the password was changed");
    let ada = find(guard.store(), ada.id).unwrap();
    write(guard.store(), move |r| {
        let token_hash = TokenHash([9; 32]);
        r.known_sources().add_device(&ada, &device(token_hash, now(), now() + DAY), 3)
    });
    let new_device = LoginAttempt { user: Some(ada_id), device: Some(TokenHash([9; 32])), ..attempt() };
    assert_eq!(source(guard.store(), &new_device), FailureSource::Device(TokenHash([9; 32])));
}

#[rstest]
fn use_keeps_a_device_known_and_the_least_used_make_room(#[values(memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    remember(guard.store(), &ada);
    let used_at = now() + DAY + SECOND;
    write(guard.store(), move |r| r.known_sources().record_device_use(TOKEN, used_at, used_at + 2 * DAY));
    let attempt = LoginAttempt { at: now() + 3 * DAY, network: None, ..of(&ada) };
    assert_eq!(source(guard.store(), &attempt), FailureSource::Device(TOKEN));
    for number in 10..13 {
        let ada = ada.clone();
        write(guard.store(), move |r| {
            let created_at = now() + SECOND * number.into();
            let device = device(TokenHash([number; 32]), created_at, now() + 9 * DAY);
            r.known_sources().add_device(&ada, &device, 3)
        });
    }
    let is_known = |number: u8| {
        let attempt = LoginAttempt { device: Some(TokenHash([number; 32])), ..attempt.clone() };
        source(guard.store(), &attempt) != FailureSource::Strangers
    };
    assert_eq!([7, 10, 11, 12].map(is_known), [true, false, true, true]);
}

#[rstest]
fn what_nobody_needs_is_deleted(#[values(memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    remember(guard.store(), &ada);
    fail(guard.store(), &started(guard.store(), &attempt()));
    fail(guard.store(), &started(guard.store(), &of(&ada)));
    let delayed = LoginAttempt { account: "grace".to_owned(), at: now() + DAY, ..attempt() };
    let failed_at = fail_often(guard.store(), &delayed, LOCKING, 5);
    let failures = |at: Timestamp| write(guard.store(), move |r| r.login_failures().delete_old_failures(at, 10));
    assert_eq!(failures(now() + 30 * DAY), 0);
    assert_eq!(failures(now() + 30 * DAY + SECOND), 1, "the one of a stranger");
    assert_eq!(failures(now() + 180 * DAY + SECOND), 1, "the one of the device");
    assert_eq!(failures(failed_at + 180 * DAY), 0);
    assert_eq!(failures(failed_at + 180 * DAY + SECOND), 1, "those that cause a delay");
    let ada_id = ada.id;
    let known = write(guard.store(), move |r| r.known_sources().sources_of_user(ada_id));
    let device = KnownDevice { created_at: now(), last_used_at: now(), expires_at: now() + 2 * DAY };
    assert_eq!(known, UserSources { devices: vec![device], networks: vec![now()] });
    let sources = |after: Duration| {
        let at = now() + after;
        write(guard.store(), move |r| r.known_sources().delete_old_sources(at - 180 * DAY, at, 10))
    };
    assert_eq!([sources(2 * DAY), sources(2 * DAY + SECOND), sources(180 * DAY + SECOND)], [0, 1, 1]);
}
