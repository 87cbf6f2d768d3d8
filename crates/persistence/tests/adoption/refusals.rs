use ore_persistence::{AdoptionPreview, MigrationError, Obstacle};
use rstest::rstest;

use crate::peer::Peer;

/// What stops the migration, once it is certain that it changed nothing and that the preview said the same.
pub(crate) fn refusal(peer: &Peer) -> AdoptionPreview {
    // A first look: it leaves the file with a write-ahead log, which is no change of what is in it.
    let preview = peer.database().adoption_preview().unwrap().unwrap();
    let before = peer.python(&["dump"]);
    let refused = peer.database().migrate();
    assert_eq!(peer.python(&["dump"]), before);
    let Err(MigrationError::Adoption(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(*refusal, preview);
    assert!(!preview.is_possible());
    preview
}

#[rstest]
fn addresses_that_are_one_account_stop_the_migration_and_nothing_is_changed(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
) {
    peer.python(&["make", "plain", "Ada@example.org", "bob@example.org", "ada@example.org", "ＢＯＢ@example.org"]);
    assert_eq!(
        refusal(&peer).to_string(),
        "addresses of several users (2): \
         \"ada@example.org\" (users 1 \"Ada@example.org\", 3 \"ada@example.org\"), \
         \"bob@example.org\" (users 2 \"bob@example.org\", 4 \"ＢＯＢ@example.org\")"
    );

    peer.python(&["execute", "DELETE FROM users WHERE id > 2"]);
    assert!(!peer.database().migrate().unwrap().is_empty());
}

#[rstest]
fn of_many_collisions_twenty_are_shown(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    let addresses: Vec<String> = (0..25).flat_map(|n| [format!("a{n}@x.org"), format!("A{n}@x.org")]).collect();
    let mut arguments = vec!["make", "plain"];
    arguments.extend(addresses.iter().map(String::as_str));
    peer.python(&arguments);
    let collisions = refusal(&peer).collisions;
    assert_eq!((collisions.shown.len(), collisions.total), (20, 25));
    assert!(collisions.to_string().ends_with(" and 5 more"));
}

#[rstest]
fn a_column_that_we_do_not_know_stops_the_migration(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.python(&["make", "extended", "ada@example.org"]);
    assert_eq!(refusal(&peer).obstacles, [Obstacle::UnexpectedColumn("full_name".to_owned())]);
}

#[rstest]
fn a_table_of_another_kind_stops_the_migration(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.python(&["execute", "CREATE TABLE users (id VARCHAR PRIMARY KEY, email VARCHAR, created_at INTEGER)"]);
    let obstacles = refusal(&peer).obstacles;
    assert!(obstacles.contains(&Obstacle::MissingColumn("hashed_password")), "{obstacles:?}");
    assert!(obstacles.contains(&Obstacle::MissingColumn("is_active")), "{obstacles:?}");
    let about_key = if peer.is_sqlite() {
        Obstacle::KeyNotGenerated
    } else {
        Obstacle::UnsuitableType { column: "id", data_type: "character varying".to_owned() }
    };
    assert!(obstacles.contains(&about_key), "{obstacles:?}");
}

#[rstest]
fn a_view_in_place_of_the_table_stops_the_migration(#[values(Peer::sqlite(), Peer::postgres())] peer: Peer) {
    peer.python(&["execute", "CREATE VIEW users AS SELECT 1 AS id"]);
    assert_eq!(refusal(&peer).obstacles, [Obstacle::NotATable]);
}

#[test]
fn a_view_of_the_table_stops_the_migration_on_postgresql() {
    let peer = Peer::postgres();
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.python(&["execute", "CREATE VIEW keys AS SELECT id FROM users"]);
    let refusal = refusal(&peer).to_string();
    assert_eq!(refusal, "the view keys uses the column id, whose type has to change");
}

#[test]
fn a_key_that_the_database_does_not_give_stops_the_migration() {
    let peer = Peer::postgres();
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.python(&["execute", "ALTER TABLE users ALTER id DROP DEFAULT"]);
    assert_eq!(refusal(&peer).obstacles, [Obstacle::KeyNotGenerated]);
}

#[rstest]
fn a_user_without_an_address_stops_the_migration(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
    #[values("NULL", "''")] address: &str,
) {
    peer.python(&["make", "loose", "ada@example.org", "bob@example.org"]);
    peer.python(&["execute", &format!("UPDATE users SET email = {address} WHERE id = 2")]);
    let preview = refusal(&peer);
    assert!(matches!(&preview.obstacles[..], [Obstacle::NoAddress(users)] if users.shown == [2]), "{preview:?}");
    assert_eq!(preview.users, 2);
}

#[rstest]
fn a_time_that_is_none_stops_the_migration(#[values("yesterday", "1764000000", "2026-13-22 10:00:00")] time: &str) {
    let peer = Peer::sqlite();
    peer.python(&["make", "plain", "ada@example.org"]);
    peer.python(&["execute", &format!("UPDATE users SET created_at = '{time}'")]);
    let preview = refusal(&peer);
    assert!(matches!(&preview.obstacles[..], [Obstacle::UnreadableTime(users)] if users.shown == [1]), "{preview:?}");
}

#[rstest]
fn the_preview_names_those_who_cannot_log_in_and_changes_nothing(
    #[values(Peer::sqlite(), Peer::postgres())] peer: Peer,
) {
    assert_eq!(peer.database().adoption_preview().unwrap(), None);
    peer.python(&["make", "plain", "ada@example.org", "root@localhost", "a b@example.org"]);
    let before = peer.python(&["dump"]);
    let preview = peer.database().adoption_preview().unwrap().unwrap();
    assert_eq!(peer.python(&["dump"]), before);
    assert!(preview.is_possible());
    assert_eq!(preview.users, 3);
    assert_eq!(
        preview.refused.to_string(),
        "2 \"root@localhost\" (the domain of the address is not valid), \
         3 \"a b@example.org\" (the address contains a character that cannot be seen)"
    );
    let states = peer.database().migration_status().unwrap();
    assert!(states.iter().all(|state| !state.applied) && !states.is_empty(), "{states:?}");

    peer.database().migrate().unwrap();
    assert_eq!(peer.all().len(), 3);
    assert_eq!(peer.database().adoption_preview().unwrap(), None);
}
