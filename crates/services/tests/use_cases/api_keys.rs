//! API keys: whom they speak for, how long, and what they cost.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use ore_domain::{
    Access, AuditOrigin, Caches, Clock, KeyOwner, MailKind, Permission, PermissionSet, Role, SessionId, Stale,
    StoreError, StoreExt,
};
use ore_services::{
    Actor, AdministrationError, ApiKeys, AuthenticateError, Caller, CreateKeyError, CreatedKey, Housekeeping,
    KeyRequest, ServiceAccountChange, ServiceAccounts,
};
use ore_testkit::block_on;
use rstest::rstest;

use crate::context::{EMAIL, PASSWORD, POLICY, TestContext, email, stranger};
use crate::mail_context::{self, ADA, by_session, forgot, resend, reset, token, verify};

const LIFETIME: Duration = Duration::from_hours(24);
fn admin() -> Actor {
    Actor { origin: AuditOrigin::default(), ..Actor::operator() }
}

fn set(permissions: &[Permission]) -> PermissionSet {
    permissions.iter().copied().collect()
}

/// Gives the user a role with these permissions and no other.
fn allow(context: &TestContext, permissions: &[Permission]) {
    let (now, permissions) = (context.clock.now(), set(permissions));
    let name = format!("role{}", now.timestamp_micros() % 1_000_000_007);
    let role = Role { name: name.parse().unwrap(), description: None, permissions, created_at: now, updated_at: now };
    context.clock.advance(TimeDelta::microseconds(1));
    let given = context.store.write(move |r| {
        r.roles().insert_role(&role)?;
        r.roles().set_roles_of(ADA, std::slice::from_ref(&role.name))?.invalidate(r);
        Ok::<_, StoreError>(())
    });
    block_on(given).unwrap();
}

fn session(context: &TestContext) -> SessionId {
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    context.authenticate(&session).unwrap().session().unwrap().id
}

fn create(context: &TestContext, session: SessionId, permissions: &[Permission]) -> Result<CreatedKey, CreateKeyError> {
    let keys = ApiKeys::new(context.store.clone(), context.clock.clone(), POLICY.idle);
    let request = KeyRequest { name: "report".to_owned(), permissions: set(permissions), lifetime: LIFETIME };
    block_on(keys.create(ADA, session, request, stranger()))
}

fn made(context: &TestContext) -> CreatedKey {
    let key = create(context, session(context), &[]).unwrap();
    context.store.take_uses();
    key
}

fn authenticate(context: &TestContext, key: &CreatedKey) -> Result<Caller, AuthenticateError> {
    block_on(context.authentication().authenticate(key.token.expose()))
}

fn accounts(context: &TestContext) -> ServiceAccounts {
    ServiceAccounts::new(context.store.clone(), context.clock.clone())
}

#[test]
fn a_key_speaks_for_its_owner_and_names_no_session() {
    let context = TestContext::new().with_account();
    let key = made(&context);
    assert_eq!(Some(key.key.prefix.as_str()), key.token.expose().get(..13));
    let caller = authenticate(&context, &key).unwrap();
    assert_eq!(caller.user().unwrap().id, ADA);
    assert!(caller.session().is_none());
    assert_eq!(caller.key_owner(), Some(KeyOwner::User(ADA)));
}

#[test]
fn a_key_allows_what_it_names_as_far_as_its_owner_may_do_it_now() {
    let context = TestContext::with_cache().with_account();
    allow(&context, &[Permission::UsersRead, Permission::UsersWrite]);
    let key = create(&context, session(&context), &[Permission::UsersRead]).unwrap();
    let permissions = || authenticate(&context, &key).unwrap().permissions;
    assert_eq!(permissions(), set(&[Permission::UsersRead]));
    allow(&context, &[Permission::UsersWrite]);
    assert_eq!(permissions(), PermissionSet::NONE);
    allow(&context, &[Permission::UsersRead]);
    assert_eq!(permissions(), set(&[Permission::UsersRead]));
}

#[test]
fn nobody_gives_a_key_what_they_may_not_do() {
    let context = TestContext::new().with_account();
    allow(&context, &[Permission::UsersRead]);
    let refused = create(&context, session(&context), &[Permission::UsersRead, Permission::MailRead]);
    assert!(matches!(refused, Err(CreateKeyError::MissingPermission(Permission::MailRead))), "{refused:?}");
}

#[test]
fn a_session_that_ended_meanwhile_makes_no_key() {
    let context = TestContext::new().with_account();
    let session = session(&context);
    assert!(create(&context, session, &[]).is_ok());
    block_on(context.sessions().end(ADA, session, stranger())).unwrap();
    let refused = create(&context, session, &[]);
    assert!(matches!(refused, Err(CreateKeyError::EndedSession)), "{refused:?}");
}

