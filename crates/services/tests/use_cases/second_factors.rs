use std::time::Duration;

use chrono::TimeDelta;
use ore_domain::{Access, CeremonyId, Clock, MailKind, StoreError, StoreExt, TotpCode};
use ore_security::token::SessionClaims;
use ore_services::{
    FactorError, Housekeeping, LogInError, LogInRefusal, OwnPasswordError, OwnSession, SecondFactorError,
    SecondFactorMethod, SecondFactorPolicy, SecondFactorProof, SweepCounts,
};
use ore_testkit::block_on;

use crate::context::{EMAIL, PASSWORD, TestContext, cheapest, email, password, stranger, verifier};
use crate::mail_context::{forgot, kinds, reset, token};
use crate::second_factor_context::{Enrolled, caller, code_of, confirm, offer, own};

const WRONG: &str = "wrong horse battery";

#[allow(clippy::needless_pass_by_value, reason = "the callers have no use for it")]
fn is_invalid_code<T>(result: Result<T, SecondFactorError>) -> bool {
    matches!(result, Err(SecondFactorError::InvalidCode(_)))
}

#[allow(clippy::needless_pass_by_value, reason = "the callers have no use for it")]
fn is_invalid_token<T>(result: Result<T, SecondFactorError>) -> bool {
    matches!(result, Err(SecondFactorError::InvalidToken(_)))
}

#[allow(clippy::needless_pass_by_value, reason = "the callers have no use for it")]
fn is_throttled<T>(result: Result<T, SecondFactorError>) -> bool {
    matches!(result, Err(SecondFactorError::Throttled { .. }))
}

/// A code that is none of those that count now.
fn wrong_code(ada: &Enrolled) -> String {
    let now = ore_domain::Clock::now(ada.context.clock.as_ref()).timestamp();
    let right = [-30, 0, 30].map(|off| ada.secret.code_at(now + off).to_string());
    (0..4).map(|digit| digit.to_string().repeat(6)).find(|code| !right.contains(code)).unwrap()
}

#[test]
fn a_log_in_shows_the_second_factor_and_its_tokens_say_so() {
    let ada = Enrolled::new();
    let pending = ada.pending();
    assert_eq!(pending.methods, [SecondFactorMethod::Totp, SecondFactorMethod::RecoveryCode]);
    let opened = ada.verify(&pending, &ada.code()).unwrap();
    let now = ore_domain::Clock::now(ada.context.clock.as_ref()).into();
    let claims = verifier().verify::<SessionClaims>(opened.access_token.expose(), now).unwrap();
    assert_eq!(claims.extra.amr, ["pwd", "otp", "mfa"]);
    assert!(caller(&ada.context, &opened).session().unwrap().has_second_factor);
    assert!(is_invalid_token(ada.verify(&pending, &ada.code())), "it counts once");
}

#[test]
fn confirming_makes_the_session_one_with_a_second_factor_and_its_code_is_used_up() {
    let context = TestContext::new().with_account();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    let secret = offer(&context, &session).unwrap();
    assert!(!caller(&context, &session).session().unwrap().has_second_factor);
    let code = code_of(&context, &secret);
    let recovery_codes = confirm(&context, &session, &code).unwrap();
    assert_eq!(recovery_codes.len(), 10);
    assert!(caller(&context, &session).session().unwrap().has_second_factor);
    let ada = Enrolled { context, secret, recovery_codes, session };
    assert!(is_invalid_code(ada.verify(&ada.pending(), &code)));
}

