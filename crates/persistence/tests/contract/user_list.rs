use std::collections::BTreeSet;
use std::time::Duration;

use ore_domain::{
    ListPage, ListRequest, ListedUser, Position, Profile, Role, RoleName, Store, Timestamp, Total, UserFilters, UserId,
    UserListRequest, UserSort, folded,
};
use ore_testkit::{canonical, new_user};
use rstest::rstest;

use crate::support::{StoreUnderTest, file, memory, postgres, read, try_insert, write};

fn start() -> Timestamp {
    "2026-11-29T10:34:31.656895Z".parse().unwrap()
}

/// The number-th user; of four, two each were made at one time.
fn add(store: &dyn Store, number: u32, email: &str) -> UserId {
    let at = start() + Duration::from_secs(u64::from(number / 2));
    try_insert(store, new_user(email).created_at(at).build()).unwrap().id
}

fn all(sort: UserSort) -> UserListRequest {
    let filters = UserFilters::default();
    ListRequest { filters, sort, is_descending: false, after: None, limit: 200, with_total: false }
}

fn page(store: &dyn Store, request: &UserListRequest) -> ListPage<ListedUser> {
    let request = request.clone();
    read(store, move |r| r.users().page(&request))
}

fn ids(page: ListPage<ListedUser>) -> Vec<i64> {
    page.items.into_iter().map(|user| user.unwrap().id.get()).collect()
}

/// The keys of all pages of two.
fn walk(store: &dyn Store, request: &UserListRequest) -> Vec<i64> {
    let (mut found, mut after): (_, Option<Position>) = (Vec::new(), None);
    loop {
        let mut page = page(store, &UserListRequest { after, limit: 2, ..request.clone() });
        after = page.next.take();
        found.extend(ids(page));
        if after.is_none() {
            return found;
        }
    }
}

#[rstest]
fn pages_follow_each_other_in_every_order(
    #[values(memory(), file(), postgres())] guard: StoreUnderTest,
    #[values(UserSort::Id, UserSort::Email, UserSort::CreatedAt, UserSort::LastLoginAt)] sort: UserSort,
    #[values(false, true)] is_descending: bool,
) {
    let store = guard.store();
    let emails = ["b@example.org", "B2@example.org", "a-b@example.org", "ab@example.org", "é@example.org"];
    let users: Vec<_> = (0..).zip(emails).map(|(number, email)| add(store, number, email)).collect();
    let seen = users[1];
    write(store, move |r| Ok(r.users().record_log_in(seen, None, start())?.invalidate(r)));
    let mut expected = match sort {
        UserSort::Id | UserSort::CreatedAt => vec![0, 1, 2, 3, 4],
        UserSort::Email => vec![2, 3, 1, 0, 4],
        UserSort::LastLoginAt => vec![0, 2, 3, 4, 1],
    };
    if is_descending {
        expected.reverse();
    }
    let expected: Vec<_> = expected.into_iter().map(|index: usize| users[index].get()).collect();
    let request = UserListRequest { is_descending, ..all(sort) };
    assert_eq!(ids(page(store, &request)), expected);
    assert_eq!(walk(store, &request), expected);
}

#[rstest]
fn a_list_has_what_fits_its_filters(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let ada = add(store, 0, "ada@example.org");
    let bob = add(store, 2, "bob@example.org");
    let eve = add(store, 4, "eve@example.org");
    let support = Role {
        name: "support".parse().unwrap(),
        description: None,
        permissions: ore_domain::PermissionSet::NONE,
        created_at: start(),
        updated_at: start(),
    };
    let name = Profile { display_name: Some("Ｂoss".to_owned()), ..Profile::default() };
    write(store, move |r| {
        r.users().set_active(ada, false)?.invalidate(r);
        r.users().set_verified_email(bob, Some(&canonical("bob@example.org")))?.invalidate(r);
        r.users().set_profile(eve, &name)?.invalidate(r);
        r.roles().insert_role(&support)?;
        r.roles().set_roles_of(eve, std::slice::from_ref(&support.name))?.invalidate(r);
        Ok(())
    });
    let second = Duration::from_secs(1);
    let none = UserFilters::default;
    let cases = [
        (UserFilters { is_active: Some(false), ..none() }, vec![ada]),
        (UserFilters { is_active: Some(true), ..none() }, vec![bob, eve]),
        (UserFilters { email_verified: Some(true), ..none() }, vec![bob]),
        (UserFilters { email_verified: Some(false), ..none() }, vec![ada, eve]),
        (UserFilters { role: Some("support".parse().unwrap()), ..none() }, vec![eve]),
        (UserFilters { role: Some(RoleName::user()), ..none() }, vec![ada, bob, eve]),
        (UserFilters { prefix: Some(folded("BO")), ..none() }, vec![bob, eve]),
        (UserFilters { prefix: Some(folded("bob@")), ..none() }, vec![bob]),
        (UserFilters { prefix: Some("%".to_owned()), ..none() }, vec![]),
        (UserFilters { prefix: Some("\u{10ffff}".to_owned()), ..none() }, vec![]),
        (UserFilters { created_after: Some(start()), ..none() }, vec![bob, eve]),
        (UserFilters { created_before: Some(start() + second), ..none() }, vec![ada]),
        (UserFilters { is_active: Some(true), email_verified: Some(false), ..none() }, vec![eve]),
    ];
    for (filters, expected) in cases {
        let request = UserListRequest { filters: filters.clone(), with_total: true, ..all(UserSort::CreatedAt) };
        let page = page(store, &request);
        let number = u64::try_from(expected.len()).unwrap();
        assert_eq!(page.total, Some(Total { number, is_estimate: false }), "{filters:?}");
        assert_eq!(ids(page), expected.into_iter().map(UserId::get).collect::<Vec<_>>(), "{filters:?}");
    }
}

#[rstest]
fn nothing_is_skipped_or_repeated_while_users_come_and_go(
    #[values(memory(), file(), postgres())] guard: StoreUnderTest,
    #[values(UserSort::Email, UserSort::CreatedAt)] sort: UserSort,
) {
    const LAST: u32 = 14;
    let store = guard.store();
    let users: Vec<_> = (0..8).map(|number| add(store, number, &format!("m{number}@example.org"))).collect();
    let request = UserListRequest { limit: 2, ..all(sort) };
    let (mut found, mut after, mut number) = (Vec::new(), None, 8);
    loop {
        let mut page = page(store, &UserListRequest { after, ..request.clone() });
        after = page.next.take();
        found.extend(ids(page));
        if after.is_none() {
            break;
        }
        if number >= LAST {
            continue;
        }
        // One that was already listed goes, one comes before the place, one after it.
        let gone = UserId::new(found[0]);
        write(store, move |r| Ok(r.users().delete(gone)?.invalidate(r)));
        for name in ["a", "z"] {
            add(store, number, &format!("{name}{number}@example.org"));
            number += 1;
        }
    }
    let all_of_them: BTreeSet<_> = found.iter().collect();
    assert_eq!(all_of_them.len(), found.len(), "nothing is repeated: {found:?}");
    assert!(users.iter().all(|user| found.contains(&user.get())), "nothing is skipped: {found:?}");
}
