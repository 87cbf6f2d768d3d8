use chrono::TimeDelta;
use ore_domain::{Locale, MailKind, StoreExt};
use ore_services::MailTokenError;
use ore_testkit::block_on;
use rstest::rstest;

use crate::context::{EMAIL, LOCALE, PASSWORD, TestContext, email, password, stranger};
use crate::mail_context::{
    ADA, MINUTE, NEW_PASSWORD, by_session, context, forgot, is_invalid, is_verified, kinds, mail, reset, token, verify,
};

#[test]
fn a_forgotten_password_is_set_anew_once_and_every_session_ends() {
    let context = context();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    forgot(&context);
    let token = token(&context, MailKind::ResetPassword);
    assert_eq!(reset(&context, &token).unwrap(), ADA);
    assert!(context.authenticate(&session).is_err());
    assert!(context.log_in(EMAIL, PASSWORD).is_err());
    assert!(context.log_in(EMAIL, NEW_PASSWORD).is_ok());
    assert!(is_verified(&context));
    assert_eq!(kinds(&context.mails()), [(MailKind::PasswordChanged, EMAIL)]);
    assert!(is_invalid(&reset(&context, &token)));
}

#[test]
fn a_link_counts_for_half_an_hour() {
    let context = context();
    forgot(&context);
    let token = token(&context, MailKind::ResetPassword);
    context.clock.advance(TimeDelta::minutes(30));
    assert!(is_invalid(&reset(&context, &token)));
    context.clock.advance(-TimeDelta::seconds(1));
    assert!(reset(&context, &token).is_ok());
}

#[rstest]
#[case::a_newer_one(|context: &TestContext| { context.clock.advance(MINUTE); forgot(context) })]
#[case::another_password(|context: &TestContext| {
    block_on(context.accounts().set_password(email(EMAIL), password("a third horse battery"), stranger())).map(drop).unwrap();
})]
#[case::deactivation(|context: &TestContext| {
    block_on(context.accounts().set_active(email(EMAIL), false, stranger())).map(drop).unwrap();
    block_on(context.accounts().set_active(email(EMAIL), true, stranger())).map(drop).unwrap();
})]
#[case::another_address(|context: &TestContext| {
    block_on(context.store.write(|r| Ok::<_, ore_domain::StoreError>(
        r.users().set_email(ADA, &email("ada@example.com"))?.invalidate(r)
    ))).map(drop).unwrap();
})]
#[case::deletion(|context: &TestContext| assert!(block_on(context.accounts().delete(ADA, stranger())).unwrap()))]
fn a_link_is_void_after(#[case] change: fn(&TestContext)) {
    let context = context();
    forgot(&context);
    let token = token(&context, MailKind::ResetPassword);
    change(&context);
    assert!(is_invalid(&reset(&context, &token)));
}

#[test]
fn one_mail_of_a_kind_goes_to_an_address_in_a_minute_and_a_suppressed_one_voids_nothing() {
    let context = context();
    forgot(&context);
    let first = token(&context, MailKind::ResetPassword);
    context.clock.advance(MINUTE - TimeDelta::seconds(1));
    forgot(&context);
    assert!(context.mails().is_empty());
    assert!(reset(&context, &first).is_ok());
}

#[test]
fn an_address_without_an_account_takes_the_same_work_and_nothing_is_sent() {
    let context = context();
    context.store.take_uses();
    forgot(&context);
    let known = context.store.take_uses();
    block_on(context.recovery().forgot(email("nobody@example.org"), LOCALE, stranger())).unwrap();
    assert_eq!(context.store.take_uses(), known);
    assert_eq!(kinds(&context.mails()), [(MailKind::ResetPassword, EMAIL)]);
}

#[test]
fn a_disabled_user_gets_no_mail() {
    let context = context();
    block_on(context.accounts().set_active(email(EMAIL), false, stranger())).unwrap();
    forgot(&context);
    assert!(context.mails().is_empty());
}

#[test]
fn a_user_who_is_disabled_meanwhile_gets_no_mail_and_none_later() {
    let context = context();
    forgot(&context);
    let set_active =
        |is_active| block_on(context.accounts().set_active(email(EMAIL), is_active, stranger())).map(drop).unwrap();
    set_active(false);
    assert!(context.mails().is_empty());
    set_active(true);
    context.clock.advance(TimeDelta::hours(1));
    assert!(context.mails().is_empty());
}

