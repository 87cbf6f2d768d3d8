use ore_settings::{CATALOGUE, Listing, env_example};

use super::{Fixture, GOOD_KEY};

/// The words of the line of a setting.
pub(crate) fn row(listing: &str, name: &str) -> Vec<String> {
    let variable = format!("BACKEND_{name}");
    let line = listing.lines().find(|line| line.split(' ').next() == Some(&variable)).unwrap();
    line.split("  ").map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_setting_is_listed_with_its_value_and_where_it_came_from() {
    let mut fixture = Fixture::new(&[("CONFIG_FILE", "s.toml"), ("APP_NAME", "Shop")])
        .file(".env", "BACKEND_SECRET_KEY_FILE=key\n")
        .file("s.toml", "log_level = 'debug'")
        .file("key", GOOD_KEY);
    fixture.overrides.port = Some("9000".to_owned());
    let listing = Listing::of(&fixture.sources());
    assert!(listing.check().is_ok());
    let listing = listing.to_string();
    assert_eq!(listing.lines().count(), CATALOGUE.len());
    assert_eq!(row(&listing, "APP_NAME"), ["BACKEND_APP_NAME", "Shop", "environment"]);
    assert_eq!(row(&listing, "PORT"), ["BACKEND_PORT", "9000", "--port"]);
    assert_eq!(row(&listing, "LOG_LEVEL"), ["BACKEND_LOG_LEVEL", "debug", "s.toml"]);
    let secret = ["BACKEND_SECRET_KEY", "********", "BACKEND_SECRET_KEY_FILE (.env)"];
    assert_eq!(row(&listing, "SECRET_KEY"), secret);
    assert_eq!(row(&listing, "WORKERS"), ["BACKEND_WORKERS", "1", "default"]);
    assert_eq!(row(&listing, "REDIS_URL"), ["BACKEND_REDIS_URL", "(not set)", "default"]);
}

#[test]
fn faults_follow_the_listing_and_hide_no_setting() {
    let fixture = Fixture::new(&[("PORT", "abc"), ("DEBGU", "1"), ("DATABASE_URL", "postgres:hunter2")]);
    let listing = Listing::of(&fixture.sources());
    let text = listing.to_string();
    assert_eq!(row(&text, "PORT"), ["BACKEND_PORT", "abc", "environment"]);
    assert_eq!(row(&text, "DATABASE_URL")[1], "********");
    assert!(!text.contains("hunter2"));
    let faults = listing.check().unwrap_err().to_string();
    assert_eq!(faults.lines().count(), 3);
    assert!(text.ends_with(&format!("\n\n{faults}\n")));
}

#[test]
fn every_example_passes() {
    for spec in CATALOGUE.iter() {
        let own = format!("{}:", spec.variable());
        let faults = Fixture::new(&[(spec.name, spec.example)]).faults();
        let refused = faults.iter().any(|fault| fault.starts_with(&own));
        // The first names a file that is not there, the next stand together, and nobody may copy a key.
        let keys = ["KEY_ENCRYPTION_KEY", "PREVIOUS_KEY_ENCRYPTION_KEYS"];
        let expected =
            ["CONFIG_FILE", "TLS_CERT_FILE", "TLS_KEY_FILE"].contains(&spec.name) || keys.contains(&spec.name);
        assert_eq!(refused, expected, "{faults:?}");
    }
}

#[test]
fn the_example_file_has_every_setting_and_reads_back() {
    let text = env_example();
    for spec in CATALOGUE.iter() {
        let line = format!("# {}=", spec.variable());
        assert_eq!(text.lines().filter(|text| text.starts_with(&line)).count(), 1, "{line}");
        assert!(text.contains(spec.description));
    }
    let uncommented = text.replace("\n# BACKEND_", "\nBACKEND_");
    let fixture = Fixture::new(&[]).file(".env", &uncommented);
    let faults = fixture.faults();
    let expected = ["BACKEND_CONFIG_FILE: ", "BACKEND_KEY_ENCRYPTION_KEY: "];
    assert!(faults.iter().zip(expected).all(|(fault, name)| fault.starts_with(name)), "{faults:?}");
    assert_eq!(faults.len(), expected.len(), "{faults:?}");
}

#[test]
fn a_copied_example_file_changes_nothing() {
    let without = Listing::of(&Fixture::new(&[]).sources()).to_string();
    let with = Listing::of(&Fixture::new(&[]).file(".env", &env_example()).sources()).to_string();
    assert_eq!(with, without);
}
