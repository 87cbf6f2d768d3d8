use chrono::TimeDelta;
use ore_domain::{MailKind, StoreExt, UserId};
use ore_services::{LinkProof, MailTokenError, OwnPasswordError, RegistrationPolicy, SignUpError, SignedUp};
use ore_testkit::block_on;
use rstest::rstest;

use crate::context::{EMAIL, LOCALE, PASSWORD, TestContext, email, password, stranger};
use crate::mail_context::{
    ADA, MINUTE, NEW_PASSWORD, SAFE, STRICT, by_password, by_session, change_to, context, forgot, is_invalid,
    is_verified, kinds, mail, resend, reset, token, verify,
};

#[test]
fn whoever_shows_the_link_must_be_the_user_and_the_link_goes_on_to_count() {
    let context = TestContext::new().with_mail();
    let session = context.sign_up(EMAIL).unwrap();
    let token = token(&context, MailKind::VerifyEmail);
    let stranger = UserId::new(2);
    for proof in [LinkProof { session: None, password: None }, by_password(NEW_PASSWORD), by_session(stranger)] {
        let refused = verify(&context, &token, proof);
        assert!(matches!(refused, Err(MailTokenError::SignInRequired(ADA))), "{refused:?}");
    }
    assert!(!is_verified(&context));
    assert_eq!(verify(&context, &token, by_password(PASSWORD)).unwrap(), EMAIL);
    assert!(is_verified(&context) && context.authenticate(&session).is_ok());
    assert!(is_invalid(&verify(&context, &token, by_session(ADA))));
}

#[test]
fn a_verification_is_sent_again_as_long_as_there_is_something_to_verify() {
    let context = context();
    resend(&context, "ADA@example.org");
    resend(&context, "nobody@example.org");
    let token = token(&context, MailKind::VerifyEmail);
    verify(&context, &token, by_session(ADA)).unwrap();
    context.clock.advance(MINUTE);
    resend(&context, EMAIL);
    assert!(context.mails().is_empty());
}

#[test]
fn an_address_changes_when_its_link_is_shown_and_sessions_go_on() {
    let context = context();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    change_to(&context, "Ada@example.com").unwrap();
    let mails = context.mails();
    assert_eq!(
        kinds(&mails),
        [(MailKind::AddressChangeRequested, EMAIL), (MailKind::ConfirmAddressChange, "Ada@example.com")]
    );
    assert_eq!(mails[0].content.address.as_deref(), Some("Ada@example.com"));
    assert!(context.log_in(EMAIL, PASSWORD).is_ok());
    let token = mails[1].content.token.clone().unwrap();
    assert_eq!(verify(&context, &token, by_session(ADA)).unwrap(), "Ada@example.com");
    assert!(is_verified(&context) && context.authenticate(&session).is_ok());
    assert!(context.log_in(EMAIL, PASSWORD).is_err() && context.log_in("ada@example.com", PASSWORD).is_ok());
    assert_eq!(kinds(&context.mails()), [(MailKind::AddressChanged, EMAIL)]);
}

#[test]
fn an_address_that_is_taken_is_told_to_its_owner_alone() {
    let context = context();
    context.create("grace@example.org").unwrap();
    change_to(&context, "GRACE@example.org").unwrap();
    let mails = context.mails();
    assert_eq!(
        kinds(&mails),
        [(MailKind::AddressChangeRequested, EMAIL), (MailKind::AddressTaken, "grace@example.org")]
    );
    assert!(mails.iter().all(|claimed| claimed.content.token.is_none()));
}

#[test]
fn an_address_that_somebody_took_meanwhile_is_not_given_twice() {
    let context = context();
    change_to(&context, "ada@example.com").unwrap();
    let token = context.mails()[1].content.token.clone().unwrap();
    context.create("ada@example.com").unwrap();
    assert!(is_invalid(&verify(&context, &token, by_session(ADA))));
    assert!(context.log_in(EMAIL, PASSWORD).is_ok());
}

#[test]
fn a_wrong_password_changes_no_address() {
    let context = context();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    let caller = context.authenticate(&session).unwrap();
    let (sessions, new) = (context.sessions(), email("ada@example.com"));
    let refused = block_on(sessions.request_address_change(
        ADA,
        caller.session().unwrap().id,
        new,
        password(NEW_PASSWORD),
        LOCALE,
        stranger(),
    ));
    assert!(matches!(refused, Err(OwnPasswordError::WrongPassword)), "{refused:?}");
    assert!(context.mails().is_empty());
}

#[test]
fn nobody_logs_in_before_the_address_is_verified_where_that_is_asked_for() {
    let context = TestContext::new().with_mail();
    let signed_up = context.sign_up_with(STRICT(), EMAIL, PASSWORD).unwrap();
    assert!(matches!(signed_up, SignedUp::VerifyEmail));
    let log_in = |text| {
        let sessions = context.sessions_of(context.store.clone(), STRICT());
        block_on(sessions.log_in(&email(EMAIL), password(text), stranger(), None))
    };
    assert!(matches!(log_in(PASSWORD), Err(ore_services::LogInError::EmailNotVerified(ADA))));
    assert!(matches!(log_in(NEW_PASSWORD), Err(ore_services::LogInError::InvalidCredentials(_))));
    let token = token(&context, MailKind::VerifyEmail);
    verify(&context, &token, by_password(PASSWORD)).unwrap();
    assert!(log_in(PASSWORD).is_ok());
}

