use std::time::Duration;

use ore_domain::{Access, Clock, PasswordHash, RoleName, StoreError, StoreExt};
use ore_security::password::{HashError, HashParameters};
use ore_security::token::SessionClaims;
use ore_services::{HashingError, LogInError, LogInRefusal};
use ore_testkit::block_on;
use rstest::rstest;

use crate::context::{EMAIL, PASSWORD, TestContext, cheapest, verifier};
use crate::log::logged;

/// What the work of a log-in is: uses of the store, turns at the hasher, computations.
type Work = (Vec<Access>, usize, Vec<HashParameters>);

/// What every log-in costs that fails.
fn work_of_any() -> Work {
    (vec![Access::Statement, Access::Write], 1, vec![cheapest()])
}

/// Why a log-in fails whose credentials are not valid, and what it costs.
fn failure_of(context: &TestContext, address: &str, text: &str) -> (LogInRefusal, Work) {
    let result = context.log_in(address, text);
    let Err(LogInError::InvalidCredentials(refusal)) = result else { panic!("{result:?}") };
    (refusal, (context.store.take_uses(), context.hasher.take_turns(), context.hasher.take_runs()))
}

fn store_hash(context: &TestContext, text: &str) {
    let hash = PasswordHash::new(text.to_owned());
    context.change_user(move |users, user| users.set_password_hash(user.id, &hash));
}

#[test]
fn an_unknown_address_a_wrong_password_and_a_disabled_account_cost_the_same() {
    let context = TestContext::new().with_account();
    let ((), lines) = logged(|| {
        let ada = context.user(EMAIL).unwrap().id;
        let expected = |refusal| (refusal, work_of_any());
        assert_eq!(failure_of(&context, "nobody@example.org", PASSWORD), expected(LogInRefusal::UnknownAddress));
        assert_eq!(failure_of(&context, EMAIL, "wrong password"), expected(LogInRefusal::WrongPassword(ada)));
        context.change_user(|users, user| users.set_active(user.id, false));
        assert_eq!(failure_of(&context, EMAIL, "wrong password"), expected(LogInRefusal::WrongPassword(ada)));
        assert_eq!(failure_of(&context, EMAIL, PASSWORD), expected(LogInRefusal::Disabled(ada)));
    });
    assert_eq!(lines.iter().filter(|line| line.contains("ERROR")).count(), 0, "{lines:?}");
}

#[rstest]
#[case::not_a_hash("not a hash")]
#[case::another_kind("$2x$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW")]
#[case::cut_off("$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg")]
#[case::beyond_the_bound(
    "$argon2id$v=19$m=4000000000,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$eALnARiz91jiq34yGxlAjU/Sq4WnGVeKuhpPk7KFO90"
)]
fn a_hash_that_cannot_be_verified_costs_what_a_wrong_password_does_and_is_logged_once(#[case] stored: &str) {
    let context = TestContext::new().with_account();
    store_hash(&context, stored);
    let id = context.user(EMAIL).unwrap().id;
    let (failure, lines) = logged(|| failure_of(&context, EMAIL, PASSWORD));
    assert_eq!(failure, (LogInRefusal::UnusableHash(id), work_of_any()));
    let errors: Vec<_> = lines.iter().filter(|line| line.contains("ERROR")).collect();
    assert!(errors.len() == 1 && errors[0].contains(&format!("user_id={id} ")), "{lines:?}");
}

#[test]
fn an_account_without_a_password_costs_what_a_wrong_password_does_and_is_no_error() {
    let context = TestContext::new().with_account();
    store_hash(&context, "");
    let ada = context.user(EMAIL).unwrap().id;
    let (failure, lines) = logged(|| failure_of(&context, EMAIL, PASSWORD));
    assert_eq!(failure, (LogInRefusal::WrongPassword(ada), work_of_any()));
    assert_eq!(lines.iter().filter(|line| line.contains("ERROR")).count(), 0, "{lines:?}");
}

#[rstest]
#[case::unknown("nobody@example.org")]
#[case::known(EMAIL)]
fn without_memory_for_the_hash_anybody_is_asked_to_come_again(#[case] address: &str) {
    let context = TestContext::new().with_account();
    context.hasher.fail_next(HashError::OutOfMemory);
    let result = context.log_in(address, PASSWORD);
    let Err(LogInError::Hashing(HashingError::Unavailable { retry_after, cause })) = result else {
        panic!("{result:?}");
    };
    assert_eq!(retry_after, Duration::from_secs(1));
    assert_eq!(cause.downcast_ref(), Some(&HashError::OutOfMemory));
    assert_eq!(context.hasher.take_turns(), 1);
}

