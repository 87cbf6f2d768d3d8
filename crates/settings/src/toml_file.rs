//! The TOML file that `BACKEND_CONFIG_FILE` names: one flat table of lower-case names.

use std::collections::BTreeMap;

use config::{File, FileFormat, Source, Value, ValueKind};

use super::fault::Fault;
use super::raw_value::RawValue;
use super::{catalogue, names};

/// The settings in the text of a TOML file. `path` stands in the faults.
pub(super) fn read(path: &str, text: &str, faults: &mut Vec<Fault>) -> BTreeMap<String, RawValue> {
    // `collect` gives the values as written; building a `Config` would read keys as paths.
    let table = match File::from_str(text, FileFormat::Toml).collect() {
        Ok(table) => table,
        Err(error) => {
            // The lines after the first quote the file, where a secret may stand.
            let position = error.to_string().lines().next().unwrap_or_default().to_owned();
            faults.push(Fault::new(path, format!("is not TOML: {position}")));
            return BTreeMap::new();
        }
    };
    let mut values = BTreeMap::new();
    // In the order of their names, so that faults come out alike at every start.
    for (key, value) in table.into_iter().collect::<BTreeMap<_, _>>() {
        let subject = format!("{path}: {key}");
        match names::known_key(&key) {
            Err(unknown) => faults.push(unknown.key_fault(subject)),
            Ok(name) if name == catalogue::CONFIG_FILE.name => {
                faults.push(Fault::new(subject, "a settings file cannot name another"));
            }
            Ok(name) => {
                let given = match text_of(value, is_secret(&name)) {
                    Ok(text) => RawValue::Text(text),
                    Err(problem) => {
                        faults.push(Fault::new(subject, problem));
                        RawValue::Broken
                    }
                };
                values.insert(name, given);
            }
        }
    }
    values
}

fn is_secret(name: &str) -> bool {
    catalogue::CATALOGUE.iter().any(|spec| spec.secret && spec.name == name)
}

/// The value as an environment variable would hold it.
fn text_of(value: Value, secret: bool) -> Result<String, &'static str> {
    match value.kind {
        ValueKind::String(text) => Ok(text),
        _ if secret => Err("a secret is text, in quotes"),
        ValueKind::Boolean(flag) => Ok(flag.to_string()),
        ValueKind::I64(number) => Ok(number.to_string()),
        ValueKind::Array(items) => list(items),
        // 1.10 would come back as 1.1.
        ValueKind::Float(_) => Err("write a number with a decimal point in quotes"),
        _ => Err("is a table, and settings stand on their own"),
    }
}

fn list(items: Vec<Value>) -> Result<String, &'static str> {
    let texts: Option<Vec<String>> = items
        .into_iter()
        .map(|item| match item.kind {
            ValueKind::String(text) => Some(text),
            _ => None,
        })
        .collect();
    Ok(serde_json::Value::from(texts.ok_or("every item of a list is text, in quotes")?).to_string())
}
