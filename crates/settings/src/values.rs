//! The values of all settings as text, and the reading of one after the other, during which faults and warnings gather.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use super::catalogue::{self, CATALOGUE};
use super::environment::Environment;
use super::fault::{Fault, Rejected};
use super::raw_value::{Layer, Origin, RawValue};
use super::sources::Sources;
use super::spec::{DefaultContext, SettingSpec};
use super::value_type::ValueType;
use super::{leftovers, masking, parse};

/// The longest piece of a value that a fault line shows.
const SHOWN_CHARACTERS: usize = 80;

pub(super) struct Values {
    found: BTreeMap<&'static str, State>,
    default_context: DefaultContext,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<String>,
    pub(super) sends_traces: bool,
}

/// The value of the winning source for a setting.
enum State {
    Usable {
        text: String,
        origin: Origin,
    },
    /// There but not readable; the fault is recorded.
    Unusable,
}

/// A value could not be read; its fault is in [`Values::faults`].
#[derive(Debug)]
pub(super) struct Invalid;

impl State {
    /// Takes a text as it is for a secret, and without surrounding white space for anything else.
    fn usable(spec: &SettingSpec, text: &str, origin: Origin) -> Self {
        let text = if spec.secret { text } else { text.trim() };
        Self::Usable { text: text.to_owned(), origin }
    }

    /// A warning about characters that were probably left in the text by accident.
    fn warning(&self, spec: &SettingSpec) -> Option<String> {
        let Self::Usable { text, origin } = self else { return None };
        let leftover = leftovers::find(text, origin)?;
        let variable = if let Origin::SecretFile { variable, .. } = origin { variable } else { &spec.variable() };
        Some(format!("{variable}: the value {leftover}"))
    }
}

impl Values {
    pub(super) fn gather(sources: &Sources) -> Self {
        let mut faults = Vec::new();
        let layers = sources.layers(&mut faults);
        let mut found = BTreeMap::new();
        let mut warnings = Vec::new();
        for spec in CATALOGUE {
            if let Some(state) = find(spec, sources, &layers, &mut faults) {
                warnings.extend(state.warning(spec));
                found.insert(spec.name, state);
            }
        }
        // Development until the setting itself has been read; its own default depends on nothing.
        let default_context = DefaultContext { environment: Environment::Development, cores: sources.cores() };
        let sends_traces = sources.ask_for_traces();
        let mut values = Self { found, default_context, faults, warnings, sends_traces };
        if let Ok(environment) = values.read(&catalogue::ENVIRONMENT, |text| text.parse().map_err(Rejected::whole)) {
            values.default_context.environment = environment;
        }
        values
    }

    pub(super) fn environment(&self) -> Environment {
        self.default_context.environment
    }

    /// Whether a source gives the setting a value. An empty one counts as none.
    pub(super) fn is_set(&self, spec: &SettingSpec) -> bool {
        match self.found.get(spec.name) {
            Some(State::Usable { text, .. }) => !text.is_empty(),
            Some(State::Unusable) => true,
            None => false,
        }
    }

    /// The value of the setting or its default, parsed. A refused text becomes a fault.
    pub(super) fn read<T>(
        &mut self,
        spec: &SettingSpec,
        parse: impl FnOnce(&str) -> Result<T, Rejected>,
    ) -> Result<T, Invalid> {
        let default;
        let (text, origin) = match self.found.get(spec.name) {
            Some(State::Usable { text, origin }) => (text.as_str(), origin),
            Some(State::Unusable) => return Err(Invalid),
            None => {
                default = spec.default.text(self.default_context).unwrap_or_default();
                (default.as_str(), &Origin::Default)
            }
        };
        match parse(text) {
            Ok(value) => Ok(value),
            Err(rejected) => {
                self.faults.push(fault(spec, text, origin, &rejected));
                Err(Invalid)
            }
        }
    }

    /// A whole number in the range of the setting; `what` is its name with an article.
    pub(super) fn read_number<T: TryFrom<u64>>(&mut self, spec: &SettingSpec, what: &str) -> Result<T, Invalid> {
        let number = self.read(spec, parse::number(what, spec.value_type.range()))?;
        T::try_from(number).map_err(|_| Invalid)
    }

    /// As [`Self::read_number`] for a number of things, at least one.
    pub(super) fn read_count<T: TryFrom<NonZeroU64>>(&mut self, spec: &SettingSpec, what: &str) -> Result<T, Invalid> {
        let count: NonZeroU64 = self.read_number(spec, what)?;
        T::try_from(count).map_err(|_| Invalid)
    }

    /// Seconds, also a fraction of one, from a tenth to the most that the setting takes.
    pub(super) fn read_seconds(&mut self, spec: &SettingSpec) -> Result<Duration, Invalid> {
        let ValueType::Seconds(most) = spec.value_type else { return Err(Invalid) };
        let seconds = parse::number("a number of seconds", 0.1..=f64::from(most));
        self.read(spec, |text| seconds(text).map(Duration::from_secs_f64))
    }

    /// As [`Self::read`] for a setting that may be left out: unset or empty is `None`.
    pub(super) fn read_optional<T>(
        &mut self,
        spec: &SettingSpec,
        parse: impl FnOnce(&str) -> Result<T, Rejected>,
    ) -> Result<Option<T>, Invalid> {
        self.read(spec, |text| if text.is_empty() { Ok(None) } else { parse(text).map(Some) })
    }