#[test]
fn without_memory_for_a_renewal_the_user_gets_in_all_the_same() {
    let context = TestContext::new().with_account().with_dearer_hashes();
    let (before, hasher) = (context.user(EMAIL).unwrap().password_hash, context.hasher.clone());
    context.hasher.during_next_hash(move || hasher.fail_next(HashError::OutOfMemory));
    assert!(context.log_in(EMAIL, PASSWORD).is_ok());
    assert_eq!(context.user(EMAIL).unwrap().password_hash, before);
}

#[test]
fn a_user_who_cannot_be_read_looks_like_an_unknown_address() {
    let context = TestContext::new().with_account();
    context.store.make_unreadable(context.user(EMAIL).unwrap().id);
    let expected = (LogInRefusal::UnknownAddress, work_of_any());
    assert_eq!(failure_of(&context, EMAIL, PASSWORD), expected);
}

#[test]
fn any_spelling_of_the_address_logs_in() {
    let context = TestContext::new().with_account();
    assert!(context.log_in("ａｄａ@Example.ORG", PASSWORD).is_ok());
}

#[test]
fn a_hash_of_the_present_cost_is_left_alone() {
    let context = TestContext::new().with_account();
    context.log_in(EMAIL, PASSWORD).unwrap();
    assert_eq!(context.store.take_uses(), [Access::Statement, Access::Write], "the second is the session");
}

#[test]
fn a_weaker_hash_is_renewed_and_the_password_still_logs_in() {
    let context = TestContext::new().with_account().with_dearer_hashes();
    let before = context.user(EMAIL).unwrap().password_hash;
    context.log_in(EMAIL, PASSWORD).unwrap();
    let after = context.user(EMAIL).unwrap().password_hash;
    assert!(after != before && after.expose().starts_with("$argon2id$v=19$m=16,t=2,p=1$"));
    context.store.take_uses();
    context.log_in(EMAIL, PASSWORD).unwrap();
    assert_eq!(context.store.take_uses(), [Access::Statement, Access::Write], "the second is the session");
}

#[test]
fn a_role_that_is_withdrawn_while_the_password_is_compared_is_not_in_the_token() {
    let context = TestContext::new().with_account().with_dearer_hashes();
    let (store, id) = (context.store.clone(), context.user(EMAIL).unwrap().id);
    let set_roles = move |roles: Vec<RoleName>| {
        let set = store.write(move |r| {
            r.roles().set_roles_of(id, &roles)?.invalidate(r);
            Ok::<_, StoreError>(())
        });
        block_on(set).unwrap();
    };
    set_roles(vec![RoleName::admin()]);
    context.hasher.during_next_hash(move || set_roles(Vec::new()));
    let opened = context.log_in(EMAIL, PASSWORD).unwrap();
    let now = context.clock.now().into();
    let claims = verifier().verify::<SessionClaims>(opened.access_token.expose(), now).unwrap();
    assert_eq!((claims.extra.roles, claims.extra.scope.as_str()), (Vec::new(), ""));
}

#[test]
fn a_renewal_never_undoes_a_password_that_was_changed_meanwhile() {
    let context = TestContext::new().with_account().with_dearer_hashes();
    let (store, user) = (context.store.clone(), context.user(EMAIL).unwrap());
    let changed = PasswordHash::new("changed meanwhile".to_owned());
    let expected = changed.clone();
    context.hasher.during_next_hash(move || {
        let set =
            store.write(move |r| Ok::<_, StoreError>(r.users().set_password_hash(user.id, &changed)?.invalidate(r)));
        assert!(block_on(set).unwrap());
    });
    let refused = context.log_in(EMAIL, PASSWORD);
    assert!(
        matches!(refused, Err(LogInError::InvalidCredentials(LogInRefusal::ChangedMeanwhile(_)))),
        "the password is another by now: {refused:?}"
    );
    assert_eq!(context.user(EMAIL).unwrap().password_hash, expected);
}

#[test]
fn a_renewal_that_fails_does_not_keep_the_user_out() {
    let context = TestContext::new().with_account().with_dearer_hashes();
    let store = context.store.clone();
    context.hasher.during_next_hash(move || store.fail_next(StoreError::unavailable("away")));
    assert!(context.log_in(EMAIL, PASSWORD).is_ok());
}

#[test]
fn an_outage_is_not_mistaken_for_an_unknown_address() {
    let context = TestContext::new().with_account();
    context.store.set_unavailable(true);
    let result = context.log_in(EMAIL, PASSWORD);
    assert!(matches!(result, Err(LogInError::Store(StoreError::Unavailable(_)))));
}