type Change = fn(&TestContext, &CreatedKey);

#[rstest]
#[case::deletion_of_the_key(|context: &TestContext, key: &CreatedKey| {
    let keys = ApiKeys::new(context.store.clone(), context.clock.clone(), POLICY.idle);
    assert!(block_on(keys.delete(ADA, key.key.id, stranger())).unwrap());
})]
#[case::deletion_of_the_user(|context: &TestContext, _: &CreatedKey| {
    assert!(block_on(context.accounts().delete(ADA, stranger())).unwrap());
})]
#[case::deactivation(|context: &TestContext, _: &CreatedKey| {
    assert!(block_on(context.accounts().set_active(email(EMAIL), false, stranger())).unwrap());
})]
#[case::its_end(|context: &TestContext, _: &CreatedKey| context.clock.advance(TimeDelta::days(1)))]
fn a_key_is_refused_after(#[case] change: Change) {
    let context = TestContext::with_cache().with_account();
    let key = made(&context);
    context.clock.advance(TimeDelta::days(1) - TimeDelta::minutes(30));
    assert!(authenticate(&context, &key).is_ok());
    change(&context, &key);
    assert!(authenticate(&context, &key).is_err());
}

#[test]
fn a_key_counts_again_with_its_owner() {
    let context = TestContext::with_cache().with_account();
    let key = made(&context);
    block_on(context.accounts().set_active(email(EMAIL), false, stranger())).unwrap();
    let refused = authenticate(&context, &key);
    assert!(matches!(refused, Err(AuthenticateError::DisabledUser(ADA))), "{refused:?}");
    block_on(context.accounts().set_active(email(EMAIL), true, stranger())).unwrap();
    assert!(authenticate(&context, &key).is_ok());
}

#[test]
fn the_store_is_not_asked_for_what_is_no_key() {
    let context = TestContext::new().with_account();
    let key = made(&context);
    let text = key.token.expose();
    for text in [&text[..text.len() - 1], &format!("{text}0"), "ore_ak_", &text.replace("ore_ak_", "ore_rt_")] {
        for by_key_alone in [true, false] {
            let authentication = context.authentication();
            let refused = if by_key_alone {
                block_on(authentication.authenticate_key(text))
            } else {
                block_on(authentication.authenticate(text))
            };
            assert!(refused.is_err(), "{text}");
        }
    }
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    context.store.take_uses();
    let refused = block_on(context.authentication().authenticate_key(session.access_token.expose()));
    assert!(matches!(refused, Err(AuthenticateError::MalformedKey)), "{refused:?}");
    assert_eq!(context.store.take_uses(), []);
}

#[test]
fn calls_with_one_key_read_it_once_and_note_it_once_a_minute() {
    let context = TestContext::with_cache().with_account();
    let key = made(&context);
    let authentication = context.authentication();
    let come = || {
        let calls = join_all((0..20).map(|_| authentication.authenticate(key.token.expose())));
        assert!(block_on(calls).iter().all(Result::is_ok));
        context.store.take_uses()
    };
    // What is recorded is read once more.
    assert_eq!(come(), [Access::Read, Access::Statement, Access::Read]);
    assert_eq!(come(), []);
    context.clock.advance(TimeDelta::seconds(59));
    assert_eq!(come(), []);
    context.clock.advance(TimeDelta::seconds(1));
    assert_eq!(come(), [Access::Statement, Access::Read]);
    let used = block_on(context.store.read(|r| r.api_keys().keys_of_user(ADA))).unwrap()[0].last_used_at;
    assert_eq!(used, Some(context.clock.now()));
}

#[test]
fn a_use_that_cannot_be_noted_keeps_nobody_out() {
    let context = TestContext::with_cache().with_account();
    let key = made(&context);
    context.store.refuse_writes();
    assert!(authenticate(&context, &key).is_ok());
}

#[test]
fn changes_of_others_do_not_have_a_key_read_again() {
    let context = TestContext::with_cache().with_account();
    let key = made(&context);
    for _ in 0..2 {
        authenticate(&context, &key).unwrap();
    }
    context.store.take_uses();
    context.caches.invalidate(Stale::Session(session(&context)));
    context.store.take_uses();
    authenticate(&context, &key).unwrap();
    context.caches.invalidate(Stale::EveryUser);
    authenticate(&context, &key).unwrap();
    assert_eq!(context.store.take_uses().iter().filter(|access| **access == Access::Read).count(), 2);
}

#[test]
fn a_reset_ends_keys_that_were_made_before_anybody_proved_the_address() {
    let context = mail_context::context();
    let unproven = made(&context);
    forgot(&context);
    reset(&context, &token(&context, MailKind::ResetPassword)).unwrap();
    assert!(authenticate(&context, &unproven).is_err());
}

