use ore_domain::{Repositories, StoreError, StoreExt, UserId};
use ore_persistence::Obstacle;
use ore_testkit::{InlineStore, block_on, canonical};
use rstest::rstest;

use crate::peer::Peer;

/// Values that the column of each database takes and that are no time of ours.
fn no_times(peer: &Peer) -> &'static [&'static str] {
    if peer.is_sqlite() {
        &["'infinity'", "'10000-01-01 00:00:00.000000'", "x'ff'", "1e12", "''"]
    } else {
        &["'infinity'", "'-infinity'", "'10000-01-01'", "'0001-01-01 BC'", "'294276-12-31'"]
    }
}

#[rstest]
fn a_user_who_cannot_be_read_is_named_and_harms_nobody_else(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.database().migrate().unwrap();
    for address in ["ada@example.org", "bob@example.org", "carol@example.org"] {
        peer.register(address).unwrap();
    }
    let is_readable = |time: &str| peer.is_sqlite() || time != "'0001-01-01 BC'";
    for time in no_times(&peer).iter().filter(|time| is_readable(time)) {
        peer.python(&["execute", &format!("UPDATE users SET created_at = {time} WHERE id = 2")]);
        let store = InlineStore::new(peer.database());
        let listed = block_on(store.read(|r: &mut dyn Repositories| r.users().list(None, 2))).unwrap();
        let [Ok(ada), Err(bob)] = &listed[..] else { panic!("{time}: {listed:?}") };
        assert_eq!((ada.id.get(), bob.id.get()), (1, 2));
        assert!(bob.fault.starts_with("created_at: "), "{time}: {bob}");
        let after = bob.id;
        let rest = block_on(store.read(move |r| r.users().list(Some(after), 2))).unwrap();
        assert!(matches!(&rest[..], [Ok(carol)] if carol.id.get() == 3), "{time}: {rest:?}");

        for id in [1, 3] {
            assert!(block_on(store.read(move |r| r.users().find(UserId::new(id)))).unwrap().is_some(), "{time}");
        }
        let by_key = block_on(store.read(|r| r.users().find(UserId::new(2))));
        let by_address = block_on(store.read(|r| r.users().find_by_email(&canonical("bob@example.org"))));
        for found in [by_key, by_address] {
            assert!(matches!(&found, Err(StoreError::Unreadable(user)) if user.id.get() == 2), "{time}: {found:?}");
        }
        assert_eq!(peer.database().unreadable_users().unwrap().total, 1, "{time}");
    }
}

#[rstest]
fn a_transaction_goes_on_after_a_user_who_cannot_be_read(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.database().migrate().unwrap();
    let ada = peer.register("ada@example.org").unwrap();
    peer.python(&["execute", "UPDATE users SET created_at = 'infinity'"]);
    let changed = block_on(InlineStore::new(peer.database()).write(move |r| match r.users().find(ada) {
        Err(StoreError::Unreadable(user)) => Ok::<_, StoreError>(r.users().set_active(user.id, false)?.invalidate(r)),
        found => panic!("{found:?}"),
    }));
    assert!(changed.unwrap());
    let flag = if peer.is_sqlite() { "0" } else { "False" };
    assert_eq!(peer.query("SELECT is_active FROM users"), [flag]);
}

#[test]
fn text_that_is_stored_as_something_else_is_read_as_text_on_sqlite() {
    let peer = Peer::sqlite();
    peer.database().migrate().unwrap();
    peer.register("ada@example.org").unwrap();
    for value in ["x'41'", "7", "1.5"] {
        peer.python(&["execute", &format!("UPDATE users SET hashed_password = {value}, email = {value}")]);
        assert_eq!(peer.all().len(), 1, "{value}");
    }
    for value in ["x'ff41'", "CAST(x'ff41' AS TEXT)"] {
        peer.python(&["execute", &format!("UPDATE users SET email = {value}")]);
        assert_eq!(peer.database().unreadable_users().unwrap().total, 1, "{value}");
        assert!(peer.database().address_repairs().unwrap().possible.is_empty(), "{value}");
        peer.database().migrate().unwrap();
    }
}

#[test]
fn an_address_that_is_no_text_stops_the_take_over() {
    let peer = Peer::sqlite();
    peer.python(&["make", "plain", "ada@example.org", "bob@example.org"]);
    peer.python(&["execute", "UPDATE users SET email = x'ff41' WHERE id = 2"]);
    let obstacles = peer.database().adoption_preview().unwrap().unwrap().obstacles;
    assert!(matches!(&obstacles[..], [Obstacle::UnreadableAddress(users)] if users.shown == [2]), "{obstacles:?}");
}

#[rstest]
fn a_time_that_we_could_not_read_stops_the_take_over(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.python(&["make", "plain", "ada@example.org", "bob@example.org"]);
    for time in no_times(&peer) {
        peer.python(&["execute", &format!("UPDATE users SET created_at = {time} WHERE id = 2")]);
        let obstacles = peer.database().adoption_preview().unwrap().unwrap().obstacles;
        assert!(
            matches!(&obstacles[..], [Obstacle::UnreadableTime(users)] if users.shown == [2]),
            "{time}: {obstacles:?}"
        );
    }
}
