use std::sync::Barrier;
use std::thread;

use chrono::{DateTime, Utc};
use ore_domain::{Clock, Constraint, StoreError, SystemClock};
use ore_persistence::SchemaState;
use rstest::rstest;

use crate::peer::Peer;

const FIRST: &str = "2026-11-22-000001_create_users";

/// The first time that `peer.py` gives.
fn first_time() -> DateTime<Utc> {
    "2026-11-22T10:34:31.656895Z".parse().unwrap()
}

#[rstest]
fn every_user_is_kept_with_key_hash_state_and_time(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
    #[values("plain", "loose", "zoned")] variant: &str,
) {
    peer.python(&["make", variant, "Ada@Example.org", "bob@example.org", "ＣＡＲＯＬ@例子.中国", "dan@localhost"]);
    peer.python(&["execute", "DELETE FROM notes", "UPDATE users SET id = 4711 WHERE id = 4"]);
    assert_eq!(peer.database().migrate().unwrap()[0], FIRST);
    assert_eq!(peer.database().probe().unwrap(), SchemaState::Current);

    let users = peer.all();
    let read: Vec<_> = users
        .iter()
        .map(|user| (user.id.get(), user.email.as_str(), user.email.canonical().as_str(), user.is_active))
        .collect();
    assert_eq!(
        read,
        [
            (1, "Ada@Example.org", "ada@example.org", true),
            (2, "bob@example.org", "bob@example.org", false),
            (3, "ＣＡＲＯＬ@例子.中国", "carol@xn--fsqu00a.xn--fiqs8s", true),
            (4711, "dan@localhost", "dan@localhost", false),
        ]
    );
    for (seconds, user) in (0..).zip(&users) {
        assert_eq!(user.password_hash.expose(), format!("$argon2id$of-{}", user.email));
        assert_eq!(user.created_at, first_time() + chrono::Duration::seconds(seconds));
    }
    assert_eq!(peer.find("carol@例子.中国").unwrap().id.get(), 3);
    assert_eq!(peer.database().migrate().unwrap(), Vec::<String>::new());
}

#[rstest]
fn of_eight_at_the_same_time_one_takes_the_table_over(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.python(&["make", "plain", "ada@example.org"]);
    let start = Barrier::new(8);
    let taken_over = thread::scope(|scope| {
        let migrate = || {
            start.wait();
            peer.database().migrate().unwrap().contains(&FIRST.to_owned())
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|took_over| *took_over).count()
    });
    assert_eq!(taken_over, 1);
    assert_eq!(peer.all().len(), 1);
}

#[rstest]
fn the_next_user_has_a_key_that_nobody_had(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
    #[values("plain", "zoned")] variant: &str,
) {
    peer.python(&["make", variant, "ada@example.org", "bob@example.org"]);
    // As an import does, behind the back of a sequence.
    peer.python(&["execute", "DELETE FROM notes", "UPDATE users SET id = 3000000 WHERE id = 2"]);
    peer.database().migrate().unwrap();
    assert_eq!(peer.register("carol@example.org").unwrap().get(), 3_000_001);

    peer.python(&["execute", "DELETE FROM users WHERE id > 1"]);
    peer.revert_all();
    peer.database().migrate().unwrap();
    assert_eq!(peer.register("dan@example.org").unwrap().get(), 3_000_002);
}

#[rstest]
fn a_key_beyond_the_old_type_is_given(#[values("plain", "zoned")] variant: &str) {
    let peer = Peer::postgres();
    peer.python(&["make", variant, "ada@example.org"]);
    peer.python(&["execute", "SELECT setval('users_id_seq', 2147483647)"]);
    peer.database().migrate().unwrap();
    assert_eq!(peer.register("bob@example.org").unwrap().get(), 2_147_483_648);
}

