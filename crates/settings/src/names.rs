//! Which names are settings, and which setting a misspelt name was meant to be.

use super::catalogue::CATALOGUE;
use super::fault::Fault;
use super::spec::{PREFIX, SettingSpec};

/// Whether the variable looks like one of ours. Case does not matter, so `backend_debug` is found too.
pub(super) fn is_ours(variable: &str) -> bool {
    variable.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// The name without prefix of a variable, when it is a setting or the `_FILE` of a secret.
///
/// # Errors
/// The nearest known setting.
pub(super) fn known(variable: &str) -> Result<&str, Unknown> {
    match variable.strip_prefix(PREFIX) {
        Some(name) if is_known(name) => Ok(name),
        _ => Err(Unknown::nearest_to(&variable.get(PREFIX.len()..).unwrap_or(variable).to_ascii_uppercase())),
    }
}

/// The upper-case name of a key of the TOML file.
///
/// # Errors
/// As [`known`].
pub(super) fn known_key(key: &str) -> Result<String, Unknown> {
    let name = key.to_ascii_uppercase();
    if is_known(&name) && key == name.to_ascii_lowercase() { Ok(name) } else { Err(Unknown::nearest_to(&name)) }
}

pub(super) fn is_known(name: &str) -> bool {
    CATALOGUE.iter().any(|spec| name == spec.name || (spec.secret && name.strip_suffix("_FILE") == Some(spec.name)))
}

/// A name that is no setting, and the setting that may have been meant: at most a third of its letters away.
pub(super) struct Unknown {
    meant: Option<&'static SettingSpec>,
}

impl Unknown {
    fn nearest_to(name: &str) -> Self {
        let distances = CATALOGUE.iter().map(|spec| (strsim::damerau_levenshtein(name, spec.name), spec));
        let near = distances.filter(|(distance, spec)| distance * 3 <= spec.name.len());
        Self { meant: near.min_by_key(|(distance, _)| *distance).map(|(_, spec)| spec) }
    }

    /// The fault of a variable; `place` says where it stands, when that is not the environment.
    pub(super) fn fault(&self, variable: impl Into<String>, place: &str) -> Fault {
        match self.meant {
            Some(spec) => Fault::new(variable, format!("is not a setting{place}; did you mean {}", spec.variable()))
                .with_example(format!("{}={}", spec.variable(), spec.example)),
            None => Fault::new(variable, format!("is not a setting{place}; `workflow-server config` lists them all")),
        }
    }

    /// The fault of a key of the TOML file.
    pub(super) fn key_fault(&self, subject: String) -> Fault {
        match self.meant {
            Some(spec) => {
                Fault::new(subject, format!("is not a setting; did you mean {}", spec.name.to_ascii_lowercase()))
            }
            None => self.fault(subject, ""),
        }
    }
}
