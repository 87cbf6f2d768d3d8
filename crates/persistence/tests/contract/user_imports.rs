use ore_domain::{
    AuditAction, AuditOrigin, EmailAddress, ImportOutcome, ImportedUser, ListRequest, Locale, NewAuditEntry,
    PasswordHash, Store, Timestamp, UserFilters, UserId, UserListRequest, UserSort, folded,
};
use rstest::rstest;

use crate::support::{StoreUnderTest, count, file, find_by_email, insert, memory, postgres, read, write};

use ImportOutcome::{AddressTaken, KeyTaken, New, Present, UnknownRole};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    time("2026-11-29T12:00:00Z")
}

fn imported(id: Option<i64>, email: &str) -> ImportedUser {
    ImportedUser {
        id: id.map(UserId::new),
        email: EmailAddress::parse(email).unwrap(),
        password_hash: PasswordHash::new("$2b$12$hash".to_owned()),
        is_active: true,
        created_at: Some(time("2020-02-29T23:59:59.000001Z")),
        email_verified: false,
        display_name: None,
        locale: None,
        roles: Vec::new(),
        totp_secret: None,
    }
}

fn import(store: &dyn Store, users: Vec<ImportedUser>) -> Vec<ImportOutcome> {
    write(store, move |r| r.user_imports().import(&users, now()))
}

fn compare(store: &dyn Store, users: Vec<ImportedUser>) -> Vec<ImportOutcome> {
    read(store, move |r| r.user_imports().compare(&users))
}

/// The keys of those whose address or name begins so.
fn found_by(store: &dyn Store, prefix: &str) -> Vec<UserId> {
    let filters = UserFilters { prefix: Some(folded(prefix)), ..UserFilters::default() };
    let request: UserListRequest =
        ListRequest { filters, sort: UserSort::Id, is_descending: false, after: None, limit: 200, with_total: false };
    let page = read(store, move |r| r.users().page(&request));
    page.items.into_iter().map(|user| user.unwrap().id).collect()
}

#[rstest]
fn every_field_of_an_imported_user_is_stored(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let ada = ImportedUser {
        is_active: false,
        email_verified: true,
        display_name: Some("Ada, \"the\" first; 密 \\ '".to_owned()),
        locale: Some(Locale::ZhCn),
        ..imported(Some(4711), "Ädá@Example.org")
    };
    let bob = ImportedUser {
        created_at: None,
        password_hash: PasswordHash::new(String::new()),
        ..imported(None, "bob@example.org")
    };
    assert_eq!(import(store, vec![bob, ada.clone()]), [New, New]);

    let found = find_by_email(store, "ädá@example.org").unwrap();
    assert_eq!((found.id, &found.email), (UserId::new(4711), &ada.email));
    assert_eq!((found.password_hash, found.is_active, found.email_verified), (ada.password_hash, false, true));
    // Somebody else may have had the key before.
    assert_eq!((Some(found.created_at), found.credentials_changed_at), (ada.created_at, Some(now())));
    assert_eq!((found.profile.display_name, found.profile.locale), (ada.display_name, ada.locale));
    assert_eq!(found_by(store, "ADA, "), [UserId::new(4711)]);
    let found = find_by_email(store, "bob@example.org").unwrap();
    assert!(found.is_active && !found.email_verified && !found.has_password());
    assert_eq!((found.created_at, found.profile.display_name, found.profile.locale), (now(), None, None));
}

#[rstest]
fn keys_go_on_above_those_that_were_brought_along(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    assert_eq!(import(store, vec![imported(Some(1), "first@example.org")]), [New]);
    assert_eq!(insert(store, "second@example.org").id, UserId::new(2));
    let users = vec![imported(None, "none@example.org"), imported(Some(7), "seven@example.org")];
    assert_eq!(import(store, users), [New, New]);
    assert_eq!(find_by_email(store, "none@example.org").unwrap().id, UserId::new(8));
    assert_eq!(insert(store, "ninth@example.org").id, UserId::new(9));
    assert_eq!(import(store, vec![imported(Some(5), "five@example.org")]), [New]);
    assert_eq!(insert(store, "tenth@example.org").id, UserId::new(10));
}

