use std::time::Duration;

use ore_domain::{
    ApiKey, ApiKeyId, Clock, CreationListRequest, KeyOwner, ListPage, NewApiKey, Permission, PermissionSet,
    ServiceAccount, ServiceAccountId, Stale, Store, Timestamp, TokenHash, Total, UserId, Uuid,
};
use ore_testkit::FixedClock;
use rstest::rstest;

use crate::support::{StoreUnderTest, file, insert, memory, postgres, read, write};

const ASCENDING: CreationListRequest =
    CreationListRequest { filters: (), sort: (), is_descending: false, after: None, limit: 2, with_total: true };

fn now() -> Timestamp {
    FixedClock::default().now()
}

fn id(number: u8) -> ApiKeyId {
    ApiKeyId::new(Uuid::from_u128(number.into()))
}

fn hash(number: u8) -> TokenHash {
    TokenHash([number; 32])
}

fn account(number: u8, permissions: &[Permission]) -> ServiceAccount {
    ServiceAccount {
        id: ServiceAccountId::new(Uuid::from_u128(number.into())),
        name: format!("account {number}"),
        permissions: permissions.iter().copied().collect(),
        created_at: now(),
        updated_at: now(),
    }
}

fn key(number: u8, owner: KeyOwner, permissions: Option<PermissionSet>) -> ApiKey {
    ApiKey {
        id: id(number),
        owner,
        name: format!("key {number}"),
        prefix: "ore_ak_000000".to_owned(),
        permissions,
        created_at: now(),
        expires_at: now() + Duration::from_hours(24),
        last_used_at: None,
    }
}

fn insert_account(store: &dyn Store, account: &ServiceAccount) {
    let account = account.clone();
    write(store, move |r| r.service_accounts().insert_account(&account));
}

fn insert_key(store: &dyn Store, key: &ApiKey, is_proven: bool) {
    let number = key.name.rsplit(' ').next().unwrap().parse().unwrap();
    let new = NewApiKey { key: key.clone(), token_hash: hash(number), is_proven };
    write(store, move |r| r.api_keys().insert_key(&new));
}

fn find(store: &dyn Store, number: u8) -> Option<ApiKey> {
    read(store, move |r| r.api_keys().find_key(hash(number)))
}

fn page(store: &dyn Store, owner: impl Into<Option<KeyOwner>>, request: &CreationListRequest) -> ListPage<ApiKey> {
    let (owner, request) = (owner.into(), request.clone());
    read(store, move |r| r.api_keys().page_of_keys(owner, &request))
}

#[rstest]
fn a_key_is_found_by_the_hash_of_its_text_alone(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (ada, account) = (insert(store, "ada@example.org").id, account(9, &[]));
    insert_account(store, &account);
    let named = [Permission::UsersRead, Permission::MailRead].into_iter().collect();
    let of_user = key(1, KeyOwner::User(ada), Some(named));
    let of_account = key(2, KeyOwner::ServiceAccount(account.id), None);
    insert_key(store, &of_user, true);
    insert_key(store, &of_account, true);
    assert_eq!(find(store, 1), Some(of_user.clone()));
    assert_eq!(find(store, 2), Some(of_account));
    assert_eq!(find(store, 3), None);
    assert_eq!(read(store, |r| r.api_keys().find_key_by_id(id(2))), find(store, 2));
    assert_eq!(read(store, |r| r.api_keys().find_key_by_id(id(3))), None);
    assert_eq!(read(store, move |r| r.api_keys().keys_of_user(ada)), [of_user]);
}

#[rstest]
fn a_use_is_noted(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let ada = insert(store, "ada@example.org").id;
    insert_key(store, &key(1, KeyOwner::User(ada), None), true);
    let at = now() + Duration::from_secs(5);
    write(store, move |r| {
        r.api_keys().record_key_use(id(1), at)?.invalidate(r);
        Ok(())
    });
    assert_eq!(guard.caches.take(), [Stale::ApiKey(id(1))]);
    assert_eq!(find(store, 1).unwrap().last_used_at, Some(at));
}

#[rstest]
fn a_key_is_deleted_of_its_owner_alone(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (ada, bob) = (insert(store, "ada@example.org").id, insert(store, "bob@example.org").id);
    let account = account(9, &[]);
    insert_account(store, &account);
    insert_key(store, &key(1, KeyOwner::User(ada), None), true);
    insert_key(store, &key(2, KeyOwner::ServiceAccount(account.id), None), true);
    let delete = |owner, number| write(store, move |r| Ok(r.api_keys().delete_key(owner, id(number))?.invalidate(r)));
    assert!(!delete(KeyOwner::User(bob), 1));
    assert!(!delete(KeyOwner::ServiceAccount(account.id), 1));
    assert!(!delete(KeyOwner::User(ada), 2));
    guard.caches.take();
    assert!(delete(KeyOwner::User(ada), 1));
    assert_eq!(guard.caches.take(), [Stale::ApiKey(id(1))]);
    assert!(delete(KeyOwner::ServiceAccount(account.id), 2));
    assert!(!delete(KeyOwner::User(ada), 1));
    assert_eq!((find(store, 1), find(store, 2)), (None, None));
}