#[test]
fn the_address_of_the_user_is_no_new_password() {
    let context = context();
    forgot(&context);
    let token = token(&context, MailKind::ResetPassword);
    let refused = block_on(context.recovery().reset(&token, password(EMAIL), LOCALE, stranger()));
    assert!(matches!(refused, Err(MailTokenError::PasswordIsAddress)), "{refused:?}");
    assert!(reset(&context, &token).is_ok());
}

#[test]
fn a_token_of_one_purpose_has_no_other() {
    let context = TestContext::new().with_mail();
    context.sign_up(EMAIL).unwrap();
    let verification = token(&context, MailKind::VerifyEmail);
    forgot(&context);
    let recovery = token(&context, MailKind::ResetPassword);
    assert!(is_invalid(&reset(&context, &verification)));
    assert!(is_invalid(&verify(&context, &recovery, by_session(ADA))));
    assert!(verify(&context, &verification, by_session(ADA)).is_ok());
}

#[test]
fn a_mail_is_in_the_language_that_the_user_chose() {
    let context = context();
    block_on(context.store.write(|r| {
        let profile = ore_domain::Profile { locale: Some(Locale::ZhCn), ..ore_domain::Profile::default() };
        Ok::<_, ore_domain::StoreError>(r.users().set_profile(ADA, &profile)?.invalidate(r))
    }))
    .unwrap();
    forgot(&context);
    assert_eq!(mail(&context, MailKind::ResetPassword).content.locale, "zh-CN");
}

#[test]
fn a_token_that_is_used_again_is_told_to_its_user() {
    let context = context();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    let first = session.refresh_token.expose().to_owned();
    let second = context.refresh(&first).unwrap();
    context.refresh(second.refresh_token.expose()).unwrap();
    assert!(context.refresh(&first).is_err());
    assert_eq!(kinds(&context.mails()), [(MailKind::SessionReused, EMAIL)]);
}

#[test]
fn a_reset_lets_in_who_is_locked_out() {
    let context = context();
    for _ in 0..100 {
        assert!(context.log_in(EMAIL, NEW_PASSWORD).is_err());
        context.clock.advance(TimeDelta::minutes(15));
    }
    assert!(matches!(context.log_in(EMAIL, PASSWORD), Err(ore_services::LogInError::Throttled { .. })));
    forgot(&context);
    reset(&context, &token(&context, MailKind::ResetPassword)).unwrap();
    assert!(context.log_in(EMAIL, NEW_PASSWORD).is_ok());
}

#[test]
fn the_first_proof_of_an_address_clears_what_a_stranger_may_have_said() {
    let context = context();
    let rename = || ore_domain::ProfileEdit {
        display_name: ore_domain::Edit::Set("Eve".to_owned()),
        locale: ore_domain::Edit::Keep,
    };
    let name = || block_on(context.store.read(|r| r.users().find(ADA))).unwrap().unwrap().profile.display_name;
    block_on(context.accounts().edit_profile(ADA, rename(), stranger())).unwrap();
    forgot(&context);
    reset(&context, &token(&context, MailKind::ResetPassword)).unwrap();
    assert_eq!(name(), None);
    context.mails();
    block_on(context.accounts().edit_profile(ADA, rename(), stranger())).unwrap();
    context.clock.advance(MINUTE);
    forgot(&context);
    reset(&context, &token(&context, MailKind::ResetPassword)).unwrap();
    assert_eq!(name().as_deref(), Some("Eve"));
}

#[test]
fn an_edit_of_nothing_is_no_change() {
    let context = context();
    let nothing = ore_domain::ProfileEdit { display_name: ore_domain::Edit::Keep, locale: ore_domain::Edit::Clear };
    context.clock.advance(MINUTE);
    let user = block_on(context.accounts().edit_profile(ADA, nothing, stranger())).unwrap().unwrap();
    assert_eq!(user.updated_at(), user.created_at);
}

/// A replica that has the next key already has written it.
#[test]
fn a_mail_that_cannot_be_read_here_is_left_to_others() {
    let context = context();
    forgot(&context);
    let queue = |secret| {
        let mailer = ore_services::Mailer::new(&ore_security::key_ring::KeyRing::new(secret, []));
        ore_services::MailQueue::new(context.store.clone(), context.clock.clone(), mailer)
    };
    assert!(block_on(queue([8; 32]).claim()).unwrap().is_none());
    context.clock.advance(TimeDelta::seconds(1));
    assert!(block_on(queue([7; 32]).claim()).unwrap().is_some());
}
