//! What anyone who set the database up can put in the way: it is listed whole beforehand, and what is not listed is not in
//! the way.

use ore_persistence::Obstacle;
use rstest::rstest;

use crate::peer::Peer;
use crate::refusals::refusal;

fn dependent(kind: &str, name: &str, column: &str) -> Obstacle {
    Obstacle::Dependent { kind: kind.to_owned(), name: name.to_owned(), column: column.to_owned() }
}

/// Each of them names the column `{}`.
const DEPENDENTS: [&str; 7] = [
    "CREATE VIEW v AS SELECT {} FROM users",
    "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER t BEFORE UPDATE OF {} ON users FOR EACH ROW EXECUTE FUNCTION nothing()",
    "CREATE RULE r AS ON UPDATE TO users WHERE OLD.{} IS NULL DO ALSO SELECT 1",
    "CREATE POLICY p ON users USING ({} IS NOT NULL)",
    "CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count({}) FROM users; END",
    "CREATE PUBLICATION b FOR TABLE users WHERE ({} IS NOT NULL)",
];

fn add_dependents(peer: &Peer, column: &str) {
    let statements: Vec<String> = DEPENDENTS.iter().map(|statement| statement.replace("{}", column)).collect();
    let mut arguments = vec!["execute"];
    arguments.extend(statements.iter().map(String::as_str));
    peer.python(&arguments);
}

#[test]
fn what_names_a_column_that_keeps_its_type_is_not_in_the_way() {
    let peer = Peer::postgres();
    peer.python(&["make", "plain", "Ada@example.org"]);
    add_dependents(&peer, "email");
    assert_eq!(peer.database().adoption_preview().unwrap().unwrap().obstacles, []);
    peer.database().migrate().unwrap();
    assert!(peer.find("ada@example.org").is_some());
    assert_eq!(peer.query("SELECT email FROM v"), ["Ada@example.org"]);
    peer.register("bob@example.org").unwrap();
    peer.revert_all();
    assert_eq!(peer.query("SELECT count(*) FROM users"), ["2"]);
}

#[rstest]
#[case::key("plain", "id", None)]
#[case::length("loose", "email", None)]
#[case::zone("zoned", "created_at", None)]
#[case::null("zoned", "is_active", Some("UPDATE users SET is_active = NULL"))]
fn everything_that_names_a_column_whose_type_changes_is_listed_at_once(
    #[case] variant: &str,
    #[case] column: &str,
    #[case] before: Option<&str>,
) {
    let peer = Peer::postgres();
    peer.python(&["make", variant, "ada@example.org", "Ada@example.org"]);
    before.map(|statement| peer.python(&["execute", statement]));
    add_dependents(&peer, column);
    let preview = refusal(&peer);
    let expected =
        [("function", "f()"), ("policy", "p"), ("publication", "b"), ("rule", "r"), ("trigger", "t"), ("view", "v")];
    assert_eq!(preview.obstacles, expected.map(|(kind, name)| dependent(kind, name, column)));
    assert_eq!(preview.collisions.total, 1, "collisions are listed beside them");
}

#[test]
fn what_would_refuse_or_hide_our_users_on_postgresql_is_listed_at_once() {
    let peer = Peer::postgres();
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.python(&[
        "execute",
        "CREATE TABLE domains (email VARCHAR PRIMARY KEY)",
        "INSERT INTO domains VALUES ('ada@example.org')",
        "ALTER TABLE users ADD CONSTRAINT known FOREIGN KEY (email) REFERENCES domains",
        "CREATE TABLE logins (email VARCHAR CONSTRAINT who REFERENCES users (email))",
        "CREATE TABLE copies (whole users)",
        "CREATE TABLE archive () INHERITS (users)",
        "CREATE RULE elsewhere AS ON INSERT TO users DO INSTEAD NOTHING",
        "CREATE TABLE rate_limits (id INTEGER)",
        "ALTER TABLE users REPLICA IDENTITY USING INDEX ix_users_email",
    ]);
    assert_eq!(
        refusal(&peer).obstacles,
        [
            Obstacle::Rule("elsewhere".to_owned()),
            Obstacle::ForeignKey("known".to_owned()),
            Obstacle::AddressReferred("who of logins".to_owned()),
            Obstacle::ReplicaIdentity("ix_users_email".to_owned()),
            Obstacle::Inheritance("archive".to_owned()),
            Obstacle::RowType("copies.whole".to_owned()),
            Obstacle::NameTaken("rate_limits".to_owned()),
        ]
    );
}

#[test]
fn a_generated_column_stops_the_take_over() {
    let peer = Peer::postgres();
    peer.python(&["make", "plain", "ada@example.org"]);
    let generated = "ADD COLUMN is_active BOOLEAN GENERATED ALWAYS AS (id > 0) STORED";
    peer.python(&["execute", &format!("ALTER TABLE users DROP COLUMN is_active, {generated}")]);
    assert_eq!(refusal(&peer).obstacles, [Obstacle::Generated("is_active".to_owned())]);
}

#[test]
fn what_a_role_may_not_do_is_listed_at_once() {
    let peer = Peer::postgres();
    peer.python(&["make", "plain", "ada@example.org"]);
    let role = peer.role();
    let owner = &peer.query("SELECT current_user")[0];
    let preview = role.database().adoption_preview().unwrap().unwrap();
    assert_eq!(
        preview.obstacles,
        [
            Obstacle::NoRightToCreate("public".to_owned()),
            Obstacle::OtherOwner(owner.clone()),
            Obstacle::NoRightToRead(role.name.clone()),
        ]
    );
    let refused = role.database().migrate().unwrap_err().to_string();
    assert!(refused.contains(&preview.to_string()), "{refused}");

    peer.python(&[
        "execute",
        &format!("GRANT SELECT ON users TO {}", role.name),
        "CREATE POLICY mine ON users USING (id < 0)",
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
    ]);
    let obstacles = role.database().adoption_preview().unwrap().unwrap().obstacles;
    assert!(obstacles.contains(&Obstacle::RowSecurity), "{obstacles:?}");
}

#[test]
fn a_right_that_a_migration_lacks_is_named() {
    let peer = Peer::postgres();
    let role = peer.role();
    let refused = role.database().migrate().unwrap_err().to_string();
    assert!(refused.contains("may not create tables and functions in the schema public"), "{refused}");
}

#[test]
fn keys_to_the_address_and_names_are_in_the_way_on_sqlite() {
    let peer = Peer::sqlite();
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.python(&[
        "execute",
        "CREATE TABLE logins (email VARCHAR REFERENCES users (email))",
        "CREATE TABLE users_before (id INTEGER)",
    ]);
    assert_eq!(
        refusal(&peer).obstacles,
        [Obstacle::AddressReferred("logins".to_owned()), Obstacle::NameTaken("users_before".to_owned())]
    );
}

#[test]
fn keys_that_sqlite_cannot_check_are_in_the_way() {
    let peer = Peer::sqlite();
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.python(&[
        "execute",
        "CREATE TABLE parents (name VARCHAR)",
        "CREATE TABLE children (name VARCHAR REFERENCES parents (name))",
        "INSERT INTO children VALUES ('x')",
    ]);
    let obstacles = refusal(&peer).obstacles;
    assert!(matches!(&obstacles[..], [Obstacle::UncheckableKeys(why)] if why.contains("children")), "{obstacles:?}");
}