#[test]
fn a_key_outlives_a_reset_if_it_was_made_after_the_proof() {
    let context = mail_context::context();
    let unproven = made(&context);
    resend(&context, EMAIL);
    let link = token(&context, MailKind::VerifyEmail);
    verify(&context, &link, by_session(ADA)).unwrap();
    let proven = made(&context);
    assert!(authenticate(&context, &unproven).is_ok());
    forgot(&context);
    reset(&context, &token(&context, MailKind::ResetPassword)).unwrap();
    assert!(authenticate(&context, &unproven).is_err());
    assert!(authenticate(&context, &proven).is_ok());
}

#[test]
fn a_key_of_a_service_account_allows_what_the_account_may_do() {
    let context = TestContext::with_cache().with_account();
    let accounts = accounts(&context);
    let account = block_on(accounts.create(&admin(), "billing".to_owned(), set(&[Permission::UsersRead]))).unwrap();
    let created = block_on(accounts.create_key(&admin(), account.id, "production".to_owned(), LIFETIME)).unwrap();
    let caller = || authenticate(&context, &created.1);
    assert!(caller().unwrap().user().is_none());
    assert_eq!(caller().unwrap().permissions, account.permissions);
    let change = ServiceAccountChange { name: None, permissions: Some(set(&[Permission::MailRead])) };
    block_on(accounts.update(&admin(), account.id, Arc::new(|_| true), change)).unwrap();
    assert_eq!(caller().unwrap().permissions, set(&[Permission::MailRead]));
    block_on(accounts.delete(&admin(), account.id, Arc::new(|_| true))).unwrap();
    assert!(caller().is_err());
}

#[test]
fn an_operator_revokes_the_key_of_whomever_it_is() {
    let context = TestContext::with_cache().with_account();
    let keys = ApiKeys::new(context.store.clone(), context.clock.clone(), POLICY.idle);
    let of_user = made(&context);
    let accounts = accounts(&context);
    let account = block_on(accounts.create(&admin(), "billing".to_owned(), set(&[Permission::MailRead]))).unwrap();
    let (_, of_account) =
        block_on(accounts.create_key(&admin(), account.id, "production".to_owned(), LIFETIME)).unwrap();
    let found = block_on(keys.find(of_account.key.id)).unwrap().unwrap();
    assert_eq!(found, (of_account.key.clone(), set(&[Permission::MailRead])));
    for key in [of_user, of_account] {
        assert!(authenticate(&context, &key).is_ok());
        assert!(block_on(keys.revoke(key.key.id, &AuditOrigin::operator())).unwrap());
        assert!(authenticate(&context, &key).is_err());
        assert!(!block_on(keys.revoke(key.key.id, &AuditOrigin::operator())).unwrap());
    }
}

#[test]
fn a_key_is_listed_for_thirty_days_after_its_end_and_then_swept() {
    let context = TestContext::new().with_account();
    made(&context);
    let housekeeping = Housekeeping::new(context.store.clone(), context.clock.clone(), Duration::ZERO, Duration::ZERO);
    let swept = || block_on(housekeeping.sweep()).unwrap().api_keys;
    context.clock.advance(TimeDelta::days(31));
    assert_eq!(swept(), 0);
    assert_eq!(block_on(context.store.read(|r| r.api_keys().keys_of_user(ADA))).unwrap().len(), 1);
    context.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(swept(), 1);
}

#[test]
fn who_lacks_what_a_service_account_may_do_does_not_change_it() {
    let context = TestContext::new().with_account();
    let accounts = accounts(&context);
    let account = block_on(accounts.create(&admin(), "billing".to_owned(), set(&[Permission::MailRead]))).unwrap();
    let poor = Actor { permissions: set(&[Permission::KeysWrite]), key_owner: None, ..admin() };
    let own = Actor { key_owner: Some(KeyOwner::ServiceAccount(account.id)), ..admin() };
    let change = || ServiceAccountChange { name: Some("mine".to_owned()), permissions: None };
    for by in [poor.clone(), own] {
        let refusals = [
            block_on(accounts.update(&by, account.id, Arc::new(|_| true), change())).map(drop),
            block_on(accounts.delete(&by, account.id, Arc::new(|_| true))),
            block_on(accounts.create_key(&by, account.id, "mine".to_owned(), LIFETIME)).map(drop),
        ];
        for refused in refusals {
            let is_expected = match by.key_owner {
                None => matches!(refused, Err(AdministrationError::MissingPermission(Permission::MailRead))),
                Some(_) => matches!(refused, Err(AdministrationError::SessionRequired)),
            };
            assert!(is_expected, "{refused:?}");
        }
    }
    let refused = block_on(accounts.create(&poor, "more".to_owned(), set(&[Permission::MailRead])));
    assert!(matches!(refused, Err(AdministrationError::MissingPermission(Permission::MailRead))), "{refused:?}");
}
