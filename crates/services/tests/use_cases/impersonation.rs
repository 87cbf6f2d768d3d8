//! Somebody acts as another user: who may, until when, and what is told of it.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use ore_domain::{
    AuditAction, AuditEntry, AuditOrigin, AuditParty, Clock, Edit, Permission, PermissionSet, Profile, ProfileEdit,
    SessionId, StoreExt, UserId,
};
use ore_security::token::{ActorClaim, SessionClaims};
use ore_services::{Actor, AdministrationError, AuthenticateError, SecondFactorPolicy};
use ore_testkit::{TestStore, block_on};
use rstest::rstest;
use serde_json::{Value, json};

use crate::context::{LOCALE, PASSWORD, POLICY, email, password, stranger, verifier};
use crate::impersonation_context::{ADA, Fixture, SUPPORT};

fn details(entry: &AuditEntry) -> Value {
    serde_json::from_str(entry.details.as_deref().unwrap()).unwrap()
}

#[rstest]
fn somebody_acts_as_a_user_and_the_audit_log_has_who(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let fixture = Fixture::new(make);
    let started = fixture.impersonate();
    let caller = fixture.authenticate(started.access_token.expose()).unwrap();
    let session = caller.session().unwrap();
    assert_eq!((caller.user().unwrap().id, session.id, session.impersonator), (ADA, started.session, Some(SUPPORT)));
    assert_eq!(caller.permissions, PermissionSet::NONE);

    let edit = ProfileEdit { display_name: Edit::Set("Ada".to_owned()), locale: Edit::Keep };
    let origin = caller.act(AuditOrigin::default());
    let edited = block_on(fixture.accounts().edit_profile(ADA, edit, &origin)).unwrap().unwrap();
    assert!(matches!(edited.profile, Profile { display_name: Some(_), .. }));

    let (support, ada) = (Some(AuditParty::user(SUPPORT)), Some(AuditParty::user(ADA)));
    let began = fixture.audit(AuditAction::ImpersonateUser).remove(0);
    assert_eq!(
        (&began.actor, &began.subject, began.session_id.as_deref()),
        (&support, &ada, Some(&*fixture.own.to_string()))
    );
    let sid = started.session.to_string();
    assert_eq!(details(&began), json!({ "reason": "ticket 4711", "session": sid }));
    let acted = fixture.audit(AuditAction::UpdateUser).remove(0);
    assert_eq!((acted.actor, acted.subject, acted.session_id), (support, ada, Some(sid)));
    assert_eq!(details(&AuditEntry { details: acted.details, ..began }), json!({ "impersonated": "user:2" }));
}

/// Whoever knows no `act` takes the token for one that is broken, or for one of somebody who logged in long ago.
#[test]
fn the_token_says_who_acts_and_that_nobody_authenticated() {
    let fixture = Fixture::new(TestStore::sqlite);
    let started = fixture.impersonate();
    let now = fixture.context.clock.now();
    let claims = verifier().verify::<SessionClaims>(started.access_token.expose(), now.into()).unwrap();
    let act = ActorClaim { sub: "support@example.org".to_owned() };
    assert_eq!((claims.sub.as_str(), claims.uid, claims.extra.act), ("ada@example.org", Some(2), Some(act)));
    assert_eq!((claims.exp - claims.iat, started.expires_in), (900, Duration::from_mins(15)));
    assert_eq!((claims.extra.auth_time, claims.extra.generation, claims.extra.amr.len()), (Some(0), None, 0));
}