#[test]
fn a_secret_counts_in_its_session_within_a_quarter_of_an_hour_and_changes_nothing_before() {
    let ada = Enrolled::new();
    let context = &ada.context;
    let other = offer(context, &ada.session).unwrap();
    let elsewhere = ada.verify(&ada.pending(), &ada.code()).unwrap();
    let code = || code_of(context, &other);
    assert!(matches!(confirm(context, &elsewhere, &code()), Err(FactorError::InvalidCode)), "it is another session's");
    assert!(is_invalid_code(ada.verify(&ada.pending(), &code())), "nothing has changed");
    context.clock.advance(TimeDelta::minutes(15));
    assert!(matches!(confirm(context, &ada.session, &code()), Err(FactorError::InvalidCode)), "it is too old");
    let other = offer(context, &ada.session).unwrap();
    let wrong = code_of(context, &ada.secret);
    assert!(matches!(confirm(context, &ada.session, &wrong), Err(FactorError::InvalidCode)));
    let codes = confirm(context, &ada.session, &code_of(context, &other)).unwrap();
    assert!(codes.is_empty(), "it is not the first factor");
    context.clock.advance(TimeDelta::seconds(30));
    assert!(is_invalid_code(ada.verify(&ada.pending(), &ada.code())), "the first secret is gone");
    assert!(ada.verify(&ada.pending(), &code_of(context, &other)).is_ok());
}

#[test]
fn a_pending_log_in_has_five_tries_and_five_minutes() {
    let ada = Enrolled::in_context(TestContext::new().with_throttle(None).with_account());
    let (pending, wrong) = (ada.pending(), wrong_code(&ada));
    for _ in 0..5 {
        assert!(is_invalid_code(ada.verify(&pending, &wrong)));
    }
    assert!(is_invalid_token(ada.verify(&pending, &ada.code())));
    let pending = ada.pending();
    ada.context.clock.advance(TimeDelta::minutes(5));
    assert!(is_invalid_token(ada.verify(&pending, &ada.code())));
    ada.context.clock.advance(-TimeDelta::seconds(1));
    assert!(ada.verify(&pending, &ada.code()).is_ok());
}

#[test]
fn a_pending_log_in_ends_when_the_credentials_the_state_or_the_factors_change() {
    let change_password = |ada: &Enrolled| {
        let set = ada.context.accounts();
        assert!(block_on(set.set_password(email(EMAIL), password("a third horse battery"), stranger())).unwrap());
    };
    let deactivate = |ada: &Enrolled| {
        assert!(block_on(ada.context.accounts().set_active(email(EMAIL), false, stranger())).unwrap());
    };
    let remove = |ada: &Enrolled| ada.remove().unwrap();
    for change in [change_password as fn(&Enrolled), deactivate, remove] {
        let ada = Enrolled::new();
        let pending = ada.pending();
        change(&ada);
        assert!(is_invalid_token(ada.verify(&pending, &ada.code())));
    }
}

#[test]
fn a_recovery_code_gets_in_once_and_ends_with_the_last_factor() {
    let ada = Enrolled::new();
    let code = &ada.recovery_codes[0];
    ada.recover(&ada.pending(), &code.to_lowercase().replace('-', " ")).unwrap();
    assert!(is_invalid_code(ada.recover(&ada.pending(), code)));
    assert!(is_invalid_code(ada.recover(&ada.pending(), "0123")));
    let made = ada.context.second_factors();
    let made = block_on(made.make_recovery_codes(own(&ada.context, &ada.session), stranger())).unwrap();
    assert!(is_invalid_code(ada.recover(&ada.pending(), &ada.recovery_codes[1])), "there are new ones");
    ada.recover(&ada.pending(), &made.expose()[0]).unwrap();
    ada.remove().unwrap();
    let user = ada.context.user(EMAIL).unwrap();
    assert!(!user.factors.has_second_factor());
    let left = block_on(ada.context.second_factors().of_user(user.id)).unwrap();
    assert_eq!((left.totp_since, left.recovery_codes), (None, 0));
    assert!(matches!(ada.remove(), Err(FactorError::NotFound)));
    assert!(ada.context.log_in(EMAIL, PASSWORD).is_ok());
}