#[rstest]
fn keys_go_with_their_owner(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (ada, account) = (insert(store, "ada@example.org").id, account(9, &[]));
    insert_account(store, &account);
    insert_key(store, &key(1, KeyOwner::User(ada), None), true);
    insert_key(store, &key(2, KeyOwner::ServiceAccount(account.id), None), true);
    write(store, move |r| Ok(r.users().delete(ada)?.invalidate(r)));
    assert_eq!((find(store, 1), find(store, 2).is_some()), (None, true));
    guard.caches.take();
    assert!(write(store, move |r| Ok(r.service_accounts().delete_account(account.id)?.invalidate(r))));
    assert_eq!(guard.caches.take(), [Stale::ServiceAccount(account.id)]);
    assert_eq!(find(store, 2), None);
}

#[rstest]
#[case::only_those_without_proof(false, &[1])]
#[case::all(true, &[1, 2])]
fn keys_that_were_made_without_proof_end(
    #[values(memory(), file(), postgres())] guard: StoreUnderTest,
    #[case] proven_ones_too: bool,
    #[case] ended: &[u8],
) {
    let store = guard.store();
    let (ada, bob) = (insert(store, "ada@example.org").id, insert(store, "bob@example.org").id);
    insert_key(store, &key(1, KeyOwner::User(ada), None), false);
    insert_key(store, &key(2, KeyOwner::User(ada), None), true);
    insert_key(store, &key(3, KeyOwner::User(bob), None), false);
    let delete = move |user: UserId| {
        write(store, move |r| Ok(r.api_keys().delete_keys_of_user(user, proven_ones_too)?.invalidate(r)))
    };
    assert_eq!(delete(ada), ended.len());
    assert_eq!(guard.caches.take(), [Stale::User(ada)]);
    for number in 1..=3 {
        assert_eq!(find(store, number).is_none(), ended.contains(&number), "{number}");
    }
}

#[rstest]
fn pages_of_keys_follow_each_other(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (ada, bob) = (insert(store, "ada@example.org").id, insert(store, "bob@example.org").id);
    let owner = KeyOwner::User(ada);
    // The first two were made at once.
    for (number, seconds) in [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3)] {
        let created_at = now() + Duration::from_secs(seconds) + Duration::from_micros(7);
        insert_key(store, &ApiKey { created_at, ..key(number, owner, None) }, true);
    }
    insert_key(store, &key(6, KeyOwner::User(bob), None), true);
    for (is_descending, expected) in [(false, [1, 2, 3, 4, 5]), (true, [5, 4, 3, 2, 1])] {
        let mut request = CreationListRequest { is_descending, ..ASCENDING };
        let mut found = Vec::new();
        loop {
            let page = page(store, owner, &request);
            assert_eq!(page.total, Some(Total { number: 5, is_estimate: false }));
            found.extend(page.items.into_iter().map(|key| key.id));
            let Some(next) = page.next else { break };
            request.after = Some(next);
        }
        assert_eq!(found, expected.map(id));
    }
}

#[rstest]
fn the_keys_of_everybody_come_in_pages_too(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (ada, account) = (insert(store, "ada@example.org").id, account(9, &[]));
    insert_account(store, &account);
    insert_key(store, &key(1, KeyOwner::User(ada), None), true);
    insert_key(store, &key(2, KeyOwner::ServiceAccount(account.id), None), true);
    insert_key(store, &key(3, KeyOwner::User(ada), None), true);
    let first = page(store, None, &ASCENDING);
    assert_eq!(first.total, Some(Total { number: 3, is_estimate: false }));
    let rest = page(store, None, &CreationListRequest { after: first.next, ..ASCENDING });
    let found: Vec<_> = first.items.into_iter().chain(rest.items).map(|key| key.id).collect();
    assert_eq!((found, rest.next), ([1, 2, 3].map(id).to_vec(), None));
}

#[rstest]
fn keys_that_expired_are_deleted_a_few_at_a_time(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let ada = insert(store, "ada@example.org").id;
    for (number, hours) in [(1, 1), (2, 2), (3, 3), (4, 4)] {
        let expires_at = now() + Duration::from_hours(hours);
        insert_key(store, &ApiKey { expires_at, ..key(number, KeyOwner::User(ada), None) }, true);
    }
    let before = now() + Duration::from_hours(4);
    let delete = || write(store, move |r| r.api_keys().delete_expired_keys(before, 2));
    assert_eq!([delete(), delete(), delete()], [2, 1, 0]);
    let left = read(store, move |r| r.api_keys().keys_of_user(ada));
    assert_eq!(left.into_iter().map(|key| key.id).collect::<Vec<_>>(), [id(4)]);
}

#[rstest]
fn service_accounts_are_kept_as_they_are(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (first, second) = (account(1, &[Permission::UsersRead]), account(2, &[]));
    insert_account(store, &first);
    insert_account(store, &second);
    let listed = read(store, |r| r.service_accounts().page_of_accounts(&ASCENDING));
    assert_eq!((listed.items, listed.next), (vec![first.clone(), second], None));
    assert_eq!(listed.total, Some(Total { number: 2, is_estimate: false }));
    let after = read(store, |r| {
        let one = CreationListRequest { limit: 1, ..ASCENDING };
        let next = r.service_accounts().page_of_accounts(&one)?.next;
        r.service_accounts().page_of_accounts(&CreationListRequest { after: next, is_descending: true, ..ASCENDING })
    });
    assert_eq!(after.items, []);

    let changed = ServiceAccount { name: "other".to_owned(), permissions: PermissionSet::NONE, ..first };
    let update = changed.clone();
    assert!(write(store, move |r| Ok(r.service_accounts().update_account(&update)?.invalidate(r))));
    assert_eq!(guard.caches.take(), [Stale::ServiceAccount(changed.id)]);
    assert_eq!(read(store, move |r| r.service_accounts().find_account(changed.id)), Some(changed));
}