#[rstest]
fn sessions_of_the_user_know_nothing_of_it(#[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore) {
    let fixture = Fixture::new(make);
    let before = block_on(fixture.store().read(|r| r.users().find(ADA))).unwrap();
    let started = fixture.impersonate();
    assert_eq!(block_on(fixture.store().read(|r| r.users().find(ADA))).unwrap(), before);
    // With the one of the registration these are as many as a user has.
    for _ in 0..2 {
        fixture.context.clock.advance(TimeDelta::seconds(1));
        block_on(fixture.sessions().log_in(&email("ada@example.org"), password(PASSWORD), stranger(), None)).unwrap();
    }
    assert_eq!(fixture.listed(ADA).len(), 4);
    let shown = fixture.listed(ADA).into_iter().find(|session| session.id == started.session).unwrap();
    assert_eq!((shown.impersonation.unwrap().impersonator, shown.origin.address.as_str()), (SUPPORT, ""));
    assert!(fixture.authenticate(started.access_token.expose()).is_ok());
}

/// However many are asked for, a change of roles has one of each impersonator to look at.
#[rstest]
fn the_next_one_ends_the_one_before(#[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore) {
    let fixture = Fixture::new(make);
    let [first, second] = [fixture.impersonate(), fixture.impersonate()].map(|started| started.access_token);
    assert!(fixture.authenticate(first.expose()).is_err());
    assert!(fixture.authenticate(second.expose()).is_ok());
}

type Change = fn(&Fixture, SessionId);

#[rstest]
#[case::withdrawn(|it: &Fixture, _| it.grant(SUPPORT, "support", false))]
#[case::other_roles(|it: &Fixture, _| it.set_roles_of_support(&[]))]
#[case::right_taken_from_the_role(|it: &Fixture, _| it.allow_support(&[Permission::UsersRead]))]
#[case::role_deleted(|it: &Fixture, _| {
    let name = "support".parse().unwrap();
    block_on(it.roles().delete(&Actor::operator(), name, Arc::new(|_| true))).unwrap();
})]
#[case::user_may_do_more(|it: &Fixture, _| {
    it.make_role("audit", &[Permission::AuditRead]);
    it.grant(ADA, "audit", true);
})]
#[case::impersonator_disabled(|it: &Fixture, _| {
    assert!(block_on(it.accounts().set_active(SUPPORT, false, stranger())).unwrap());
})]
#[case::impersonator_deleted(|it: &Fixture, _| {
    assert!(block_on(it.accounts().delete(SUPPORT, stranger())).unwrap());
})]
#[case::impersonator_logged_out(|it: &Fixture, _| {
    assert!(block_on(it.sessions().end(SUPPORT, it.own, &it.origin())).unwrap());
})]
#[case::impersonator_logged_out_everywhere(|it: &Fixture, _| {
    assert_eq!(block_on(it.sessions().end_all(SUPPORT, None, &it.origin())).unwrap(), 1);
})]
#[case::other_password_of_the_impersonator(|it: &Fixture, _| {
    assert!(block_on(it.accounts().set_password(SUPPORT, password("another password"), stranger())).unwrap());
})]
#[case::user_disabled(|it: &Fixture, _| {
    assert!(block_on(it.accounts().set_active(ADA, false, stranger())).unwrap());
})]
#[case::user_deleted(|it: &Fixture, _| assert!(block_on(it.accounts().delete(ADA, stranger())).unwrap()))]
#[case::ended_by_the_user(|it: &Fixture, session| {
    assert!(block_on(it.sessions().end(ADA, session, stranger())).unwrap());
})]
#[case::user_logged_out_everywhere(|it: &Fixture, _| {
    assert_eq!(block_on(it.sessions().end_all(ADA, None, stranger())).unwrap(), 2);
})]
#[case::factors_of_the_impersonator_reset(|it: &Fixture, _| {
    let administration = it.administration();
    block_on(administration.reset_second_factors(&Actor::operator(), SUPPORT, LOCALE)).unwrap();
})]
#[case::impersonator_has_another_role_to_show_a_factor_for(|it: &Fixture, _| {
    it.make_role("audit", &[Permission::AuditRead]);
    it.grant(SUPPORT, "audit", true);
})]
#[case::over_by_itself(|it: &Fixture, _| it.context.clock.advance(TimeDelta::minutes(15)))]
fn an_impersonation_is_over_when(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
    #[case] change: Change,
) {
    let fixture = Fixture::new(make);
    let started = fixture.impersonate();
    let token = started.access_token.expose();
    fixture.context.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    assert!(fixture.authenticate(token).is_ok());
    fixture.context.clock.advance(-(TimeDelta::minutes(15) - TimeDelta::seconds(1)));
    change(&fixture, started.session);
    fixture.assert_over(token);
}

