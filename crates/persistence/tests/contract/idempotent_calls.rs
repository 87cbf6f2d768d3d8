use std::time::Duration;

use ore_domain::{CallState, IdempotentCall, Store, Timestamp};
use rstest::rstest;

use crate::support::{StoreUnderTest, file, memory, postgres, write};

const SECOND: Duration = Duration::from_secs(1);

fn call_at(at: Timestamp) -> IdempotentCall {
    IdempotentCall {
        id: "call".to_owned(),
        fingerprint: "body".to_owned(),
        at,
        running_until: at + 60 * SECOND,
        expires_at: at + 3600 * SECOND,
    }
}

fn now() -> Timestamp {
    "2026-11-29T10:34:31.656895Z".parse().unwrap()
}

fn claim(store: &dyn Store, call: IdempotentCall) -> CallState {
    write(store, move |r| r.idempotent_calls().claim_call(&call))
}

#[rstest]
fn a_call_is_carried_out_once(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    assert_eq!(claim(store, call_at(now())), CallState::New);
    assert_eq!(claim(store, call_at(now() + 59 * SECOND)), CallState::Running);
    let other = IdempotentCall { fingerprint: "other".to_owned(), ..call_at(now()) };
    assert_eq!(claim(store, other), CallState::OtherBody);
    assert_eq!(claim(store, IdempotentCall { id: "another".to_owned(), ..call_at(now()) }), CallState::New);
    write(store, |r| r.idempotent_calls().finish_call("call", b"answer"));
    assert_eq!(claim(store, call_at(now() + 3599 * SECOND)), CallState::Done(b"answer".to_vec()));
    assert_eq!(claim(store, call_at(now() + 3601 * SECOND)), CallState::New);
}

#[rstest]
fn a_call_that_was_cut_off_or_refused_is_tried_again(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    assert_eq!(claim(store, call_at(now())), CallState::New);
    assert_eq!(claim(store, call_at(now() + 61 * SECOND)), CallState::New);
    write(store, |r| r.idempotent_calls().release_call("call"));
    assert_eq!(claim(store, call_at(now() + 61 * SECOND)), CallState::New);
}

#[rstest]
fn what_has_expired_is_deleted(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    for id in ["one", "two", "three"] {
        claim(store, IdempotentCall { id: id.to_owned(), ..call_at(now()) });
    }
    let delete = |at| write(store, move |r| r.idempotent_calls().delete_expired_calls(at, 2));
    assert_eq!([now() + 3599 * SECOND; 1].map(delete), [0]);
    assert_eq!([now() + 3601 * SECOND; 3].map(delete), [2, 1, 0]);
}
