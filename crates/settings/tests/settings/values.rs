//! The values of the forms that several settings have.

use rstest::rstest;

use super::Fixture;

#[rstest]
fn every_word_of_pydantic_is_a_boolean_in_any_case(
    #[values("true", "1", "on", "yes", "y", "t")] truth: &str,
    #[values("false", "0", "off", "no", "n", "f")] untruth: &str,
) {
    let boolean = |text: &str| Fixture::new(&[("AUTO_MIGRATE", text)]).settings().database.auto_migrate;
    assert!(boolean(truth) && boolean(&truth.to_uppercase()));
    assert!(!boolean(untruth) && !boolean(&untruth.to_uppercase()));
}

#[rstest]
#[case("127.0.0.1:9090", "127.0.0.1:9090")]
#[case("localhost:9090", "127.0.0.1:9090")]
#[case("[::1]:9090", "[::1]:9090")]
fn an_address_with_a_port_is_read(#[case] text: &str, #[case] address: &str) {
    let settings = Fixture::new(&[("METRICS_BIND", text)]).settings();
    assert_eq!(settings.server.metrics_bind.unwrap().to_string(), address);
}

#[test]
fn a_bare_address_is_a_network_of_one() {
    let settings = Fixture::new(&[("TRUSTED_PROXIES", "192.0.2.7, 2001:db8::1")]).settings();
    let networks: Vec<_> = settings.server.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["192.0.2.7/32", "2001:db8::1/128"]);
}

#[rstest]
#[case("", &[])]
#[case("[]", &[])]
#[case("a, b", &["a", "b"])]
#[case(r#"[ "a" , "b" ]"#, &["a", "b"])]
fn a_list_is_json_or_separated_by_commas(#[case] text: &str, #[case] items: &[&str]) {
    assert_eq!(Fixture::new(&[("EXCHANGE_AUDIENCES", text)]).settings().tokens.exchange_audiences, items);
}

#[rstest]
#[case("Example.org", "example.org")]
#[case("b\u{fc}cher.example", "xn--bcher-kva.example")]
fn a_domain_is_read_as_addresses_have_it(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(Fixture::new(&[("REGISTRATION_DOMAINS", text)]).settings().accounts.domains, [expected]);
}

#[rstest]
#[case::nothing_is_no_boolean("AUTO_MIGRATE", "")]
#[case::number("AUTO_MIGRATE", "2")]
#[case::word("AUTO_MIGRATE", "maybe")]
#[case::port_alone("METRICS_BIND", "9090")]
#[case::address_alone("METRICS_BIND", "127.0.0.1")]
#[case::no_brackets("METRICS_BIND", "::1:9090")]
#[case::name("METRICS_BIND", "example.com:9090")]
#[case::port_beyond_all("METRICS_BIND", "127.0.0.1:99999")]
#[case::long_prefix("TRUSTED_PROXIES", "10.0.0.0/33")]
#[case::no_scheme("PUBLIC_URL", "example.com")]
#[case::another_scheme("PUBLIC_URL", "ftp://example.com")]
#[case::no_host("PUBLIC_URL", "https://")]
#[case::query("PUBLIC_URL", "https://example.com?a=b")]
#[case::empty_item("EXCHANGE_AUDIENCES", "a,")]
#[case::broken_json("EXCHANGE_AUDIENCES", r#"["a""#)]
#[case::list_of_numbers("EXCHANGE_AUDIENCES", "[1]")]
#[case::list_of_words("EXCHANGE_AUDIENCES", "[a]")]
#[case::no_dot("REGISTRATION_DOMAINS", "localhost")]
#[case::address_for_a_domain("REGISTRATION_DOMAINS", "192.0.2.1")]
#[case::mail_address("REGISTRATION_DOMAINS", "ada@example.org")]
#[case::names_match_whole("REGISTRATION_DOMAINS", "*.example.org")]
fn another_text_is_a_fault(#[case] name: &str, #[case] text: &str) {
    let faults = Fixture::new(&[(name, text)]).faults();
    assert!(faults.len() == 1 && faults[0].starts_with(&format!("BACKEND_{name}: ")), "{faults:?}");
}