#[rstest]
fn who_must_get_a_second_factor_first_acts_as_nobody(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let fixture = Fixture::new(make);
    let started = fixture.impersonate();
    for (role, is_over) in [("audit", false), ("support", true)] {
        let policy = SecondFactorPolicy::new([role.parse().unwrap()]);
        let authentication = fixture.authentication(POLICY.idle).with_policy(policy);
        let caller = block_on(authentication.authenticate(started.access_token.expose()));
        assert_eq!(matches!(caller, Err(AuthenticateError::EndedSession(ADA))), is_over, "{role}");
        assert_eq!(caller.is_ok(), !is_over, "{role}");
    }
}

#[rstest]
fn an_impersonation_ends_with_a_session_that_nobody_uses(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let fixture = Fixture::new(make);
    fixture.context.clock.advance(TimeDelta::minutes(8));
    let started = fixture.impersonate();
    let authentication = fixture.authentication(Duration::from_mins(10));
    let authenticate = || block_on(authentication.authenticate(started.access_token.expose()));
    assert!(authenticate().is_ok());
    fixture.context.clock.advance(TimeDelta::minutes(3));
    assert!(authenticate().is_err());
}

#[rstest]
#[case::role_of_the_impersonator(
    |it: &Fixture, _| it.grant(SUPPORT, "support", false),
    |it: &Fixture, _| it.grant(SUPPORT, "support", true)
)]
#[case::roles_of_the_impersonator(
    |it: &Fixture, _| it.set_roles_of_support(&[]),
    |it: &Fixture, _| it.set_roles_of_support(&["support"])
)]
#[case::what_the_role_allows(
    |it: &Fixture, _| it.allow_support(&[]),
    |it: &Fixture, _| it.allow_support(&[Permission::UsersImpersonate, Permission::UsersRead])
)]
fn a_right_that_comes_back_brings_no_impersonation_back(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
    #[case] withdraw: Change,
    #[case] give_back: Change,
) {
    let fixture = Fixture::new(make);
    let started = fixture.impersonate();
    withdraw(&fixture, started.session);
    give_back(&fixture, started.session);
    fixture.assert_over(started.access_token.expose());
    assert!(fixture.authenticate(fixture.impersonate().access_token.expose()).is_ok());
}

/// What was opened before the withdrawal was ended by it, and nothing is opened afterwards.
#[rstest]
#[case::of_a_user(
    |it: &Fixture, _| it.grant(SUPPORT, "support", false),
    |it: &Fixture, _| it.grant(SUPPORT, "support", true)
)]
#[case::of_a_role(
    |it: &Fixture, _| it.allow_support(&[]),
    |it: &Fixture, _| it.allow_support(&[Permission::UsersImpersonate])
)]
fn a_withdrawal_at_the_same_time_leaves_no_impersonation(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
    #[case] withdraw: Change,
    #[case] give_back: Change,
) {
    let fixture = Fixture::new(make);
    for _ in 0..20 {
        let (fixture, own) = (&fixture, fixture.own);
        let started = thread::scope(|scope| {
            let withdrawing = scope.spawn(move || withdraw(fixture, own));
            let started = fixture.try_impersonate();
            withdrawing.join().unwrap();
            started
        });
        give_back(fixture, own);
        match started {
            Ok(started) => fixture.assert_over(started.access_token.expose()),
            Err(refused) => assert!(matches!(refused, AdministrationError::MissingPermission(_)), "{refused:?}"),
        }
    }
}

