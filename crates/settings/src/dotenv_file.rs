//! The `.env` file, as it was written for the Python service: a bare value goes to the end of its line. Beyond that, no
//! value is expanded: `$` stands for itself.

use std::collections::BTreeMap;

use super::fault::Fault;
use super::names::{self, Names};

/// Our settings in the text of a `.env` file; other lines are left to other programs. A later line beats an earlier
/// one, as in python-dotenv.
pub(super) fn read(text: &str, names: Names, faults: &mut Vec<Fault>) -> BTreeMap<String, Option<String>> {
    let mut values = BTreeMap::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if !is_ours(line) {
            continue;
        }
        let Some((variable, value)) = assignment(line) else {
            // The line may contain a secret, so the message has only its number.
            faults.push(Fault::new(format!(".env line {}", index + 1), "is not of the form BACKEND_NAME=value"));
            continue;
        };
        match names.name_of(&variable) {
            Some(name) => drop(values.insert(name.to_owned(), Some(value))),
            None => faults.push(names.unknown(&variable, &format!(", .env line {}", index + 1))),
        }
    }
    values
}

fn is_ours(line: &str) -> bool {
    let line = line.trim_start();
    names::is_ours(
        line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(line).trim_start(),
    )
}

fn assignment(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    dotenvy::Iter::new(format!("{name}={}", literal(value.trim())).as_bytes()).next()?.ok()
}

/// Writes a value so that dotenvy takes it as it stands: left bare, it would expand `$` from the process environment,
/// drop the quotes of a JSON list, and stop at a space.
fn literal(value: &str) -> String {
    if value.starts_with('\'') {
        return value.to_owned();
    }
    if value.starts_with('"') {
        return without_expansion(value);
    }
    let escaped = without_comment(value).replace('\\', r"\\").replace('"', r#"\""#).replace('$', r"\$");
    format!("\"{escaped}\"")
}

fn without_comment(value: &str) -> &str {
    if value.starts_with('#') {
        return "";
    }
    let comment = value.find(" #").into_iter().chain(value.find("\t#")).min();
    value[..comment.unwrap_or(value.len())].trim_end()
}

fn without_expansion(quoted: &str) -> String {
    let mut literal = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => literal.extend(std::iter::once('\\').chain(characters.next())),
            '$' => literal.push_str(r"\$"),
            other => literal.push(other),
        }
    }
    literal
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::CATALOGUE;

    fn value_of(line: &str) -> Option<String> {
        assignment(line).map(|(_, value)| value)
    }

    #[rstest]
    #[case::spaces("BACKEND_APP_NAME=MyApp API", "MyApp API")]
    #[case::json(r#"BACKEND_ALLOWED_ORIGINS=["http://a", "http://b"]"#, r#"["http://a", "http://b"]"#)]
    #[case::dollar("BACKEND_SECRET_KEY=a$HOME${PATH}$", "a$HOME${PATH}$")]
    #[case::leading_zeros("BACKEND_SECRET_KEY=0012345", "0012345")]
    #[case::backslash_and_quotes(r#"BACKEND_SECRET_KEY=a\n'b"c\"#, r#"a\n'b"c\"#)]
    #[case::number_sign_inside("BACKEND_SECRET_KEY=a#b", "a#b")]
    #[case::comment("BACKEND_PORT=8000  # the port", "8000")]
    #[case::only_a_comment("BACKEND_PORT= # none", "")]
    #[case::empty("BACKEND_PORT=", "")]
    #[case::export("export BACKEND_PORT = 8000", "8000")]
    #[case::single_quotes("BACKEND_SECRET_KEY=' a # $b ' # why", " a # $b ")]
    #[case::double_quotes(r#"BACKEND_SECRET_KEY=" a # $HOME \"b\" \\$c ""#, r#" a # $HOME "b" \$c "#)]
    fn a_value_is_taken_as_it_stands(#[case] line: &str, #[case] value: &str) {
        assert_eq!(value_of(line).as_deref(), Some(value));
    }

    #[rstest]
    #[case::no_equals_sign("BACKEND_SECRET_KEY hunter2")]
    #[case::open_quote("BACKEND_SECRET_KEY='hunter2")]
    #[case::text_behind_the_quote(r#"BACKEND_SECRET_KEY="hunter2" and more"#)]
    fn a_malformed_line_is_a_fault_that_tells_its_number_and_not_its_text(#[case] line: &str) {
        let mut faults = Vec::new();
        let values = read(&format!("# ours\n{line}\n"), Names(&CATALOGUE), &mut faults);
        assert!(values.is_empty());
        assert_eq!(faults.len(), 1);
        assert!(faults[0].to_string().starts_with(".env line 2: "));
        assert!(!faults[0].to_string().contains("hunter2"));
    }

    #[test]
    fn lines_of_other_programs_are_left_alone() {
        let mut faults = Vec::new();
        let text = "POSTGRES_PASSWORD=x\nKEY=\"-----BEGIN\nabc\n-----END\"\n???\n";
        let values = read(text, Names(&CATALOGUE), &mut faults);
        assert!(values.is_empty() && faults.is_empty());
    }
}
