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
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    names::is_ours(exported.unwrap_or(line).trim_start())
}

fn assignment(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    dotenvy::Iter::new(format!("{name}={}", literal(value.trim())).as_bytes()).next()?.ok()
}

/// Writes a value so that dotenvy takes it as it stands: left bare, it would expand `$` from the process environment,
/// drop the quotes of a JSON list, and stop at a space.
fn literal(value: &str) -> String {
    match value.chars().next() {
        Some('\'') => value.to_owned(),
        Some('"') => without_expansion(value),
        _ => {
            let escaped = without_comment(value).replace('\\', r"\\").replace('"', r#"\""#).replace('$', r"\$");
            format!("\"{escaped}\"")
        }
    }
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
