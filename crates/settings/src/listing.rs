//! What `workflow-server config` prints.

use std::fmt;

use super::declaration::{DefaultValue, Environment, SettingSpec};
use super::fault::SettingsFaults;
use super::load::{self, CATALOGUE};
use super::sources::Sources;

/// Every setting with its value, secrets masked, and where it came from; then the faults, if there are any.
#[derive(Debug, Clone)]
pub struct Listing {
    rows: Vec<[String; 3]>,
    checked: Result<(), SettingsFaults>,
}

impl Listing {
    /// Reads the sources. Faults do not stop it: they are listed behind the settings.
    pub fn of(sources: &Sources) -> Self {
        let (rows, settings) = load::read(sources);
        Self { rows, checked: settings.map(drop) }
    }

    /// Tells whether [`Settings::load`](super::Settings::load) would take the same sources.
    ///
    /// # Errors
    /// The faults it would return.
    pub fn check(&self) -> Result<(), SettingsFaults> {
        self.checked.clone()
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let (names, values) = (width(0), width(1));
        for [name, value, origin] in &self.rows {
            writeln!(formatter, "{name:names$}  {value:values$}  {origin}")?;
        }
        self.checked.as_ref().err().map_or(Ok(()), |faults| writeln!(formatter, "\n{faults}"))
    }
}

/// The whole of `.env.example`: every setting, commented out, with its default and what it is for. The same on every
/// machine, so that a check can compare the file with it.
pub fn env_example() -> String {
    let head = "# Settings of workflow-server, each with its default. Copy this file to .env and remove the # of what\n\
        # you change. The environment beats .env, .env beats the TOML file of BACKEND_CONFIG_FILE; BACKEND_<NAME>_FILE\n\
        # names a file that holds a secret. `workflow-server config` shows what holds.\n";
    CATALOGUE.chunk_by(|one, next| one.group == next.group).fold(head.to_owned(), |text, group| {
        let heading = format!("{text}\n# == {} ==\n", group[0].group);
        group.iter().map(entry).fold(heading, |text, entry| text + "\n" + &entry)
    })
}

fn entry(spec: &SettingSpec) -> String {
    let default = spec.default.words().map(|words| format!("# Default: {words}.\n")).unwrap_or_default();
    let value = match spec.default {
        DefaultValue::Text(text)
        | DefaultValue::In(Environment::Development, text, _)
        | DefaultValue::In(_, _, Some(text)) => text,
        _ => spec.example,
    };
    format!("# {}\n{default}# {}\n", spec.description, spec.assignment(value))
}
