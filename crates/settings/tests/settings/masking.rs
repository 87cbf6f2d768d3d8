//! No secret is shown.

use ore_persistence::DatabaseUrl;
use ore_settings::Listing;
use proptest::prelude::*;
use rstest::rstest;

use super::Fixture;
use super::listing::row;

fn shown(name: &str, value: &str) -> String {
    row(&Listing::of(&Fixture::new(&[(name, value)]).sources()).to_string(), name)[1].clone()
}

/// Passwords that nobody has escaped, each piece of which is `zq7`.
fn raw_password() -> impl Strategy<Value = String> {
    const ODD: &str = r"/ // ? # @ @h/ @h?dbname= @h:1/ : :1/ :1# :1? % %2 %40 & = + \ ' [ ,";
    let odd: Vec<&str> = ODD.split(' ').collect();
    let pieces = prop::collection::vec(prop::sample::select(odd), 1..6);
    (any::<bool>(), pieces).prop_map(|(begins_odd, pieces)| {
        let rest = pieces.join("zq7") + "zq7";
        if begins_odd { rest } else { "zq7".to_owned() + &rest }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_piece_of_a_password_is_shown_whatever_it_is_made_of(user in "(ada|a[/?@#]a)?", password in raw_password()) {
        let url = |scheme: &str| format!("{scheme}://{user}:{password}@host.example/ore");
        let listing = Listing::of(&Fixture::new(&[
            ("DATABASE_URL", &url("postgresql")),
            ("REDIS_URL", &url("redis")),
            ("SMTP_URL", &url("smtps")),
            ("PUBLIC_URL", &url("https")),
        ]).sources()).to_string();
        prop_assert!(!listing.contains("zq7"), "{listing}");
        let url = (url("postgresql") + "?sslmode=require").parse::<DatabaseUrl>();
        let told = url.as_ref().err().map(ToString::to_string).unwrap_or_default();
        prop_assert!(!format!("{url:?} {told}").contains("zq7"), "{url:?} {told}");
    }
}

#[rstest]
#[case::key("SECRET_KEY", "hunter2", "********")]
#[case::redis("REDIS_URL", "redis://ore:hunter2@redis:6379/0", "redis://ore:********@redis:6379/0")]
#[case::redis_query("REDIS_URL", "redis://redis?password=hunter2", "redis://redis?********")]
#[case::broken_redis("REDIS_URL", "redis hunter2", "********")]
#[case::smtp("SMTP_URL", "smtps://ore:hunter2@mail.example", "smtps://ore:********@mail.example")]
#[case::broken_smtp("SMTP_URL", "smtp://ore:12/hunter2@mail.example", "********")]
#[case::migrations("DATABASE_MIGRATION_URL", "postgresql://ore:hunter2@db/ore", "postgresql://ore:***@db/ore")]
#[case::broken_database("DATABASE_URL", "postgres//hunter2", "********")]
#[case::public_url("PUBLIC_URL", "https://a:hunter2@example.com/", "https://a:********@example.com/")]
fn the_listing_masks_secrets(#[case] name: &str, #[case] text: &str, #[case] expected: &str) {
    assert_eq!(shown(name, text), expected);
}

#[test]
fn the_password_in_a_database_url_is_not_shown() {
    let shown = shown("DATABASE_URL", "postgresql://ore:hunter2@db/ore?sslmode=disable&sslpassword=hunter2");
    assert!(shown.starts_with("postgresql://ore:") && shown.contains("@db/ore"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_value_stays_on_its_line() {
    assert_eq!(shown("APP_NAME", "a\nb 名\tc"), r"a\nb 名\tc");
}
