//! `workflow-server calibrate`.

use rstest::rstest;

use crate::support::TestDir;

/// As little as can be measured: in a debug build every hash takes its time.
const CHEAPEST: [&str; 5] = ["calibrate", "--slots", "1", "--slot-memory-mib", "19"];

/// The settings among what is printed.
fn proposed(said: &str) -> Vec<(&str, &str)> {
    said.lines().filter(|line| line.starts_with("BACKEND_")).map(|line| line.split_once('=').unwrap()).collect()
}

#[test]
fn what_is_proposed_is_accepted_in_production() {
    let test_dir = TestDir::new();
    let said = test_dir.run_with(&[&CHEAPEST[..], &["--target-ms", "10000"]].concat(), &[]).succeeded();
    let mut settings = proposed(&said);
    let names: Vec<&str> = settings.iter().map(|(name, _)| *name).collect();
    let [memory, passes, lanes] =
        ["BACKEND_ARGON2_MEMORY_KIB", "BACKEND_ARGON2_TIME_COST", "BACKEND_ARGON2_PARALLELISM"];
    assert_eq!(names, [memory, passes, lanes, "BACKEND_HASH_SLOTS"]);
    assert_eq!((settings[0].1, settings[2].1, settings[3].1), ("19456", "1", "1"), "{said}");
    assert!(said.contains("It is no less than production needs"), "{said}");
    settings.extend([("BACKEND_ENVIRONMENT", "production"), ("BACKEND_ALLOWED_ORIGINS", "[]")]);
    test_dir.run_with(&["config"], &settings).succeeded();
}

#[test]
fn nothing_below_what_production_needs_is_proposed_however_fast_it_is_to_be() {
    let said = TestDir::new().run_with(&[&CHEAPEST[..], &["--target-ms", "1"]].concat(), &[]).succeeded();
    assert_eq!(proposed(&said)[..2], [("BACKEND_ARGON2_MEMORY_KIB", "19456"), ("BACKEND_ARGON2_TIME_COST", "2")]);
    assert!(said.contains("No cost that production may use is as fast as was asked"), "{said}");
}

#[test]
fn the_cost_that_is_set_is_measured_first() {
    let settings = [("BACKEND_ARGON2_MEMORY_KIB", "64"), ("BACKEND_ARGON2_PARALLELISM", "2")];
    let said = TestDir::new().run_with(&[&CHEAPEST[..], &["--target-ms", "1"]].concat(), &settings).succeeded();
    let measured = said.lines().find(|line| line.ends_with("set now")).unwrap();
    assert_eq!(measured.split_whitespace().take(3).collect::<Vec<_>>(), ["64", "1", "2"]);
}

#[rstest]
#[case("--target-ms", "0")]
#[case("--slots", "0")]
#[case("--slot-memory-mib", "18")]
fn what_cannot_be_measured_is_wrong_usage(#[case] flag: &str, #[case] value: &str) {
    let finished = TestDir::new().run_with(&["calibrate", flag, value], &[]);
    assert!(finished.failed(2).iter().any(|line| line.contains(flag)), "{finished:?}");
}
