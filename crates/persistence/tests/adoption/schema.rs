use rstest::rstest;

use crate::peer::Peer;

/// What the two databases say about `users` itself, without the rows.
fn schema(peer: &Peer) -> Vec<String> {
    if peer.is_sqlite() {
        return peer
            .query("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'users' AND sql IS NOT NULL ORDER BY name");
    }
    let mut lines = peer.query(
        "SELECT column_name, data_type, character_maximum_length, is_nullable,
            CASE WHEN column_name <> 'id' THEN column_default END
         FROM information_schema.columns WHERE table_name = 'users' ORDER BY ordinal_position",
    );
    lines.extend(peer.query("SELECT indexdef FROM pg_indexes WHERE tablename = 'users' ORDER BY indexname"));
    lines.extend(peer.query("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"));
    lines.extend(peer.query("SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"));
    lines
}

fn fresh(peer: &Peer) -> Vec<String> {
    let other = if peer.is_sqlite() { Peer::sqlite() } else { Peer::postgres() };
    other.database().migrate().unwrap();
    schema(&other)
}

/// What the table came with and keeps: indexes that the Python service searches by.
fn is_from_before(line: &str) -> bool {
    ["ix_users_email", "ix_users_id", "users_email_key", "users_email\t"].iter().any(|name| line.contains(name))
}

#[rstest]
fn an_adopted_table_is_as_a_new_one_but_for_the_indexes_it_came_with(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
    #[values("plain", "loose", "zoned")] variant: &str,
) {
    peer.python(&["make", variant, "ada@example.org"]);
    peer.database().migrate().unwrap();
    let (before, adopted): (Vec<_>, Vec<_>) = schema(&peer).into_iter().partition(|line| is_from_before(line));
    assert_eq!(adopted, fresh(&peer));
    assert!(!before.is_empty());
    assert!(before.iter().all(|index| index.contains("CREATE INDEX")), "{before:?}");
}

#[rstest]
fn down_gives_the_table_back_with_the_rows_it_has_by_then_and_up_takes_it_again(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
    #[values("plain", "loose", "zoned")] variant: &str,
) {
    peer.python(&["make", variant, "Ada@example.org", "bob@example.org"]);
    let (before, users) = (widened(&schema(&peer)), peer.python(&["users", variant]));
    peer.database().migrate().unwrap();
    let adopted = schema(&peer);

    peer.revert_all();
    assert_eq!(widened(&schema(&peer)), before);
    assert_eq!(peer.python(&["users", variant]), users);

    peer.database().migrate().unwrap();
    assert_eq!(schema(&peer), adopted);
    peer.python(&["insert", variant, "carol@example.org"]);
    peer.register("dan@example.org").unwrap();
    peer.revert_all();
    assert_eq!(peer.query("SELECT email FROM users ORDER BY id").len(), 4);
    peer.python(&["insert", variant, "erin@example.org"]);
}

/// The type of the key and the lengths of texts are not taken back.
fn widened(schema: &[String]) -> Vec<String> {
    let widen = |line: &String| line.replace("id\tinteger", "id\tbigint").replace("varying\t255", "varying\tNone");
    schema.iter().map(widen).collect()
}

#[rstest]
fn a_database_that_was_always_ours_is_empty_after_down_and_the_same_after_up(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
) {
    peer.database().migrate().unwrap();
    let first = schema(&peer);
    peer.register("ada@example.org").unwrap();
    peer.revert_all();
    assert_eq!(schema(&peer), Vec::<String>::new());
    peer.database().migrate().unwrap();
    assert_eq!(schema(&peer), first);
    assert_eq!(peer.all(), []);
}

#[test]
fn an_index_and_a_trigger_of_somebody_s_own_survive_on_sqlite() {
    let peer = Peer::sqlite();
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.python(&[
        "execute",
        "CREATE TABLE log (email VARCHAR)",
        "CREATE TRIGGER \"my \"\"log\" AFTER INSERT ON users BEGIN INSERT INTO log VALUES (NEW.email); END",
        "CREATE INDEX mine ON users (created_at)",
    ]);
    for _ in 0..2 {
        peer.database().migrate().unwrap();
        peer.register("bob@example.org").map(drop).unwrap_or_default();
        peer.revert_all();
    }
    assert_eq!(peer.query("SELECT * FROM log"), ["bob@example.org"]);
    assert_eq!(peer.query("SELECT count(*) FROM sqlite_schema WHERE name = 'mine'"), ["1"]);
}