#[rstest]
fn who_is_there_already_is_told_and_not_changed(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let stored = imported(Some(7), "Ada@example.org");
    assert_eq!(import(store, vec![stored.clone()]), [New]);
    let before = find_by_email(store, "ada@example.org");

    let time = |created_at| ImportedUser { created_at, ..stored.clone() };
    let cases = [
        (stored.clone(), Present),
        (ImportedUser { id: None, ..stored.clone() }, Present),
        (ImportedUser { email: EmailAddress::parse("ADA@example.org").unwrap(), ..stored.clone() }, Present),
        (time(None), Present),
        (ImportedUser { id: None, ..time(None) }, Present),
        (ImportedUser { password_hash: PasswordHash::new("another".to_owned()), ..stored.clone() }, Present),
        (time(Some(now())), AddressTaken),
        (imported(Some(8), "ada@example.org"), AddressTaken),
        (ImportedUser { created_at: None, ..imported(None, "ADA@example.org") }, AddressTaken),
        (imported(Some(7), "eve@example.org"), KeyTaken),
        (imported(Some(8), "eve@example.org"), New),
    ];
    for (user, outcome) in cases {
        assert_eq!(compare(store, vec![user.clone()]), [outcome], "{user:?}");
        if outcome != New {
            assert_eq!(import(store, vec![user.clone()]), [outcome], "{user:?}");
        }
    }
    assert_eq!(find_by_email(store, "ada@example.org"), before);
    assert_eq!(count(store), 1);
}

/// Else what the audit log says of the one who was deleted would be said of another.
#[rstest]
fn the_key_of_a_deleted_user_is_not_given_again(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    assert_eq!(import(store, vec![imported(Some(7), "ada@example.org")]), [New]);
    write(store, |r| {
        let origin = AuditOrigin::operator();
        let deletion = |user| NewAuditEntry::success(AuditAction::DeleteUser, &origin, now()).about_user(user);
        r.users().delete(UserId::new(7))?.invalidate(r);
        r.audit_log().append(&deletion(UserId::new(7)))?;
        r.audit_log().append(
            &NewAuditEntry::denied(AuditAction::DeleteUser, "last_admin", &origin, now()).about_user(UserId::new(8)),
        )
    });
    let users = || vec![imported(Some(7), "eve@example.org"), imported(Some(8), "bob@example.org")];
    assert_eq!(compare(store, users()), [KeyTaken, New]);
    assert_eq!(import(store, users()), [KeyTaken, New]);
}

#[rstest]
fn a_key_that_two_of_one_batch_have_is_the_first_ones(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let users = vec![
        imported(Some(7), "ada@example.org"),
        imported(Some(7), "bob@example.org"),
        imported(None, "eve@example.org"),
    ];
    assert_eq!(import(store, users), [New, KeyTaken, New]);
    assert_eq!((find_by_email(store, "ada@example.org").unwrap().id, count(store)), (UserId::new(7), 2));
}

#[rstest]
fn a_thousand_users_are_one_batch(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let users: Vec<_> = (1..=1000).map(|id| imported(Some(id), &format!("user{id}@example.org"))).collect();
    assert_eq!(import(store, users.clone()), [New; 1000]);
    assert_eq!(import(store, users), [Present; 1000]);
    assert_eq!(count(store), 1000);
}

#[rstest]
fn roles_are_given_and_one_that_is_not_there_refuses_the_user(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let with = |email: &str, roles: &[&str]| ImportedUser {
        roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
        ..imported(None, email)
    };
    let users = vec![
        with("ada@example.org", &["user", "admin", "admin"]),
        with("bob@example.org", &["admin", "editor"]),
        with("eve@example.org", &["user"]),
    ];
    assert_eq!(compare(store, users.clone()), [New, UnknownRole, New]);
    assert_eq!(import(store, users), [New, UnknownRole, New]);
    let ada = find_by_email(store, "ada@example.org").unwrap();
    assert!(ada.roles.is_admin() && ada.roles.names().len() == 1, "{:?}", ada.roles);
    assert_eq!(find_by_email(store, "bob@example.org"), None);
    assert_eq!(find_by_email(store, "eve@example.org").unwrap().roles.names(), []);
}
