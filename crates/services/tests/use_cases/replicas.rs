//! What several replicas, or several calls at once, do to one session.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use ore_domain::{Access, BoxFuture, Clock, Store, StoreError, StoreExt, Timestamp, UserId, Work};
use ore_services::{AuthenticateError, Caller, OwnPasswordError};
use ore_testkit::{InlineStore, MemoryStore, block_on};

use crate::context::{EMAIL, LOCALE, PASSWORD, POLICY, TestContext, password, stranger};

fn change_password(context: &TestContext, caller: &Caller) -> Result<(), OwnPasswordError> {
    let passwords = [password(PASSWORD), password("another horse battery")];
    block_on(context.sessions().change_password(
        caller.user().unwrap().id,
        caller.session().unwrap().id,
        passwords,
        false,
        LOCALE,
        stranger(),
    ))
}

#[test]
fn a_token_that_another_replica_has_made_is_accepted_at_once() {
    let context = TestContext::new().with_account();
    let first = context.log_in(EMAIL, PASSWORD).unwrap();
    let elsewhere = context.authentication_elsewhere(POLICY.idle);
    assert!(block_on(elsewhere.authenticate(first.access_token.expose())).is_ok());
    let second = context.refresh(first.refresh_token.expose()).unwrap();
    assert!(block_on(elsewhere.authenticate(second.access_token.expose())).is_ok());
}

#[test]
fn no_access_token_wakes_a_session_that_was_idle_for_too_long() {
    let context = TestContext::new().with_account();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    context.clock.advance(TimeDelta::minutes(11));
    let authentication = context.authentication_elsewhere(Duration::from_mins(10));
    let refused = block_on(authentication.authenticate(session.access_token.expose()));
    assert!(matches!(refused, Err(AuthenticateError::EndedSession(_))), "{refused:?}");
}

#[test]
fn a_session_that_ends_while_passwords_are_hashed_changes_none() {
    let context = TestContext::new().with_account();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    let caller = context.authenticate(&session).unwrap();
    let (store, user, now) = (context.store.clone(), session.user_id, context.clock.now());
    context.hasher.during_next_hash(move || {
        let end = store.write(move |r| Ok::<_, StoreError>(r.sessions().end_all(user, None, now)?.invalidate(r)));
        assert_eq!(block_on(end).unwrap(), 1);
    });
    let refused = change_password(&context, &caller);
    assert!(matches!(refused, Err(OwnPasswordError::EndedSession)), "{refused:?}");
    assert!(context.log_in(EMAIL, PASSWORD).is_ok());
}

/// Shows the first statement users as they were, as PostgreSQL does to one that has waited for the row of a session.
struct OldSnapshot {
    store: Arc<InlineStore<MemoryStore>>,
    user: UserId,
    old: Timestamp,
    new: Timestamp,
    was_asked: AtomicBool,
}

impl Store for OldSnapshot {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            if access != Access::Statement || self.was_asked.swap(true, Ordering::Relaxed) {
                return Store::run(&*self.store, access, work).await;
            }
            self.store.move_credential_change(self.user, self.old);
            let result = Store::run(&*self.store, access, work).await;
            self.store.move_credential_change(self.user, self.new);
            result
        })
    }
}

#[test]
fn a_refresh_beside_a_change_of_the_password_is_no_reuse() {
    let context = TestContext::new().with_account();
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    change_password(&context, &context.authenticate(&session).unwrap()).unwrap();
    let user = context.user(EMAIL).unwrap();
    let new = user.credentials_changed_at.unwrap();
    let store = OldSnapshot {
        store: context.store.clone(),
        user: user.id,
        old: new - TimeDelta::hours(1),
        new,
        was_asked: AtomicBool::new(false),
    };
    let refreshed =
        block_on(context.sessions_on(Arc::new(store)).refresh(session.refresh_token.expose(), LOCALE, stranger()))
            .unwrap();
    assert!(context.authenticate(&refreshed).is_ok());
    assert!(context.refresh(refreshed.refresh_token.expose()).is_ok());
}
