//! The TOML file that `BACKEND_CONFIG_FILE` names: one flat table of lower-case names.

use std::collections::BTreeMap;

use config::{File, FileFormat, Map, Source, Value, ValueKind};

use super::fault::Fault;
use super::names::Names;

/// The settings in the text of a TOML file. `path` stands in the faults.
pub(super) fn read(path: &str, text: &str, names: Names, faults: &mut Vec<Fault>) -> BTreeMap<String, Option<String>> {
    // `collect` gives the values as written; building a `Config` would read keys as paths.
    let table = File::from_str(text, FileFormat::Toml).collect().unwrap_or_else(|error| {
        // The lines after the first quote the file, where a secret may stand.
        let position = error.to_string().lines().next().unwrap_or_default().to_owned();
        faults.push(Fault::new(path, format!("is not TOML: {position}")));
        Map::new()
    });
    let mut values = BTreeMap::new();
    // In the order of their names, so that faults come out alike at every start.
    for (key, value) in table.into_iter().collect::<BTreeMap<_, _>>() {
        let (subject, name) = (format!("{path}: {key}"), key.to_ascii_uppercase());
        if !names.is_known(&name) || key != name.to_ascii_lowercase() {
            faults.push(names.unknown_key(&key, subject));
        } else if name == "CONFIG_FILE" {
            faults.push(Fault::new(subject, "a settings file cannot name another"));
        } else {
            let text =
                text_of(value, names.is_secret(&name)).map_err(|problem| faults.push(Fault::new(subject, problem)));
            values.insert(name, text.ok());
        }
    }
    values
}

/// The value as an environment variable would hold it.
fn text_of(value: Value, is_secret: bool) -> Result<String, &'static str> {
    match value.kind {
        ValueKind::String(text) => Ok(text),
        _ if is_secret => Err("a secret is text, in quotes"),
        ValueKind::Boolean(_) | ValueKind::I64(_) => Ok(value.to_string()),
        ValueKind::Array(items) => {
            let items = items.into_iter().map(|item| text_of(item, true)).collect::<Result<Vec<_>, _>>();
            Ok(serde_json::Value::from(items.map_err(|_| "every item of a list is text, in quotes")?).to_string())
        }
        // 1.10 would come back as 1.1.
        ValueKind::Float(_) => Err("write a number with a decimal point in quotes"),
        _ => Err("is a table, and settings stand on their own"),
    }
}
