use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use ore_domain::AllowedOrigins;
use ore_settings::{Overrides, Settings, Sources};
use rstest::rstest;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::Fixture;

#[test]
fn the_environment_beats_the_env_file_which_beats_the_toml_file() {
    let fixture = Fixture::new(&[("APP_NAME", "environment"), ("CONFIG_FILE", "settings.toml")])
        .file(".env", "BACKEND_APP_NAME=env file\nBACKEND_ISSUER=env file\n")
        .file("settings.toml", "app_name = 'toml'\nissuer = 'toml'\naudience = 'toml'\n");
    let settings = fixture.settings();
    assert_eq!(settings.app.name, "environment");
    assert_eq!(settings.tokens.issuer, "env file");
    assert_eq!(settings.tokens.audience, "toml");
}

#[test]
fn a_flag_beats_the_environment() {
    let mut fixture = Fixture::new(&[("HOST", "192.0.2.1"), ("PORT", "8001"), ("WORKERS", "2")]);
    let flags = |text: &str| Some(text.to_owned());
    fixture.overrides = Overrides { host: flags("localhost"), port: flags("8002"), workers: flags("3") };
    let server = fixture.settings().server;
    assert_eq!((server.host.to_string(), server.port, server.workers.get()), ("127.0.0.1".to_owned(), 8002, 3));
}

