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