    /// Records that a value, right in itself, is refused.
    pub(super) fn refuse(&mut self, spec: &SettingSpec, problem: impl Into<String>) -> Invalid {
        let leftover = match self.found.get(spec.name) {
            Some(State::Usable { text, origin }) => leftover_in(text, origin),
            _ => String::new(),
        };
        self.faults.push(Fault::of(spec, problem.into() + &leftover));
        Invalid
    }

    /// Records that production does not take a value because it is unsafe.
    pub(super) fn refuse_as_unsafe(&mut self, spec: &SettingSpec, problem: impl Into<String>) -> Invalid {
        self.faults.push(Fault::of(spec, problem).refusal());
        Invalid
    }

    /// As [`Self::refuse_as_unsafe`] in production; elsewhere a warning.
    pub(super) fn check_safety(&mut self, spec: &SettingSpec, problem: impl fmt::Display) -> Result<(), Invalid> {
        if self.environment().is_production() {
            return Err(self.refuse_as_unsafe(spec, problem.to_string()));
        }
        self.warn(spec, format_args!("would be refused in production: {problem}"));
        Ok(())
    }

    /// As [`Self::refuse`], with an example that fits better than the catalogue's.
    pub(super) fn refuse_with_example(&mut self, spec: &SettingSpec, problem: &str, example: &str) -> Invalid {
        let assignment = format!("{}={example}", spec.variable());
        self.faults.push(Fault::of(spec, problem).with_example(assignment));
        Invalid
    }

    /// Records what an operator should know although the service starts.
    pub(super) fn warn(&mut self, spec: &SettingSpec, message: impl fmt::Display) {
        self.warnings.push(format!("{} {message}", spec.variable()));
    }

    /// Every setting, its value with secrets masked, and where it came from.
    pub(super) fn all_shown(&self) -> Vec<[String; 3]> {
        let row = |spec: &SettingSpec| {
            let (value, origin) = self.shown(spec);
            [spec.variable(), value, origin]
        };
        CATALOGUE.iter().map(row).collect()
    }

    /// The value that holds and where it came from, with secrets masked.
    fn shown(&self, spec: &SettingSpec) -> (String, String) {
        match self.found.get(spec.name) {
            Some(State::Usable { text, origin }) => (masking::masked(spec, text), origin.to_string()),
            Some(State::Unusable) => ("(unreadable)".to_owned(), "see below".to_owned()),
            None => {
                let text = spec.default.text(self.default_context).map(|text| masking::masked(spec, &text));
                let words = || format!("({})", spec.default.words().unwrap_or_default());
                (text.unwrap_or_else(words), Origin::Default.to_string())
            }
        }
    }
}

/// The value of the strongest source.
fn find(spec: &SettingSpec, sources: &Sources, layers: &[Layer], faults: &mut Vec<Fault>) -> Option<State> {
    for layer in layers.iter().filter(|layer| layer.values.contains_key(spec.name) && layer.file(spec).is_some()) {
        let problem = format!("both it and {}_FILE are set in {}; keep one", spec.variable(), layer.origin);
        faults.push(Fault::new(spec.variable(), problem));
    }
    match sources.flag(spec.name) {
        Some((flag, text)) => Some(State::usable(spec, text, Origin::Flag(flag))),
        None => layers.iter().find_map(|layer| find_in(layer, spec, sources, faults)),
    }
}

fn find_in(layer: &Layer, spec: &SettingSpec, sources: &Sources, faults: &mut Vec<Fault>) -> Option<State> {
    let (given, from_file) = match layer.values.get(spec.name) {
        Some(given) => (given, false),
        None => (layer.file(spec)?, true),
    };
    Some(match given {
        RawValue::Broken => State::Unusable,
        RawValue::Text(path) if from_file => read_secret(layer, spec, path, sources, faults),
        RawValue::Text(text) => State::usable(spec, text, layer.origin.clone()),
    })
}

fn read_secret(layer: &Layer, spec: &SettingSpec, path: &str, sources: &Sources, faults: &mut Vec<Fault>) -> State {
    let variable = format!("{}_FILE", spec.variable());
    let problem = match sources.read_file(path) {
        Ok(text) => {
            // Editors and `echo` end a file with one line break; anything further belongs to the secret.
            let secret = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
            if !secret.is_empty() {
                let origin = Origin::SecretFile { variable, named_in: Box::new(layer.origin.clone()) };
                return State::usable(spec, secret, origin);
            }
            format!("{path:?} is empty")
        }
        Err(problem) => problem,
    };
    faults.push(Fault::new(variable, problem));
    State::Unusable
}

fn fault(spec: &SettingSpec, text: &str, origin: &Origin, rejected: &Rejected) -> Fault {
    let value = match &rejected.part {
        _ if spec.secret => "the value".to_owned(),
        part => quoted(part.as_deref().unwrap_or(text)),
    };
    let problem = format!("{value} {}{}", rejected.reason, leftover_in(text, origin));
    match origin {
        Origin::Flag(flag) => Fault::new(*flag, problem).with_example(format!("{flag} {}", spec.example)),
        Origin::Default | Origin::Environment => Fault::of(spec, problem),
        elsewhere => Fault::of(spec, format!("{problem}, from {elsewhere}")),
    }
}

/// A hint at a leftover that may be the reason of a refusal.
fn leftover_in(text: &str, origin: &Origin) -> String {
    leftovers::find(text, origin).map(|leftover| format!("; the value {leftover}")).unwrap_or_default()
}

/// The text in quotes on one line, cut when it is long.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
