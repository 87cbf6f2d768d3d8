//! What services that check tokens by themselves are told.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use futures_util::poll;
use ore_domain::{Access, Clock, StoreError, StoreExt, UserId};
use ore_services::{Housekeeping, RevocationFeed};
use ore_testkit::block_on;

use crate::context::TestContext;
use crate::held_store::HeldStore;

const LONG: Duration = Duration::from_hours(24);
const SHORT: Duration = Duration::from_mins(15);

fn feed(context: &TestContext, longest_token: Duration) -> RevocationFeed {
    RevocationFeed::new(context.store.clone(), context.clock.clone(), longest_token)
}

fn housekeeping(context: &TestContext, longest_token: Duration) -> Housekeeping {
    Housekeeping::new(context.store.clone(), context.clock.clone(), longest_token, Duration::ZERO)
}

fn revoke(context: &TestContext, user: i64) {
    let now = context.clock.now();
    let revoked = context.store.write(move |r| {
        r.revocations().revoke_user(UserId::new(user), now.timestamp(), now)?;
        Ok::<_, StoreError>(())
    });
    block_on(revoked).unwrap();
}

#[test]
fn what_is_void_is_told_for_the_longest_life_that_a_token_of_before_may_have() {
    let context = TestContext::new();
    let sweep = |longest| block_on(housekeeping(&context, longest).sweep()).unwrap().revocations;
    let told = || block_on(feed(&context, SHORT).page(None)).unwrap().users.len();
    sweep(LONG);
    revoke(&context, 1);
    revoke(&context, 2);
    // The life is made shorter, and tokens of before go on.
    context.clock.advance(TimeDelta::hours(23));
    assert_eq!((sweep(SHORT), told()), (0, 2));
    // None of them is left; the second has the last place.
    context.clock.advance(TimeDelta::minutes(71));
    assert_eq!((sweep(SHORT), told()), (1, 0));
    revoke(&context, 3);
    context.clock.advance(TimeDelta::minutes(16));
    assert_eq!(told(), 0);
}

#[test]
fn a_place_stays_known_after_what_had_it_is_told_no_more() {
    let context = TestContext::new();
    revoke(&context, 1);
    let place = block_on(feed(&context, SHORT).page(None)).unwrap().next;
    context.clock.advance(TimeDelta::hours(1));
    assert_eq!(block_on(housekeeping(&context, SHORT).sweep()).unwrap().revocations, 0);
    let page = block_on(feed(&context, SHORT).page(Some(&place))).unwrap();
    assert_eq!((page.is_reset, page.next.as_str()), (false, place.as_str()));
    assert!(!block_on(feed(&context, SHORT).has_news(&place)).unwrap());
}

#[test]
fn of_many_who_wait_the_store_is_asked_once() {
    let context = TestContext::new();
    let store = Arc::new(HeldStore::new(context.store.clone()));
    let feed = RevocationFeed::new(store.clone(), context.clock.clone(), SHORT);
    let place = block_on(feed.page(None)).unwrap().next;
    context.store.take_uses();
    let answers = block_on(async {
        let held = store.hold().await;
        let mut waiting = join_all((0..50).map(|_| feed.has_news(&place)));
        assert!(poll!(&mut waiting).is_pending());
        drop(held);
        waiting.await
    });
    assert!(answers.into_iter().all(|has_news| !has_news.unwrap()));
    assert_eq!(context.store.take_uses(), [Access::Read]);
    revoke(&context, 1);
    context.clock.advance(TimeDelta::milliseconds(250));
    assert!(block_on(feed.has_news(&place)).unwrap());
}
