use std::time::Instant;

use rstest::rstest;

use crate::peer::Peer;

/// `ORE_TEST_ADOPTED_USERS` asks for more, to measure.
fn count() -> usize {
    #[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
    let count = std::env::var("ORE_TEST_ADOPTED_USERS");
    count.map_or(10_000, |count| count.parse().unwrap())
}

#[rstest]
#[case::sqlite(Peer::sqlite())]
#[case::postgres(Peer::postgres())]
fn ten_thousand_users_are_adopted(#[case] peer: Peer) {
    let count = count();
    peer.python(&["make-many", "plain", &count.to_string()]);
    let start = Instant::now();
    peer.database().migrate().unwrap();
    let seconds = start.elapsed().as_secs_f64();
    println!("{count} users adopted in {seconds:.2} s");

    assert_eq!(peer.query("SELECT count(*) FROM users WHERE email_canonical = lower(email)"), [count.to_string()]);
    for number in (0..10).map(|tenth| tenth * count / 10) {
        let user = peer.find(&format!("user{number}@example.org")).unwrap();
        assert_eq!(user.password_hash.expose(), format!("$argon2id$of-User{number}@Example.org"));
    }
}
