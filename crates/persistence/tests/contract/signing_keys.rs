use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use ore_domain::{Constraint, SigningKeyState, Store, StoreError, StoreExt, StoredSigningKey, Timestamp};
use ore_testkit::block_on;
use rstest::rstest;

use crate::support::{StoreUnderTest, file, memory, postgres, read, write};

fn key(kid: &str, state: SigningKeyState, second: u8) -> StoredSigningKey {
    let at: Timestamp = format!("2026-11-29T10:34:{second:02}.656895Z").parse().unwrap();
    let activated_at = (state != SigningKeyState::Next).then_some(at);
    let (algorithm, sealed) = ("EdDSA".to_owned(), vec![0, 1, second]);
    StoredSigningKey { kid: kid.to_owned(), algorithm, sealed, state, created_at: at, activated_at, retired_at: None }
}

fn insert(store: &dyn Store, key: StoredSigningKey) -> Result<(), StoreError> {
    block_on(store.write(move |r| r.signing_keys().insert_signing_key(&key)))
}

fn list(store: &dyn Store) -> Vec<StoredSigningKey> {
    read(store, |r| r.signing_keys().list_signing_keys())
}

#[rstest]
fn keys_are_kept_as_they_are_the_oldest_first(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (old, new) = (key("b", SigningKeyState::Active, 1), key("a", SigningKeyState::Next, 2));
    for key in [&new, &old] {
        insert(store, key.clone()).unwrap();
    }
    assert_eq!(list(store), [old.clone(), new.clone()]);
    let retired = StoredSigningKey { state: SigningKeyState::Retired, retired_at: Some(new.created_at), ..old.clone() };
    let update = retired.clone();
    assert!(write(store, move |r| r.signing_keys().update_signing_key(&update)));
    assert_eq!(list(store), [retired, new.clone()]);
    assert!(write(store, |r| r.signing_keys().delete_signing_key("b")));
    assert!(!write(store, |r| r.signing_keys().delete_signing_key("b")));
    assert!(!write(store, move |r| r.signing_keys().update_signing_key(&old)));
    assert_eq!(list(store), [new]);
}

#[rstest]
fn one_key_signs_and_each_is_there_once(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    insert(store, key("a", SigningKeyState::Active, 1)).unwrap();
    for other in [key("b", SigningKeyState::Active, 2), key("a", SigningKeyState::Next, 2)] {
        let refused = insert(store, other);
        assert!(matches!(refused, Err(StoreError::Conflict(Constraint::SigningKey))), "{refused:?}");
    }
    insert(store, key("b", SigningKeyState::Next, 2)).unwrap();
    insert(store, key("c", SigningKeyState::Next, 2)).unwrap();
    assert_eq!(list(store).len(), 3);
}

/// The second writer waits for the first, and sees what the first has done.
#[rstest]
fn who_changes_keys_sees_them_as_they_are_then(#[values(file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let next = key("a", SigningKeyState::Next, 1);
    insert(store, next.clone()).unwrap();
    let (held, is_held) = mpsc::channel();
    let (waits, is_waiting) = mpsc::channel();
    let is_waiting = Mutex::new(is_waiting);
    thread::scope(|scope| {
        scope.spawn(move || {
            write(store, move |r| {
                r.signing_keys().list_signing_keys()?;
                let _ = held.send(());
                // The other has begun to ask; it gets no answer before this transaction ends.
                let _ = is_waiting.lock().unwrap().recv_timeout(Duration::from_millis(300));
                let active = StoredSigningKey { state: SigningKeyState::Active, ..next.clone() };
                r.signing_keys().update_signing_key(&active)
            });
        });
        is_held.recv().unwrap();
        let seen = write(store, move |r| {
            let keys = r.signing_keys().list_signing_keys()?;
            let _ = waits.send(());
            Ok(keys[0].state)
        });
        assert_eq!(seen, SigningKeyState::Active);
    });
}