#[test]
fn a_wrong_flag_is_a_fault_of_the_flag() {
    let mut fixture = Fixture::new(&[]);
    fixture.overrides.port = Some("abc".to_owned());
    assert_eq!(fixture.faults(), [r#"--port: "abc" is not a port (0 to 65535); for example --port 8000"#]);
}

#[test]
fn the_toml_file_has_its_own_numbers_booleans_and_lists() {
    let toml = "port = 8001\ndebug = false\nallowed_origins = ['http://a.example', 'http://b.example']\n";
    let settings = Fixture::new(&[]).file(".env", "BACKEND_CONFIG_FILE=s.toml").file("s.toml", toml).settings();
    assert_eq!(settings.server.port, 8001);
    assert!(!settings.app.debug);
    let origins = ["http://a.example", "http://b.example"].map(|origin| origin.parse().unwrap()).to_vec();
    assert_eq!(settings.server.allowed_origins, AllowedOrigins::Exactly(origins));
}

#[rstest]
#[case::unknown_name("prot = 1", "s.toml: prot: is not a setting; did you mean port")]
#[case::upper_case("PORT = 1", "s.toml: PORT: is not a setting; did you mean port")]
#[case::another_file("config_file = 'x'", "s.toml: config_file: a settings file cannot name another")]
#[case::table("[port]\nhttp = 1", "s.toml: port: is a table, and settings stand on their own")]
#[case::rounded("app_version = 1.10", "s.toml: app_version: write a number with a decimal point in quotes")]
#[case::mixed_list("trusted_proxies = [1]", "s.toml: trusted_proxies: every item of a list is text, in quotes")]
#[case::secret_number("secret_key = 12345", "s.toml: secret_key: a secret is text, in quotes")]
#[case::not_toml("secret_key = hunter2", "s.toml: is not TOML: TOML parse error at line 1, column 14")]
fn a_fault_of_the_toml_file_names_file_and_key(#[case] toml: &str, #[case] fault: &str) {
    let fixture = Fixture::new(&[("CONFIG_FILE", "s.toml")]).file("s.toml", toml);
    assert_eq!(fixture.faults(), [fault]);
}

#[test]
fn a_settings_file_that_is_not_there_is_a_fault() {
    let faults = Fixture::new(&[("CONFIG_FILE", "missing.toml")]).faults();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with(r#"BACKEND_CONFIG_FILE: cannot read "missing.toml": "#), "{}", faults[0]);
}

#[test]
fn a_fault_outside_the_environment_says_where_it_stands() {
    let faults = Fixture::new(&[]).file(".env", "BACKEND_PORT=abc").faults();
    assert_eq!(faults, [r#"BACKEND_PORT: "abc" is not a port (0 to 65535), from .env; for example BACKEND_PORT=8000"#]);
}

#[rstest]
#[case::environment(Fixture::new(&[("SECRET_KEY_FILE", "key")]))]
#[case::env_file(Fixture::new(&[]).file(".env", "BACKEND_SECRET_KEY_FILE=key"))]
#[case::toml_file(Fixture::new(&[("CONFIG_FILE", "s.toml")]).file("s.toml", "secret_key_file = 'key'"))]
#[case::beats_weaker_source(Fixture::new(&[("SECRET_KEY_FILE", "key")]).file(".env", "BACKEND_SECRET_KEY=other"))]
fn a_secret_is_read_from_its_file_without_the_last_line_break(#[case] fixture: Fixture) {
    let settings = fixture.file("key", " 0012345 \n").settings();
    assert_eq!(settings.tokens.secret_key.expose_secret(), " 0012345 ");
}

#[rstest]
#[case::environment(Fixture::new(&[("SECRET_KEY", " 0012345$HOME ")]))]
#[case::env_file(Fixture::new(&[]).file(".env", "BACKEND_SECRET_KEY=' 0012345$HOME '"))]
#[case::toml_file(Fixture::new(&[("CONFIG_FILE", "s.toml")]).file("s.toml", "secret_key = ' 0012345$HOME '"))]
fn a_secret_is_taken_as_it_stands(#[case] fixture: Fixture) {
    assert_eq!(fixture.settings().tokens.secret_key.expose_secret(), " 0012345$HOME ");
}

#[test]
fn a_value_that_is_no_secret_loses_white_space_around_it() {
    assert_eq!(Fixture::new(&[("PORT", " 8001\n")]).settings().server.port, 8001);
}

#[test]
fn a_secret_and_its_file_in_one_source_are_a_fault() {
    let fixture = Fixture::new(&[]).file(".env", "BACKEND_SECRET_KEY=a\nBACKEND_SECRET_KEY_FILE=key").file("key", "b");
    let fault = "BACKEND_SECRET_KEY: both it and BACKEND_SECRET_KEY_FILE are set in .env; keep one";
    assert_eq!(fixture.faults(), [fault]);
}

#[rstest]
#[case::missing("elsewhere", r#"BACKEND_SECRET_KEY_FILE: cannot read "elsewhere": "#)]
#[case::empty("empty", r#"BACKEND_SECRET_KEY_FILE: "empty" is empty"#)]
fn a_secret_file_without_a_secret_is_one_fault(#[case] path: &str, #[case] fault: &str) {
    let mut fixture = Fixture::production(&[("SECRET_KEY_FILE", path)]).file("empty", "\n");
    fixture.environment.retain(|(name, _)| name != "BACKEND_SECRET_KEY");
    let faults = fixture.faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with(fault), "{}", faults[0]);
}

#[rstest]
#[case::environment(Fixture::new(&[("DEBGU", "1")]), "")]
#[case::env_file(Fixture::new(&[]).file(".env", "# ours\nBACKEND_DEBGU=1"), ", .env line 2")]
fn a_misspelt_name_stops_the_start_and_the_nearest_is_told(#[case] fixture: Fixture, #[case] place: &str) {
    let example = "did you mean BACKEND_DEBUG; for example BACKEND_DEBUG=false";
    assert_eq!(fixture.faults(), [format!("BACKEND_DEBGU: is not a setting{place}; {example}")]);
}

#[rstest]
#[case::far_from_all("FLUX")]
#[case::file_of_no_secret("ALGORITHM_FILE")]
fn a_name_like_no_other_stops_the_start(#[case] name: &str) {
    let fault = format!("BACKEND_{name}: is not a setting; `workflow-server config` lists them all");
    assert_eq!(Fixture::new(&[(name, "1")]).faults(), [fault]);
}

#[test]
fn a_name_in_lower_case_is_not_passed_over() {
    let mut fixture = Fixture::new(&[]);
    fixture.environment.push(("backend_debug".to_owned(), "false".to_owned()));
    assert_eq!(
        fixture.faults(),
        ["backend_debug: is not a setting; did you mean BACKEND_DEBUG; for example BACKEND_DEBUG=false"]
    );
}

#[test]
fn what_kubernetes_injects_for_a_service_called_backend_is_ignored() {
    let fixture = Fixture::new(&[
        ("SERVICE_HOST", "10.0.0.1"),
        ("SERVICE_PORT_HTTP", "8000"),
        ("PORT", "tcp://10.0.0.1:8000"),
        ("PORT_8000_TCP_ADDR", "10.0.0.1"),
    ]);
    assert_eq!(fixture.settings().server.port, 8000);
}

/// As the kubelet writes them for a service called `backend-postgresql` (`makeLinkVariables` and `makeEnvVariableName`).
const NEIGHBOUR: [(&str, &str); 8] = [
    ("SERVICE_HOST", "10.0.0.7"),
    ("SERVICE_PORT", "5432"),
    ("SERVICE_PORT_TCP_POSTGRESQL", "5432"),
    ("PORT", "tcp://10.0.0.7:5432"),
    ("PORT_5432_TCP", "tcp://10.0.0.7:5432"),
    ("PORT_5432_TCP_PROTO", "tcp"),
    ("PORT_5432_TCP_PORT", "5432"),
    ("PORT_5432_TCP_ADDR", "10.0.0.7"),
];

#[rstest]
fn what_kubernetes_injects_for_neighbours_is_ignored(
    #[values("POSTGRESQL", "REDIS_MASTER", "SERVICE_PORT", "METRICS", "PORT_2")] service: &str,
    #[values("tcp://10.0.0.7:5432", "tcp://[fd00::7]:5432", "udp://10.0.0.7:5432")] url: &str,
) {
    let (protocol, rest) = url.split_once("://").unwrap();
    let address = rest.rsplit_once(':').unwrap().0.trim_matches(['[', ']']);
    let replace = |text: &str| {
        let text = text.replace("tcp://10.0.0.7:5432", url).replace("10.0.0.7", address);
        text.replace("tcp", protocol).replace("_TCP", &format!("_{}", protocol.to_uppercase()))
    };
    let variables = NEIGHBOUR.map(|(name, value)| (replace(&format!("{service}_{name}")), replace(value)));
    let variables: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(Fixture::new(&variables).faults(), Vec::<String>::new());
}

#[rstest]
#[case::port_of_ours("SERVER_PORT", "8000")]
#[case::host_of_ours("MY_SERVICE_HOST", "db.example.org")]
#[case::no_port("POSTGRESQL_SERVICE_PORT", "five")]
#[case::port_beyond_all("POSTGRESQL_SERVICE_PORT", "65536")]
#[case::no_port_of_a_service("POSTGRESQL_SERVICE_PORTS", "5432")]
#[case::other_url("POSTGRESQL_PORT", "http://10.0.0.7:5432")]
#[case::url_with_a_name("POSTGRESQL_PORT", "tcp://db:5432")]
#[case::other_protocol("POSTGRESQL_PORT_5432_HTTP", "tcp://10.0.0.7:5432")]
#[case::other_port("POSTGRESQL_PORT_5432_TCP_PORT", "5433")]
#[case::other_proto("POSTGRESQL_PORT_5432_TCP_PROTO", "udp")]
#[case::no_address("POSTGRESQL_PORT_5432_TCP_ADDR", "db")]
#[case::something_else("POSTGRESQL_PORT_5432_TCP_NAME", "5432")]
#[case::letter_after_the_port("POSTGRESQL_PORTS_5432_TCP", "tcp://10.0.0.7:5432")]
#[case::no_service("DATABASE_POOL", "tcp://10.0.0.7:5432")]
fn what_kubernetes_would_not_write_stops_the_start(#[case] name: &str, #[case] value: &str) {
    let faults = Fixture::new(&[(name, value)]).faults();
    let start = format!("BACKEND_{name}: is not a setting");
    assert!(faults.len() == 1 && faults[0].starts_with(&start), "{faults:?}");
}

const QUOTED: &str = "is in quotes, which count as part of it";
const MORE_LINES: &str = "has more than one line, all of which count as part of it";
const BYTE_ORDER_MARK: &str = "begins with a byte order mark, which counts as part of it";
const SPACE_AROUND: &str = "has white space or a line break around it, which counts as part of it";

#[rstest]
#[case::double_quotes(Fixture::new(&[("ISSUER", "\"ore\"")]), "BACKEND_ISSUER", QUOTED)]
#[case::single_quotes(Fixture::new(&[("LEGACY_SECRET_KEY", "'hunter2'")]), "BACKEND_LEGACY_SECRET_KEY", QUOTED)]
#[case::carriage_return(Fixture::new(&[("LEGACY_SECRET_KEY", "hunter2\r")]), "BACKEND_LEGACY_SECRET_KEY", SPACE_AROUND)]
#[case::byte_order_mark(Fixture::new(&[("ISSUER", "\u{feff}ore")]), "BACKEND_ISSUER", BYTE_ORDER_MARK)]
#[case::mark_in_a_file(in_file("\u{feff}hunter2\n"), "BACKEND_LEGACY_SECRET_KEY_FILE", BYTE_ORDER_MARK)]
#[case::second_line(in_file("hunter2\nhunter3\n"), "BACKEND_LEGACY_SECRET_KEY_FILE", MORE_LINES)]
#[case::second_line_of_windows(in_file("hunter2\r\nhunter3\r\n"), "BACKEND_LEGACY_SECRET_KEY_FILE", MORE_LINES)]
#[case::empty_second_line(in_file("hunter2\n\n"), "BACKEND_LEGACY_SECRET_KEY_FILE", SPACE_AROUND)]
#[case::space_at_the_end(in_file("hunter2 \n"), "BACKEND_LEGACY_SECRET_KEY_FILE", SPACE_AROUND)]
#[case::quotes_in_a_file(in_file("\"hunter2\"\n"), "BACKEND_LEGACY_SECRET_KEY_FILE", QUOTED)]
fn what_tools_leave_in_a_value_is_a_warning_in_one_line(
    #[case] mut fixture: Fixture,
    #[case] variable: &str,
    #[case] leftover: &str,
) {
    fixture.environment.push(("BACKEND_SECRET_KEY".to_owned(), super::GOOD_KEY.to_owned()));
    let warnings = fixture.settings().warnings;
    let start = format!("{variable}: the value {leftover}");
    assert!(warnings.len() == 1 && warnings[0].starts_with(&start), "{warnings:?}");
    assert!(!warnings[0].contains("hunter") && !warnings[0].contains('\n'), "{warnings:?}");
}

fn in_file(text: &str) -> Fixture {
    Fixture::new(&[("LEGACY_SECRET_KEY_FILE", "key")]).file("key", text)
}

#[rstest]
#[case::line_break_of_windows(in_file("hunter2\r\n"))]
#[case::quotes_within(in_file("\"hunter\"2\n"))]
#[case::one_quote(Fixture::new(&[("LEGACY_SECRET_KEY", "\"")]))]
#[case::list(Fixture::new(&[("ALLOWED_ORIGINS", r#"["https://a.example"]"#)]))]
#[case::trimmed(Fixture::new(&[("ISSUER", " ore\r\n")]))]
#[case::quotes_of_the_env_file(Fixture::new(&[]).file(".env", "BACKEND_ISSUER=\"ore\"\r\nBACKEND_AUDIENCE='ore'\r\n"))]
#[case::quotes_that_the_env_file_is_told_to_keep(Fixture::new(&[]).file(".env", "BACKEND_ISSUER='\"ore\"'"))]
fn what_is_in_order_is_no_warning(#[case] mut fixture: Fixture) {
    fixture.environment.push(("BACKEND_SECRET_KEY".to_owned(), super::GOOD_KEY.to_owned()));
    assert_eq!(fixture.settings().warnings, Vec::<String>::new());
}

#[rstest]
#[case("PORT", "\"8000\"")]
#[case("DEBUG", "'false'")]
#[case("ALLOWED_ORIGINS", r#""https://a.example""#)]
#[case("DATABASE_POOL_SIZE", r#""8""#)]
#[case("REDIS_URL", r#""redis://localhost""#)]
#[case("DATABASE_URL", r#""sqlite:///./app.db""#)]
fn a_value_that_its_quotes_make_unreadable_is_a_fault_that_tells_of_them(#[case] name: &str, #[case] value: &str) {
    let faults = Fixture::new(&[(name, value)]).faults();
    assert!(faults.len() == 1 && faults[0].contains(QUOTED), "{faults:?}");
}

#[test]
fn a_secret_file_that_is_not_utf_8_is_a_fault() {
    let fixture = Fixture::new(&[("SECRET_KEY_FILE", "key")]);
    std::fs::write(fixture.directory.path().join("key"), b"\xff\xfeh\0u\0").unwrap();
    assert_eq!(fixture.faults(), [r#"BACKEND_SECRET_KEY_FILE: "key" is not UTF-8 text"#]);
}

#[test]
fn a_value_that_is_not_utf_8_is_a_fault() {
    let value = OsString::from_vec(vec![b'a', 0xff]);
    let directory = TempDir::new().unwrap();
    let environment = [(OsString::from("BACKEND_APP_NAME"), value)];
    let sources = Sources::new(environment, directory.path(), Overrides::default());
    let faults = Settings::load(&sources).unwrap_err();
    assert_eq!(faults.to_string(), "BACKEND_APP_NAME: the value is not UTF-8");
}

#[test]
fn variables_of_other_programs_are_ignored() {
    let mut fixture = Fixture::new(&[]);
    for name in ["PATH", "BACK", "后端_X"] {
        fixture.environment.push((name.to_owned(), "1".to_owned()));
    }
    assert_eq!(fixture.faults(), Vec::<String>::new());
}
