use std::time::Duration;

use rstest::rstest;
use secrecy::ExposeSecret;

use super::Fixture;

const URL: &str = "https://api.partner.example/v1";

#[test]
fn there_is_an_external_service_only_where_it_has_a_url() {
    assert!(Fixture::production(&[]).settings().external_api.is_none());
    let environment =
        [("EXTERNAL_API_URL", URL), ("EXTERNAL_API_KEY", "hunter2"), ("EXTERNAL_API_TIMEOUT_SECONDS", "2.5")];
    let settings = Fixture::production(&environment).settings().external_api.unwrap();
    assert_eq!((settings.url.as_str(), settings.timeout), (URL, Duration::from_millis(2500)));
    assert_eq!(settings.key.as_ref().unwrap().expose_secret(), "hunter2");
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn its_key_can_lie_in_a_file() {
    let fixture =
        Fixture::production(&[("EXTERNAL_API_URL", URL), ("EXTERNAL_API_KEY_FILE", "key")]).file("key", "hunter2\n");
    assert_eq!(fixture.settings().external_api.unwrap().key.unwrap().expose_secret(), "hunter2");
}

#[rstest]
#[case::in_the_clear("http://api.partner.example", 1)]
#[case::neighbour("http://10.0.0.1", 1)]
#[case::name_like_loopback("http://localhost.partner.example", 1)]
#[case::localhost("http://localhost:9000", 0)]
#[case::loopback("http://127.0.0.1:9000", 0)]
#[case::loopback_v6("http://[::1]:9000", 0)]
#[case::https(URL, 0)]
#[case::credentials("https://ore:hunter2@api.partner.example", 1)]
fn production_calls_other_machines_over_https_alone(#[case] url: &str, #[case] expected: usize) {
    let faults = Fixture::production(&[("EXTERNAL_API_URL", url)]).faults();
    assert_eq!(faults.len(), expected, "{faults:?}");
    assert!(faults.iter().all(|fault| fault.starts_with("BACKEND_EXTERNAL_API_URL: ") && !fault.contains("hunter2")));
}

#[rstest]
#[case::in_the_clear(&[("EXTERNAL_API_URL", "http://10.0.0.1")], "BACKEND_EXTERNAL_API_URL would be refused")]
#[case::key_for_nobody(&[("EXTERNAL_API_KEY", "hunter2")], "BACKEND_EXTERNAL_API_KEY is for nobody")]
fn what_is_refused_in_production_or_useless_is_a_warning(#[case] environment: &[(&str, &str)], #[case] warning: &str) {
    let staging = [environment, &[("ENVIRONMENT", "staging")]].concat();
    let warnings = Fixture::production(&staging).settings().warnings;
    assert!(warnings.len() == 1 && warnings[0].starts_with(warning), "{warnings:?}");
}

#[rstest]
#[case("hunter2 hunter2")]
#[case("hunter2\nhunter2")]
#[case("hünter2")]
fn a_key_that_no_header_can_hold_is_a_fault_that_does_not_show_it(#[case] key: &str) {
    let faults = Fixture::production(&[("EXTERNAL_API_URL", URL), ("EXTERNAL_API_KEY", key)]).faults();
    assert!(faults.len() == 1 && faults[0].starts_with("BACKEND_EXTERNAL_API_KEY: the value holds"), "{faults:?}");
    assert!(!faults[0].contains("nter2"), "{faults:?}");
}
