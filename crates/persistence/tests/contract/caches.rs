use ore_domain::{PasswordHash, Stale};
use rstest::rstest;

use crate::support::{StoreUnderTest, file, insert, memory, postgres, write};

/// Each of them, since a cached user holds all that is stored.
#[rstest]
fn caches_hear_of_every_change_before_its_caller(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    let id = ada.id;
    assert_eq!(guard.caches.take(), [], "nobody has read a new user");
    let hash = PasswordHash::new("$argon2id$second".to_owned());
    let set = hash.clone();
    write(guard.store(), move |r| Ok(r.users().set_active(id, false)?.invalidate(r)));
    assert_eq!(guard.caches.take(), [Stale::User(id)]);
    write(guard.store(), move |r| Ok(r.users().set_password_hash(id, &set)?.invalidate(r)));
    assert_eq!(guard.caches.take(), [Stale::User(id)]);
    write(guard.store(), move |r| Ok(r.users().replace_password_hash(id, &hash, &hash)?.invalidate(r)));
    assert_eq!(guard.caches.take(), [Stale::User(id)]);
}