#[rstest]
fn a_taken_address_is_a_conflict_whichever_index_the_table_came_with(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
    #[values("plain", "loose")] variant: &str,
) {
    peer.python(&["make", variant, "Ada@example.org", "bob@example.org"]);
    peer.database().migrate().unwrap();
    for taken in ["Ada@example.org", "ada@example.org", "bob@example.org"] {
        let refused = peer.register(taken);
        assert!(matches!(refused, Err(StoreError::Conflict(Constraint::UserEmail))), "{refused:?}");
    }
}

#[rstest]
fn what_was_null_becomes_inactive_made_now_and_without_a_password(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
) {
    peer.python(&["make", "loose", "ada@example.org"]);
    peer.python(&["execute", "UPDATE users SET is_active = NULL, created_at = NULL, hashed_password = NULL"]);
    let before = SystemClock.now();
    peer.database().migrate().unwrap();
    let after = SystemClock.now();

    let ada = peer.find("ada@example.org").unwrap();
    assert_eq!((ada.is_active, ada.password_hash.expose()), (false, ""));
    assert!((before..=after).contains(&ada.created_at), "{before} {} {after}", ada.created_at);
}

#[test]
fn times_as_sqlite_itself_writes_them_get_six_digits() {
    let peer = Peer::sqlite();
    peer.python(&["make", "plain", "a@example.org", "b@example.org"]);
    let times = [(1, "2026-11-22 10:34:31"), (2, "2026-11-22T18:34:31.5+08:00")];
    for (id, time) in times {
        peer.python(&["execute", &format!("UPDATE users SET created_at = '{time}' WHERE id = {id}")]);
    }
    peer.database().migrate().unwrap();
    let stored = peer.query("SELECT created_at FROM users ORDER BY id");
    assert_eq!(stored, ["2026-11-22 10:34:31.000000", "2026-11-22 10:34:31.500000"]);
}

#[test]
fn a_time_with_a_zone_becomes_the_same_moment_whatever_the_zone_of_the_session() {
    let peer = Peer::postgres();
    peer.python(&["make", "zoned", "ada@example.org"]);
    let name = &peer.query("SELECT current_database()")[0];
    peer.python(&["execute", &format!("ALTER DATABASE {name} SET timezone = 'Asia/Shanghai'")]);
    peer.database().migrate().unwrap();
    assert_eq!(peer.find("ada@example.org").unwrap().created_at, first_time());
    peer.revert_all();
    let stored = peer.query("SELECT created_at AT TIME ZONE 'UTC' FROM users");
    assert_eq!(stored, ["2026-11-22 10:34:31.656895"]);
}

#[rstest]
fn rows_of_other_tables_keep_their_user_and_their_key(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
    #[values("plain", "loose")] variant: &str,
) {
    peer.python(&["make", variant, "ada@example.org", "bob@example.org"]);
    let notes = peer.query("SELECT * FROM notes ORDER BY id");
    assert_eq!(notes, ["1\t1\tof ada@example.org", "2\t2\tof bob@example.org"]);
    for _ in 0..2 {
        peer.database().migrate().unwrap();
        assert_eq!(peer.query("SELECT * FROM notes ORDER BY id"), notes);
        peer.revert_all();
        assert_eq!(peer.query("SELECT * FROM notes ORDER BY id"), notes);
    }
    peer.database().migrate().unwrap();
    let switch_on = if peer.is_sqlite() { "PRAGMA foreign_keys = ON" } else { "SELECT 1" };
    peer.python(&["execute", switch_on, "DELETE FROM users WHERE id = 1"]);
    assert_eq!(peer.query("SELECT * FROM notes ORDER BY id"), notes[1..], "the key still cascades");
}

#[test]
fn a_view_and_an_orphan_on_sqlite_do_not_stand_in_the_way() {
    let peer = Peer::sqlite();
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.python(&[
        "execute",
        "INSERT INTO notes (user_id) VALUES (99)",
        "CREATE VIEW emails AS SELECT email FROM users",
    ]);
    peer.database().migrate().unwrap();
    assert_eq!(peer.query("SELECT * FROM emails"), ["ada@example.org"]);
    assert_eq!(peer.query("SELECT count(*) FROM notes"), ["2"]);
}