#[test]
fn a_registration_tells_nothing_of_an_account_where_that_is_asked_for() {
    let context = TestContext::new().with_mail();
    let sign_up = |text| {
        context.hasher.take_runs();
        let signed_up = context.sign_up_with(SAFE(), EMAIL, text).unwrap();
        assert!(matches!(signed_up, SignedUp::VerifyEmail));
        context.hasher.take_runs().len()
    };
    assert_eq!(sign_up(PASSWORD), 1);
    mail(&context, MailKind::VerifyEmail);
    context.clock.advance(MINUTE);
    // Perhaps a stranger made it: the reader of the mail sets the password.
    assert_eq!(sign_up(NEW_PASSWORD), 1);
    assert!(reset(&context, &token(&context, MailKind::ResetPassword)).is_ok());
    context.mails();
    context.clock.advance(MINUTE);
    assert_eq!(sign_up(PASSWORD), 1);
    assert_eq!(mail(&context, MailKind::AddressTaken).content.token, None);
}

#[rstest]
#[case::closed(RegistrationPolicy { is_closed: true, ..RegistrationPolicy::default() })]
#[case::another_domain(RegistrationPolicy { domains: vec!["example.com".to_owned()], ..RegistrationPolicy::default() })]
fn nobody_registers_who_may_not(#[case] policy: RegistrationPolicy) {
    let context = TestContext::new().with_mail();
    let refused = context.sign_up_with(policy, EMAIL, PASSWORD);
    assert!(matches!(refused, Err(SignUpError::Closed(_))), "{refused:?}");
    assert!(context.mails().is_empty());
}

#[test]
fn passwords_beside_a_link_are_throttled_as_those_of_a_log_in() {
    let context = TestContext::new().with_mail();
    context.create(EMAIL).unwrap();
    resend(&context, EMAIL);
    let token = token(&context, MailKind::VerifyEmail);
    let verify = |text| verify(&context, &token, by_password(text));
    for _ in 0..5 {
        assert!(matches!(verify(NEW_PASSWORD), Err(MailTokenError::SignInRequired(_))));
    }
    assert!(matches!(verify(PASSWORD), Err(MailTokenError::Throttled { .. })));
    assert!(matches!(context.log_in(EMAIL, PASSWORD), Err(ore_services::LogInError::Throttled { .. })));
    context.clock.advance(TimeDelta::seconds(1));
    assert!(verify(PASSWORD).is_ok() && context.log_in(EMAIL, PASSWORD).is_ok());
}

#[test]
fn a_session_of_somebody_else_is_no_matter_beside_the_right_password() {
    let context = TestContext::new().with_mail();
    context.sign_up(EMAIL).unwrap();
    let token = token(&context, MailKind::VerifyEmail);
    let proof = LinkProof { session: Some(UserId::new(2)), ..by_password(PASSWORD) };
    assert!(verify(&context, &token, proof).is_ok());
}

/// Nothing that happens afterwards tells whether the first address has an account.
#[rstest]
fn a_request_for_a_taken_address_counts_as_one_for_a_free_address(#[values(true, false)] is_taken: bool) {
    let context = context();
    if is_taken {
        context.create("first@example.com").unwrap();
    }
    change_to(&context, "own@example.com").unwrap();
    let own = context.mails()[1].content.token.clone().unwrap();
    context.clock.advance(MINUTE);
    change_to(&context, "first@example.com").unwrap();
    assert!(is_invalid(&verify(&context, &own, LinkProof { session: None, password: None })));
    context.mails();
    change_to(&context, "second@example.com").unwrap();
    assert_eq!(kinds(&context.mails()), []);
}

/// Who registered would learn that the address had no account.
#[test]
fn an_unproven_account_has_no_password_where_registrations_tell_nothing() {
    let context = TestContext::new().with_mail();
    context.sign_up_with(SAFE(), EMAIL, PASSWORD).unwrap();
    let log_in = || {
        let sessions = context.sessions_of(context.store.clone(), SAFE());
        block_on(sessions.log_in(&email(EMAIL), password(PASSWORD), stranger(), None))
    };
    assert!(matches!(log_in(), Err(ore_services::LogInError::InvalidCredentials(_))));
    let token = token(&context, MailKind::VerifyEmail);
    verify(&context, &token, by_password(PASSWORD)).unwrap();
    assert!(log_in().is_ok());
}

#[test]
fn what_took_the_place_of_a_mail_holds_up_no_registration() {
    let context = TestContext::new().with_mail();
    resend(&context, EMAIL);
    forgot(&context);
    context.sign_up(EMAIL).unwrap();
    mail(&context, MailKind::VerifyEmail);
}

#[test]
fn nobody_has_an_address_written_to_again_and_again() {
    let context = TestContext::new().with_mail();
    for _ in 0..3 {
        let session = context.sign_up(EMAIL).unwrap();
        block_on(context.accounts().delete(session.user_id, stranger())).unwrap();
    }
    assert_eq!(kinds(&context.mails()), []);
    context.clock.advance(MINUTE);
    context.sign_up(EMAIL).unwrap();
    for text in [NEW_PASSWORD, "a third horse battery"] {
        let user =
            block_on(context.store.read(|r| r.users().find_by_email(email(EMAIL).canonical()))).unwrap().unwrap();
        let session = context.log_in(EMAIL, if text == NEW_PASSWORD { PASSWORD } else { NEW_PASSWORD }).unwrap();
        let id = context.authenticate(&session).unwrap().session().unwrap().id;
        let old = if text == NEW_PASSWORD { PASSWORD } else { NEW_PASSWORD };
        let passwords = [password(old), password(text)];
        block_on(context.sessions().change_password(user.id, id, passwords, true, LOCALE, stranger())).unwrap();
    }
    assert_eq!(kinds(&context.mails()), [(MailKind::PasswordChanged, EMAIL), (MailKind::VerifyEmail, EMAIL)]);
}
