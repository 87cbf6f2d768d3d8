use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;
use futures_util::poll;
use ore_domain::{Access, StoreError};
use ore_services::{AuthenticateError, Authentication, Caller};
use ore_testkit::block_on;

use crate::context::{EMAIL, PASSWORD, POLICY, TestContext, token_keys};
use crate::held_store::HeldStore;

/// More than come to one session at once.
const CALLS: usize = 50;

type Answers = Vec<Result<Caller, AuthenticateError>>;

struct ConcurrentCalls {
    context: TestContext,
    authentication: Authentication,
    store: Arc<HeldStore>,
}

impl ConcurrentCalls {
    fn new() -> Self {
        let context = TestContext::with_cache().with_account();
        let (store, clock) = (Arc::new(HeldStore::new(Arc::clone(&context.store))), context.clock.clone());
        let authentication =
            Authentication::new(store.clone(), clock, token_keys(), None, &context.caches, POLICY.idle);
        Self { context, authentication, store }
    }

    /// Calls with one token, all of which have come when something happens; only then the store answers.
    fn make_all(&self, token: &str, happens: impl FnOnce()) -> Answers {
        block_on(async {
            let held = self.store.hold().await;
            let mut calls = join_all((0..CALLS).map(|_| self.authentication.authenticate(token)));
            assert!(poll!(&mut calls).is_pending());
            happens();
            drop(held);
            calls.await
        })
    }

    fn store_uses(&self) -> Vec<Access> {
        self.context.store.take_uses()
    }
}

fn assert_that_all_are_let_in(answers: Answers) {
    for answer in answers {
        answer.unwrap();
    }
}

#[test]
fn calls_that_come_at_once_read_their_session_once() {
    let calls = ConcurrentCalls::new();
    let token = calls.context.token();
    assert_that_all_are_let_in(calls.make_all(&token, || ()));
    assert_eq!(calls.store_uses(), [Access::Read]);
}

#[test]
fn calls_that_come_at_once_note_their_use_once() {
    let calls = ConcurrentCalls::new();
    let first = calls.context.log_in(EMAIL, PASSWORD).unwrap();
    let second = calls.context.refresh(first.refresh_token.expose()).unwrap();
    calls.store_uses();
    let token = second.access_token.expose();
    for expected in [&[Access::Read, Access::Statement][..], &[Access::Read]] {
        assert_that_all_are_let_in(calls.make_all(token, || ()));
        assert_eq!(calls.store_uses(), expected);
    }
    calls.context.clock.advance(TimeDelta::minutes(1));
    assert_that_all_are_let_in(calls.make_all(token, || ()));
    assert_eq!(calls.store_uses(), [Access::Statement]);
}

#[test]
fn a_failure_to_read_is_told_to_all_who_wait_and_to_nobody_after_them() {
    let calls = ConcurrentCalls::new();
    let token = calls.context.token();
    calls.context.store.fail_next(StoreError::unavailable("away"));
    for answer in calls.make_all(&token, || ()) {
        assert!(matches!(answer, Err(AuthenticateError::Store(StoreError::Unavailable(_)))), "{answer:?}");
    }
    assert_that_all_are_let_in(calls.make_all(&token, || ()));
    assert_eq!(calls.store_uses(), [Access::Read]);
}

#[test]
fn a_use_that_could_not_be_noted_is_noted_by_the_next_call() {
    let calls = ConcurrentCalls::new();
    let token = calls.context.token();
    assert_that_all_are_let_in(calls.make_all(&token, || ()));
    calls.context.clock.advance(TimeDelta::minutes(1));
    calls.context.store.fail_next(StoreError::unavailable("away"));
    assert_that_all_are_let_in(calls.make_all(&token, || ()));
    assert_eq!(calls.store_uses(), [Access::Read]);
    assert_that_all_are_let_in(calls.make_all(&token, || ()));
    assert_eq!(calls.store_uses(), [Access::Statement]);
}

#[test]
fn who_comes_after_a_change_does_not_wait_for_what_is_read_from_before() {
    let calls = ConcurrentCalls::new();
    let token = calls.context.token();
    let user = calls.context.user(EMAIL).unwrap().id;
    assert_that_all_are_let_in(calls.make_all(&token, || calls.context.caches.sessions.invalidate_user(user)));
    assert_eq!(calls.store_uses(), [Access::Read]);
    assert_that_all_are_let_in(calls.make_all(&token, || ()));
    assert_eq!(calls.store_uses(), [Access::Read]);
}

#[test]
fn calls_whose_caller_has_gone_hold_up_nobody() {
    let calls = ConcurrentCalls::new();
    let token = calls.context.token();
    block_on(async {
        let held = calls.store.hold().await;
        let mut gone = Box::pin(calls.authentication.authenticate(&token));
        assert!(poll!(&mut gone).is_pending());
        let mut waiting = Box::pin(calls.authentication.authenticate(&token));
        assert!(poll!(&mut waiting).is_pending());
        drop((gone, held));
        waiting.await.unwrap();
    });
    assert_eq!(calls.store_uses(), [Access::Read]);
}
