//! The `.env` file.

use rstest::rstest;
use secrecy::ExposeSecret;

use super::Fixture;

#[rstest]
#[case::spaces("BACKEND_LEGACY_SECRET_KEY=MyApp API", "MyApp API")]
#[case::json(r#"BACKEND_LEGACY_SECRET_KEY=["http://a", "http://b"]"#, r#"["http://a", "http://b"]"#)]
#[case::dollar("BACKEND_LEGACY_SECRET_KEY=a$HOME${PATH}$", "a$HOME${PATH}$")]
#[case::leading_zeros("BACKEND_LEGACY_SECRET_KEY=0012345", "0012345")]
#[case::backslash_and_quotes(r#"BACKEND_LEGACY_SECRET_KEY=a\n'b"c\"#, r#"a\n'b"c\"#)]
#[case::number_sign_inside("BACKEND_LEGACY_SECRET_KEY=a#b", "a#b")]
#[case::comment("BACKEND_LEGACY_SECRET_KEY=8000  # the port", "8000")]
#[case::export("export BACKEND_LEGACY_SECRET_KEY = 8000", "8000")]
#[case::single_quotes("BACKEND_LEGACY_SECRET_KEY=' a # $b ' # why", " a # $b ")]
#[case::double_quotes(r#"BACKEND_LEGACY_SECRET_KEY=" a # $HOME \"b\" \\$c ""#, r#" a # $HOME "b" \$c "#)]
fn a_value_is_taken_as_it_stands(#[case] line: &str, #[case] value: &str) {
    let settings = Fixture::new(&[]).file(".env", line).settings();
    assert_eq!(settings.tokens.legacy_secret_key.expose_secret(), value);
}

#[rstest]
#[case::only_a_comment("BACKEND_APP_DESCRIPTION= # none")]
#[case::empty("BACKEND_APP_DESCRIPTION=")]
fn nothing_is_an_empty_value(#[case] line: &str) {
    assert_eq!(Fixture::new(&[]).file(".env", line).settings().app.description, "");
}

#[rstest]
#[case::no_equals_sign("BACKEND_SECRET_KEY hunter2")]
#[case::open_quote("BACKEND_SECRET_KEY='hunter2")]
#[case::text_behind_the_quote(r#"BACKEND_SECRET_KEY="hunter2" and more"#)]
fn a_malformed_line_is_a_fault_that_tells_its_number_and_not_its_text(#[case] line: &str) {
    let faults = Fixture::new(&[]).file(".env", &format!("# ours\n{line}\n")).faults();
    assert!(faults.len() == 1 && faults[0].starts_with(".env line 2: "), "{faults:?}");
    assert!(!faults[0].contains("hunter2"), "{faults:?}");
}

#[test]
fn lines_of_other_programs_are_left_alone() {
    let text = "POSTGRES_PASSWORD=x\nKEY=\"-----BEGIN\nabc\n-----END\"\n???\n";
    assert_eq!(Fixture::new(&[]).file(".env", text).faults(), Vec::<String>::new());
}