#[test]
fn wrong_codes_are_failures_of_the_account_and_a_right_password_resets_nothing() {
    let ada = Enrolled::new();
    let wrong = wrong_code(&ada);
    for _ in 0..2 {
        assert!(is_invalid_code(ada.verify(&ada.pending(), &wrong)));
    }
    for _ in 0..2 {
        assert!(ada.context.log_in(EMAIL, WRONG).is_err());
    }
    let pending = ada.pending();
    assert!(is_invalid_code(ada.verify(&pending, &wrong)), "the fifth");
    assert!(is_throttled(ada.verify(&pending, &ada.code())));
    assert!(matches!(ada.context.log_in(EMAIL, PASSWORD), Err(LogInError::Throttled { .. })));
    ada.context.clock.advance(TimeDelta::seconds(1));
    ada.verify(&pending, &ada.code()).unwrap();
    // They are forgotten.
    for _ in 0..4 {
        assert!(ada.context.log_in(EMAIL, WRONG).is_err());
    }
    ada.pending();
}

#[test]
fn neither_network_nor_device_is_known_before_the_second_factor() {
    let ada = Enrolled::new();
    let sources = || {
        let user = ada.context.user(EMAIL).unwrap().id;
        let known = block_on(ada.context.sessions().known_sources_of(user)).unwrap();
        (known.devices.len(), known.networks.len())
    };
    let before = sources();
    let result = ada.context.log_in_from("198.51.100.0/24", None, EMAIL, PASSWORD);
    let Err(LogInError::SecondFactorRequired(pending)) = result else { panic!("{result:?}") };
    assert_eq!(sources(), before);
    let proof = SecondFactorProof::Code(TotpCode::parse(&ada.code()).unwrap());
    let opened = ada.verify_from("198.51.100.0/24", &pending, proof, false).unwrap();
    assert_eq!(sources(), (before.0 + 1, before.1 + 1));
    let device = opened.device_token.unwrap();
    let again = ada.context.log_in_from("198.51.100.0/24", Some(device.expose()), EMAIL, PASSWORD);
    assert!(matches!(again, Err(LogInError::SecondFactorRequired(_))), "a plain device skips nothing: {again:?}");
}

#[test]
fn a_remembered_device_skips_the_second_factor_until_the_factors_or_the_password_change() {
    for is_throttled in [true, false] {
        let context = TestContext::new().with_account();
        let context = if is_throttled { context } else { context.with_throttle(None) };
        let ada = Enrolled::in_context(context);
        let proof = SecondFactorProof::Code(TotpCode::parse(&ada.code()).unwrap());
        let device = ada.verify_from("", &ada.pending(), proof, true).unwrap().device_token.unwrap();
        let log_in = |text: &str| ada.context.log_in_from("", Some(device.expose()), EMAIL, text);
        let opened = log_in(PASSWORD).unwrap();
        assert!(!caller(&ada.context, &opened).session().unwrap().has_second_factor, "it shows none");
        assert!(matches!(log_in(WRONG), Err(LogInError::InvalidCredentials(LogInRefusal::WrongPassword(_)))));
        let other = offer(&ada.context, &ada.session).unwrap();
        confirm(&ada.context, &ada.session, &code_of(&ada.context, &other)).unwrap();
        assert!(matches!(log_in(PASSWORD), Err(LogInError::SecondFactorRequired(_))));
        ada.context.clock.advance(TimeDelta::seconds(30));
        let proof = SecondFactorProof::Code(TotpCode::parse(&code_of(&ada.context, &other)).unwrap());
        let device = ada.verify_from("", &ada.pending(), proof, true).unwrap().device_token.unwrap();
        let set = ada.context.accounts();
        assert!(block_on(set.set_password(email(EMAIL), password("another horse battery"), stranger())).unwrap());
        let again = ada.context.log_in_from("", Some(device.expose()), EMAIL, "another horse battery");
        assert!(matches!(again, Err(LogInError::SecondFactorRequired(_))), "{again:?}");
    }
}

