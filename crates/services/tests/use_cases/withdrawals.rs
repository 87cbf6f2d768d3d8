use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use ore_domain::{Clock, Edit, Permission, PermissionSet, Role, RoleName};
use ore_services::{Actor, NewRole, Precondition, RevocationFeed, RoleAdministration, RoleChange};
use ore_testkit::block_on;

use crate::context::{EMAIL, TestContext, email, stranger};

fn as_it_is() -> Precondition<Role> {
    Arc::new(|_| true)
}

/// A session goes on when its user loses a right, and what says too much are its tokens of this very second, and those that are
/// made until the transaction ends.
#[test]
fn who_may_do_less_is_told_with_the_tokens_of_this_second_and_the_next() {
    let context = TestContext::new().with_account();
    let id = context.user(EMAIL).unwrap().id.get();
    let support: RoleName = "support".parse().unwrap();
    let roles = RoleAdministration::new(context.store.clone(), context.clock.clone());
    let feed = RevocationFeed::new(context.store.clone(), context.clock.clone(), Duration::from_mins(30));
    let both: PermissionSet = [Permission::UsersRead, Permission::AuditRead].into_iter().collect();
    let grant = |has_role| {
        let accounts = context.accounts();
        let set = accounts.set_role(email(EMAIL), support.clone(), has_role, stranger());
        assert!(block_on(set).unwrap());
    };
    // What the feed has from now on, and the first second whose tokens count again.
    let told = |since: &str| {
        let page = block_on(feed.page(Some(since))).unwrap();
        let second = context.clock.now().timestamp() + 2;
        context.clock.advance(TimeDelta::seconds(60));
        (page.next, page.sessions, page.users, second)
    };
    let new = NewRole { name: support.clone(), description: None, permissions: both };
    block_on(roles.create(&Actor::operator(), new)).unwrap();
    grant(true);
    let start = block_on(feed.page(None)).unwrap();
    assert_eq!(start.users, []);

    let fewer =
        RoleChange { description: Edit::Keep, permissions: Some([Permission::UsersRead].into_iter().collect()) };
    block_on(roles.update(&Actor::operator(), support.clone(), as_it_is(), fewer)).unwrap();
    let (next, sessions, users, second) = told(&start.next);
    assert_eq!((sessions, users), (vec![], vec![(id, second)]));

    let more = RoleChange { description: Edit::Keep, permissions: Some(both) };
    block_on(roles.update(&Actor::operator(), support.clone(), as_it_is(), more)).unwrap();
    let (next, _, users, _) = told(&next);
    assert_eq!(users, []);

    grant(false);
    let (next, sessions, users, second) = told(&next);
    assert_eq!((sessions, users), (vec![], vec![(id, second)]));

    grant(true);
    block_on(roles.delete(&Actor::operator(), support.clone(), as_it_is())).unwrap();
    let (_, sessions, users, second) = told(&next);
    assert_eq!((sessions, users), (vec![], vec![(id, second)]));
}
