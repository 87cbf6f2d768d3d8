//! Which names are settings, and which setting a misspelt name was meant to be.

use super::declaration::{PREFIX, SettingSpec};
use super::fault::Fault;

const LISTED: &str = "`workflow-server config` lists them all";

/// The settings that there are.
#[derive(Clone, Copy)]
pub(super) struct Names(pub(super) &'static [SettingSpec]);

impl Names {
    /// The name without prefix of a variable, when it is a setting or the `_FILE` of a secret.
    pub(super) fn name_of(self, variable: &str) -> Option<&str> {
        variable.strip_prefix(PREFIX).filter(|name| self.is_known(name))
    }

    pub(super) fn is_known(self, name: &str) -> bool {
        self.0.iter().any(|spec| name == spec.name)
            || name.strip_suffix("_FILE").is_some_and(|name| self.is_secret(name))
    }

    pub(super) fn is_secret(self, name: &str) -> bool {
        self.0.iter().any(|spec| spec.is_secret() && name == spec.name)
    }

    /// The fault of a variable that is no setting; `place` says where it stands, when that is not the environment.
    pub(super) fn unknown(self, variable: &str, place: &str) -> Fault {
        let Some(spec) = self.nearest(variable.get(PREFIX.len()..).unwrap_or(variable)) else {
            return Fault::new(variable, format!("is not a setting{place}; {LISTED}"));
        };
        let problem = format!("is not a setting{place}; did you mean {}", spec.variable());
        Fault { subject: variable.to_owned(), ..Fault::of(spec, problem) }
    }

    /// The fault of a key of the TOML file that is no setting.
    pub(super) fn unknown_key(self, key: &str, subject: String) -> Fault {
        let nearest = self.nearest(key).map(|spec| format!("did you mean {}", spec.name.to_ascii_lowercase()));
        Fault::new(subject, format!("is not a setting; {}", nearest.as_deref().unwrap_or(LISTED)))
    }

    /// The setting that may have been meant: at most a third of its letters away.
    fn nearest(self, name: &str) -> Option<&'static SettingSpec> {
        let name = name.to_ascii_uppercase();
        let distances = self.0.iter().map(|spec| (strsim::damerau_levenshtein(&name, spec.name), spec));
        let near = distances.filter(|(distance, spec)| distance * 3 <= spec.name.len());
        near.min_by_key(|(distance, _)| *distance).map(|(_, spec)| spec)
    }
}

/// Whether the variable looks like one of ours. Case does not matter, so `backend_debug` is found too.
pub(super) fn is_ours(variable: &str) -> bool {
    variable.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}