#[test]
fn who_has_a_second_factor_reauthenticates_with_both() {
    let ada = Enrolled::new();
    let (right, wrong) = (ada.code(), wrong_code(&ada));
    let old = |text: Option<&str>, code: Option<&str>| ada.reauthenticate(&ada.session, text, code);
    assert!(matches!(old(Some(PASSWORD), None), Err(OwnPasswordError::ProofIncomplete)));
    assert!(matches!(old(None, Some(&right)), Err(OwnPasswordError::ProofIncomplete)));
    assert!(matches!(old(Some(WRONG), Some(&right)), Err(OwnPasswordError::WrongPassword)));
    assert!(matches!(old(Some(PASSWORD), Some(&wrong)), Err(OwnPasswordError::InvalidCode)));
    let renewed = old(Some(PASSWORD), Some(&right)).unwrap();
    assert!(caller(&ada.context, &renewed).session().unwrap().has_second_factor);
    assert!(matches!(
        ada.reauthenticate(&renewed, Some(PASSWORD), Some(&ada.code())),
        Err(OwnPasswordError::InvalidCode)
    ));
}

#[test]
fn a_session_without_the_second_factor_changes_no_password_and_no_address() {
    let context = TestContext::new().with_account().with_mail();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    let ada = Enrolled::in_context(context);
    let change = |session| {
        let OwnSession { user, session, locale } = own(&ada.context, session);
        let (sessions, passwords) = (ada.context.sessions(), [PASSWORD, "another horse battery"].map(password));
        block_on(sessions.change_password(user, session, passwords, false, locale, stranger()))
    };
    let move_to = |address, session| {
        let OwnSession { user, session, locale } = own(&ada.context, session);
        let (sessions, address) = (ada.context.sessions(), email(address));
        block_on(sessions.request_address_change(user, session, address, password(PASSWORD), locale, stranger()))
    };
    assert!(matches!(change(&session), Err(OwnPasswordError::ProofIncomplete)));
    assert!(matches!(move_to("new@example.org", &session), Err(OwnPasswordError::ProofIncomplete)));
    move_to("new@example.org", &ada.session).unwrap();
    change(&ada.session).unwrap();
}

#[test]
fn a_wrong_password_costs_the_same_whether_or_not_there_is_a_second_factor() {
    let ada = Enrolled::new();
    let id = ada.context.user(EMAIL).unwrap().id;
    ada.context.hasher.take_runs();
    ada.context.hasher.take_turns();
    let result = ada.context.log_in(EMAIL, WRONG);
    assert!(matches!(result, Err(LogInError::InvalidCredentials(LogInRefusal::WrongPassword(user))) if user == id));
    let work = (ada.context.store.take_uses(), ada.context.hasher.take_turns(), ada.context.hasher.take_runs());
    assert_eq!(work, (vec![Access::Statement, Access::Write], 1, vec![cheapest()]));
    ada.pending();
    assert_eq!(ada.context.store.take_uses(), [Access::Statement, Access::Write, Access::Write], "the last is settled");
}

#[test]
fn factors_of_before_a_proof_end_with_a_reset_by_mail_and_later_ones_outlive_it() {
    for is_proven in [false, true] {
        let context = TestContext::new().with_mail().with_account();
        if is_proven {
            context.change_user(|users, user| users.set_verified_email(user.id, Some(user.email.canonical())));
        }
        let ada = Enrolled::in_context(context);
        ada.context.mails();
        let session = ada.verify(&ada.pending(), &ada.code()).unwrap();
        forgot(&ada.context);
        reset(&ada.context, &token(&ada.context, MailKind::ResetPassword)).unwrap();
        assert!(ada.context.authenticate(&session).is_err(), "every session ends");
        let user = ada.context.user(EMAIL).unwrap();
        let left = block_on(ada.context.second_factors().of_user(user.id)).unwrap();
        assert_eq!((user.factors.totp, left.recovery_codes), (is_proven, if is_proven { 10 } else { 0 }));
        let log_in = ada.context.log_in(EMAIL, "another horse battery");
        assert_eq!(matches!(log_in, Err(LogInError::SecondFactorRequired(_))), is_proven, "{log_in:?}");
    }
}

#[test]
fn every_change_of_the_factors_is_told_by_mail() {
    let ada = Enrolled::in_context(TestContext::new().with_mail().with_account());
    assert_eq!(kinds(&ada.context.mails()), [(MailKind::SecondFactorAdded, EMAIL)]);
    ada.remove().unwrap();
    assert_eq!(kinds(&ada.context.mails()), [(MailKind::SecondFactorRemoved, EMAIL)]);
}