#[rstest]
#[case::without_the_right(|it: &Fixture, _| it.allow_support(&[Permission::UsersRead]), "missing_permission")]
#[case::of_somebody_who_may_do_more(|it: &Fixture, _| it.grant(ADA, "admin", true), "missing_permission")]
#[case::of_nobody(|it: &Fixture, _| assert!(block_on(it.accounts().delete(ADA, stranger())).unwrap()), "not_found")]
#[case::of_somebody_disabled(
    |it: &Fixture, _| assert!(block_on(it.accounts().set_active(ADA, false, stranger())).unwrap()),
    "not_impersonable"
)]
#[case::in_a_session_that_ended(
    |it: &Fixture, _| assert!(block_on(it.sessions().end(SUPPORT, it.own, &it.origin())).unwrap()),
    "ended"
)]
fn nobody_acts(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
    #[case] change: Change,
    #[case] reason: &str,
) {
    let fixture = Fixture::new(make);
    assert!(block_on(fixture.sessions().may_impersonate(ADA, &fixture.origin())).is_ok());
    change(&fixture, fixture.own);
    assert!(block_on(fixture.sessions().may_impersonate(ADA, &fixture.origin())).is_err());
    assert!(fixture.try_impersonate().is_err());
    let entries = fixture.audit(AuditAction::ImpersonateUser);
    let told: Vec<_> = entries.iter().map(|entry| (entry.reason.as_deref(), entry.actor.clone())).collect();
    assert_eq!(told, vec![(Some(reason), Some(AuditParty::user(SUPPORT))); 2]);
}

#[test]
fn nobody_acts_as_themselves_nor_while_they_act_as_somebody_nor_without_a_session() {
    let fixture = Fixture::new(TestStore::sqlite);
    let impersonate = |user: UserId, origin: &AuditOrigin| {
        block_on(fixture.sessions().impersonate(user, "curious", origin)).map(drop)
    };
    let refused = impersonate(SUPPORT, &fixture.origin());
    assert!(matches!(refused, Err(AdministrationError::NotImpersonable)), "{refused:?}");
    // Were it a session of a user who may.
    fixture.grant(ADA, "support", true);
    fixture.sign_up("grace@example.org");
    let acting = fixture.authenticate(fixture.impersonate().access_token.expose()).unwrap();
    let refused = impersonate(UserId::new(3), &acting.act(AuditOrigin::default()));
    assert!(matches!(refused, Err(AdministrationError::EndedSession)), "{refused:?}");
    let refused = impersonate(ADA, &AuditOrigin::default().acting_as(AuditParty::user(SUPPORT)));
    assert!(matches!(refused, Err(AdministrationError::SessionRequired)), "{refused:?}");
}

/// As a version would that opens one for a session that is none itself.
#[test]
fn an_impersonation_rests_on_a_session_of_the_impersonator_alone() {
    let fixture = Fixture::new(TestStore::sqlite);
    let (first, second) = (fixture.impersonate(), fixture.impersonate());
    // The second one has ended the first.
    fixture.test.execute(&format!("UPDATE sessions SET ended_at = NULL WHERE id = '{}'", first.session));
    let chain = format!(
        "UPDATE sessions SET impersonator_id = {ADA}, impersonator_session_id = '{}' WHERE id = '{}'",
        first.session, second.session
    );
    fixture.grant(ADA, "support", true);
    assert!(fixture.authenticate(second.access_token.expose()).is_ok());
    fixture.test.execute(&chain);
    assert!(fixture.authenticate(second.access_token.expose()).is_err());
    assert!(fixture.authenticate(first.access_token.expose()).is_ok());
}

#[test]
fn nothing_is_opened_whose_entry_cannot_be_written() {
    let fixture = Fixture::new(TestStore::sqlite);
    fixture.test.execute("CREATE TRIGGER refusal BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END");
    assert!(matches!(fixture.try_impersonate(), Err(AdministrationError::Store(_))));
    assert_eq!(fixture.listed(ADA).len(), 1);
}
