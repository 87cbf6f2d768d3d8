use chrono::TimeDelta;
use ore_domain::{Clock, SystemClock};
use rstest::rstest;

use crate::peer::Peer;

#[rstest]
fn a_user_whom_the_python_service_stores_afterwards_is_found(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
    #[values("plain", "loose", "zoned")] variant: &str,
) {
    peer.python(&["make", variant, "ada@example.org"]);
    peer.database().migrate().unwrap();
    let keys = peer.python(&["insert", variant, "Bob@Example.org", "Carol@Example.org"]);
    assert_eq!(keys, "2\n3\n");
    let bob = peer.find("bob@example.org").unwrap();
    assert_eq!((bob.id.get(), bob.email.as_str(), bob.is_active), (2, "Bob@Example.org", true));
    assert_eq!(bob.password_hash.expose(), "$argon2id$of-Bob@Example.org");

    let dan = peer.register("dan@example.org").unwrap();
    let users = peer.python(&["users", variant]);
    assert!(users.lines().last().unwrap().starts_with(&format!("{dan}\tdan@example.org\t")), "{users}");
}

#[rstest]
fn an_address_that_the_python_service_changes_is_found(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.database().migrate().unwrap();
    peer.python(&["execute", "UPDATE users SET email = 'Lovelace@example.org'"]);
    assert!(peer.find("ada@example.org").is_none());
    assert_eq!(peer.find("lovelace@example.org").unwrap().id.get(), 1);
}

#[rstest]
fn the_triggers_serve_a_database_that_was_always_ours(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.database().migrate().unwrap();
    assert_eq!(peer.python(&["insert", "plain", "Ada@Example.org"]), "1\n");
    assert_eq!(peer.find("ada@example.org").unwrap().id.get(), 1);
}

#[rstest]
fn an_address_beyond_ascii_is_found_after_the_next_migration(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.database().migrate().unwrap();
    peer.python(&["insert", "plain", "Rémy@例子.中国", "ÉMILE@example.org", "ＡＤＡ@example.org", "王@example.org"]);
    assert!(peer.find("rémy@例子.中国").is_none());

    let repairs = peer.database().address_repairs().unwrap();
    assert_eq!(repairs.possible.to_string(), "2 \"Rémy@例子.中国\", 3 \"ÉMILE@example.org\"");
    assert_eq!(repairs.blocked.to_string(), "4 \"ＡＤＡ@example.org\"");
    assert!(peer.find("rémy@例子.中国").is_none(), "to look changes nothing");

    peer.database().migrate().unwrap();
    assert_eq!(peer.find("rémy@例子.中国").unwrap().id.get(), 2);
    assert_eq!(peer.find("émile@example.org").unwrap().id.get(), 3);
    assert_eq!(peer.find("ada@example.org").unwrap().id.get(), 1, "who came first keeps the address");
    assert!(peer.database().address_repairs().unwrap().possible.is_empty());
}

#[rstest]
fn the_address_as_the_python_service_stores_it_is_found_whatever_its_canonical_form(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
) {
    let adopted = ["Ada@example.org", "Rémy@例子.中国", "dan@localhost", "ＯＫ@example.org"];
    peer.python(&["make", "plain", adopted[0], adopted[1], adopted[2], adopted[3]]);
    peer.database().migrate().unwrap();
    // The first look like Ada's and are not repaired; the canonical form of the last is only that of the triggers.
    let later = ["ａda@example.org", "Ａda@example.org", "ÉMILE@example.org"];
    peer.python(&["insert", "plain", later[0], later[1], later[2]]);
    for (key, email) in (1..).zip(adopted.iter().chain(&later)) {
        assert_eq!(peer.find_by_stored_email(email).map(|user| user.id.get()), Some(key), "{email}");
    }
    assert_eq!(peer.find_by_stored_email("ada@example.org"), None);
    peer.database().migrate().unwrap();
    assert_eq!(peer.find_by_stored_email(later[0]).map(|user| user.id.get()), Some(5));
}

#[rstest]
fn an_address_that_is_stored_twice_is_nobody_s(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.database().migrate().unwrap();
    peer.register("ÉMILE@example.org").unwrap();
    assert!(peer.find_by_stored_email("ÉMILE@example.org").is_some());
    peer.python(&["insert", "plain", "ÉMILE@example.org"]);
    assert_eq!(peer.find_by_stored_email("ÉMILE@example.org"), None);
}

#[rstest]
#[case::address("email = 'eve@example.org'", true)]
#[case::password("hashed_password = 'another'", true)]
#[case::state("is_active = NOT is_active", true)]
#[case::nothing("email = email, hashed_password = hashed_password, is_active = is_active", false)]
#[case::creation("created_at = '2026-11-23 00:00:00.000000'", false)]
fn a_change_that_the_python_service_makes_is_noted(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
    #[case] change: &str,
    #[case] is_recorded: bool,
) {
    peer.python(&["make", "plain", "ada@example.org", "bob@example.org"]);
    peer.database().migrate().unwrap();
    peer.python(&["execute", &format!("UPDATE users SET {change} WHERE id = 1")]);
    let users = peer.all();
    assert_eq!(users[1].credentials_changed_at, None);
    let age = users[0].credentials_changed_at.map(|changed_at| SystemClock.now() - changed_at);
    assert_eq!(age.is_some(), is_recorded);
    assert!(age.is_none_or(|age| (TimeDelta::zero()..TimeDelta::minutes(10)).contains(&age)), "{age:?}");
}

#[rstest]
fn the_search_for_addresses_beyond_ascii_reads_an_index_of_them_alone(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
) {
    peer.database().migrate().unwrap();
    let plan = if peer.is_sqlite() {
        let condition = "length(CAST(email AS BLOB)) <> length(email)";
        peer.query(&format!("EXPLAIN QUERY PLAN SELECT id FROM users WHERE id > 0 AND {condition} ORDER BY id LIMIT 9"))
    } else {
        peer.python(&[
            "execute",
            "INSERT INTO users (email, hashed_password)
            SELECT 'a' || n || '@example.org', '' FROM generate_series(1, 10000) AS n",
            "ANALYZE users",
        ]);
        let condition = "email ~ '[^[:ascii:]]'";
        peer.query(&format!("EXPLAIN SELECT id FROM users WHERE id > 0 AND {condition} ORDER BY id LIMIT 9"))
    };
    assert!(plan.iter().any(|line| line.contains("users_email_not_ascii")), "{plan:?}");
}