#[test]
fn log_ins_enrolments_and_devices_that_are_too_old_are_swept_and_factors_stay() {
    let ada = Enrolled::new();
    let context = &ada.context;
    let proof = SecondFactorProof::Code(TotpCode::parse(&ada.code()).unwrap());
    ada.verify_from("", &ada.pending(), proof, true).unwrap();
    offer(context, &ada.session).unwrap();
    ada.pending();
    let (id, until) = (CeremonyId::from_random_bytes([7; 16]), context.clock.now() + TimeDelta::minutes(5));
    assert!(block_on(context.store.write(move |r| r.passkeys().spend_ceremony(id, until))).unwrap());
    let housekeeping = Housekeeping::new(context.store.clone(), context.clock.clone(), Duration::ZERO, Duration::ZERO);
    let swept = || block_on(housekeeping.sweep()).unwrap();
    assert_eq!(swept(), SweepCounts::default());
    context.clock.advance(TimeDelta::minutes(5) + TimeDelta::seconds(1));
    assert_eq!(
        swept(),
        SweepCounts { second_factors: 1, login_traces: 1, ..SweepCounts::default() },
        "log-in and ceremony"
    );
    context.clock.advance(TimeDelta::minutes(10));
    assert_eq!(swept(), SweepCounts { second_factors: 1, ..SweepCounts::default() }, "the enrolment");
    context.clock.advance(TimeDelta::days(181));
    assert!(swept().login_traces > 0, "the device");
    let user = context.user(EMAIL).unwrap();
    let left = block_on(context.second_factors().of_user(user.id)).unwrap();
    assert!(user.factors.totp && left.totp_since.is_some() && left.recovery_codes == 10, "{left:?}");
    assert!(is_invalid_code(ada.verify(&ada.pending(), &wrong_code(&ada))));
    ada.verify(&ada.pending(), &ada.code()).unwrap();
}

#[test]
fn who_must_have_a_second_factor_gets_one_first_and_keeps_it() {
    let everybody = SecondFactorPolicy::new([ore_domain::RoleName::user()]);
    let context = TestContext::new().with_account();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    let authentication = context.authentication().with_policy(everybody.clone());
    let who = || block_on(authentication.authenticate(session.access_token.expose())).unwrap();
    assert!(authentication.awaits_enrolment(who().user().unwrap()));
    let introspected = || block_on(authentication.introspect(session.access_token.expose())).unwrap();
    assert!(introspected().is_none(), "other services neither");
    let secret = offer(&context, &session).unwrap();
    confirm(&context, &session, &code_of(&context, &secret)).unwrap();
    assert!(!authentication.awaits_enrolment(who().user().unwrap()));
    assert!(introspected().is_some());
    let factors = context.second_factors().with_policy(everybody);
    let removed = block_on(factors.remove_totp(own(&context, &session), stranger()));
    assert!(matches!(removed, Err(FactorError::Required)));
    let admins = SecondFactorPolicy::new([ore_domain::RoleName::admin()]);
    assert!(!context.authentication().with_policy(admins).awaits_enrolment(who().user().unwrap()));
}

#[test]
fn a_factor_that_comes_while_the_password_is_compared_asks_for_another_log_in() {
    let context = TestContext::new().with_account().with_dearer_hashes();
    let (store, id) = (context.store.clone(), context.user(EMAIL).unwrap().id);
    context.hasher.during_next_hash(move || {
        let factors = ore_domain::Factors { totp: true, passkey: false };
        let set = store.write(move |r| Ok::<_, StoreError>(r.users().set_factors(id, factors)?.invalidate(r)));
        assert!(block_on(set).unwrap());
    });
    let refused = context.log_in(EMAIL, PASSWORD);
    assert!(matches!(refused, Err(LogInError::InvalidCredentials(LogInRefusal::ChangedMeanwhile(_)))), "{refused:?}");
}
