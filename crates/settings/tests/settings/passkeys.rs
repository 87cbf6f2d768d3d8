//! Which site passkeys are for.

use rstest::rstest;

use crate::Fixture;

#[test]
fn passkeys_are_for_the_host_of_the_public_url() {
    let fixture = Fixture::production(&[
        ("PUBLIC_URL", "https://api.example.com/base"),
        ("PASSKEY_ORIGINS", "https://www.example.com,http://localhost:3000"),
    ]);
    let passkeys = fixture.settings().passkeys.unwrap();
    let others: Vec<_> = passkeys.other_origins.iter().map(url::Url::as_str).collect();
    assert_eq!(
        (passkeys.relying_party_id.as_str(), passkeys.origin.as_str()),
        ("api.example.com", "https://api.example.com/")
    );
    assert_eq!((others, passkeys.takes_any_port), (vec!["https://www.example.com/", "http://localhost:3000/"], false));
}

#[test]
fn without_a_public_url_they_are_for_this_machine_and_in_production_for_nothing() {
    let passkeys = Fixture::new(&[]).settings().passkeys.unwrap();
    assert_eq!((passkeys.relying_party_id.as_str(), passkeys.takes_any_port), ("localhost", true));
    assert_eq!(Fixture::production(&[]).settings().passkeys, None);
    assert_eq!(Fixture::new(&[("PUBLIC_URL", "http://192.0.2.7")]).settings().passkeys, None);
}

#[rstest]
#[case::not_https("http://www.example.com", "is not https")]
#[case::path("https://www.example.com/app", "is not what a browser sends")]
#[case::any("*", "stands alone or not at all")]
#[case::no_host("https://www.example.com", "needs BACKEND_PUBLIC_URL")]
fn what_is_no_page_with_passkeys_is_refused(#[case] origins: &str, #[case] problem: &str) {
    let faults = Fixture::production(&[("PASSKEY_ORIGINS", origins)]).faults();
    assert!(
        faults.iter().any(|fault| fault.contains("BACKEND_PASSKEY_ORIGINS") && fault.contains(problem)),
        "{faults:?}"
    );
}
