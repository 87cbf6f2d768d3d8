//! The values of all settings as text, and the reading of one after the other, during which faults and warnings gather.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroUsize;

use super::declaration::{Environment, SettingSpec};
use super::fault::Fault;
use super::form::{Field, Form, Rejected};
use super::masking;
use super::names::Names;
use super::sources::{Layer, Origin, Sources};

/// The longest piece of a value that a fault line shows.
const SHOWN_CHARACTERS: usize = 80;

pub(super) struct Values {
    names: Names,
    found: BTreeMap<&'static str, Found>,
    /// The one whose defaults stand in.
    pub(super) environment: Environment,
    cores: NonZeroUsize,
    /// The settings with a fault. A second one of the same setting would only be a consequence.
    faulty: BTreeSet<&'static str>,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<String>,
}

/// The value of the strongest source. `None` is there but cannot be read, and its fault is recorded.
struct Found {
    text: Option<String>,
    origin: Origin,
}

impl Values {
    pub(super) fn gather(sources: &Sources, names: Names) -> Self {
        let mut faults = Vec::new();
        let layers = sources.layers(names, &mut faults);
        let mut values = Self {
            names,
            found: BTreeMap::new(),
            // Until the setting itself has been read; its own default depends on nothing.
            environment: Environment::Development,
            cores: sources.cores,
            faulty: BTreeSet::new(),
            faults,
            warnings: Vec::new(),
        };
        for spec in names.0 {
            let Some(found) = find(spec, sources, &layers, &mut values.faults) else { continue };
            let variable = match &found.origin {
                Origin::SecretFile { variable, .. } => variable.clone(),
                _ => spec.variable(),
            };
            if found.text.is_none() {
                values.faulty.insert(spec.name);
            }
            let leftover = found.text.as_ref().and_then(|text| leftover(text, &found.origin));
            values.warnings.extend(leftover.map(|leftover| format!("{variable}: the value {leftover}")));
            values.found.insert(spec.name, found);
        }
        values
    }

    pub(super) fn is_production(&self) -> bool {
        self.environment.is_production()
    }

    /// Whether a source gives the setting a value. An empty one counts as none.
    pub(super) fn is_set(&self, spec: &SettingSpec) -> bool {
        self.found.get(spec.name).is_some_and(|found| found.text.as_deref() != Some(""))
    }

    pub(super) fn is_faulty(&self, spec: &SettingSpec) -> bool {
        self.faulty.contains(spec.name)
    }

    /// The value of the setting. If its text is refused, that becomes a fault, and the default stands in for it so that
    /// the other settings can be checked. `None` if not even the default can be read.
    pub(super) fn read<T, F: Field<T>>(&mut self, spec: &'static SettingSpec, form: &Form<T>) -> Option<F> {
        let parse = |text: &str| F::read(text, |text| form.read(text));
        if let Some(Found { text: Some(text), origin }) = self.found.get(spec.name) {
            match parse(text) {
                Ok(value) => return Some(value),
                Err(rejected) => self.add(spec, fault(spec, text, origin, rejected)),
            }
        }
        let default = spec.default.text(self.environment, self.cores).unwrap_or_default();
        parse(&default).map_err(|rejected| self.add(spec, fault(spec, &default, &Origin::Default, rejected))).ok()
    }

    /// Records that a value, right in itself, is refused.
    pub(super) fn refuse(&mut self, spec: &'static SettingSpec, problem: impl Into<String>) {
        let found = self.found.get(spec.name).and_then(|found| Some((found.text.as_ref()?, &found.origin)));
        let hint = found.map(|(text, origin)| leftover_in(text, origin)).unwrap_or_default();
        self.add(spec, Fault::of(spec, problem.into() + &hint));
    }

    /// As [`Self::refuse`], because of the values of other settings. If one of those has a fault, this is no other one.
    pub(super) fn refuse_beside(
        &mut self,
        others: &[&SettingSpec],
        spec: &'static SettingSpec,
        problem: impl Into<String>,
    ) {
        if !others.iter().any(|other| self.is_faulty(other)) {
            self.refuse(spec, problem);
        }
    }

    /// Records that production does not take a value because it is unsafe.
    pub(super) fn refuse_as_unsafe(&mut self, spec: &'static SettingSpec, problem: impl Into<String>) {
        self.add(spec, Fault { is_refusal: true, ..Fault::of(spec, problem) });
    }

    /// As [`Self::refuse_as_unsafe`] in production; elsewhere a warning.
    pub(super) fn check_safety(&mut self, spec: &'static SettingSpec, problem: impl fmt::Display) {
        if self.is_production() {
            self.refuse_as_unsafe(spec, problem.to_string());
        } else {
            self.warn(spec, format_args!("would be refused in production: {problem}"));
        }
    }

    /// Records a fault, unless the setting has one.
    pub(super) fn add(&mut self, spec: &'static SettingSpec, fault: Fault) {
        if self.faulty.insert(spec.name) {
            self.faults.push(fault);
        }
    }

    /// Records what an operator should know although the service starts.
    pub(super) fn warn(&mut self, spec: &SettingSpec, message: impl fmt::Display) {
        self.warnings.push(format!("{} {message}", spec.variable()));
    }

    /// Every setting, its value with secrets masked, and where it came from.
    pub(super) fn all_shown(&self) -> Vec<[String; 3]> {
        self.names.0.iter().map(|spec| self.shown(spec)).collect()
    }

    fn shown(&self, spec: &SettingSpec) -> [String; 3] {
        let masked = |text: &str| masking::masked(spec.value_type, text);
        let (value, origin) = match self.found.get(spec.name) {
            Some(Found { text: Some(text), origin }) => (masked(text), origin.to_string()),
            Some(Found { text: None, .. }) => ("(unreadable)".to_owned(), "see below".to_owned()),
            None => {
                let words = || format!("({})", spec.default.words().unwrap_or_default());
                let default = spec.default.text(self.environment, self.cores);
                (default.map_or_else(words, |text| masked(&text)), Origin::Default.to_string())
            }
        };
        [spec.variable(), value, origin]
    }
}

/// The value of the strongest source.
fn find(spec: &SettingSpec, sources: &Sources, layers: &[Layer], faults: &mut Vec<Fault>) -> Option<Found> {
    let mut found = None;
    let file_name = spec.is_secret().then(|| format!("{}_FILE", spec.name));
    for Layer { origin, values } in layers {
        let (text, file) = (values.get(spec.name), file_name.as_ref().and_then(|name| values.get(name)));
        if text.is_some() && file.is_some() {
            let problem = format!("both it and {}_FILE are set in {origin}; keep one", spec.variable());
            faults.push(Fault::new(spec.variable(), problem));
        }
        found = found.or_else(|| match (text, file) {
            (None, Some(Some(path))) => Some(read_secret(spec, path, origin, sources, faults)),
            (Some(text), _) | (None, Some(text)) => {
                // A secret is what it was where it was first used.
                let text = text.as_deref().map(|text| if spec.is_secret() { text } else { text.trim() }.to_owned());
                Some(Found { text, origin: origin.clone() })
            }
            (None, None) => None,
        });
    }
    found
}

fn read_secret(spec: &SettingSpec, path: &str, named_in: &Origin, sources: &Sources, faults: &mut Vec<Fault>) -> Found {
    let variable = format!("{}_FILE", spec.variable());
    // Editors and `echo` end a file with one line break; anything further belongs to the secret.
    let without_line_break = |text: String| {
        text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line)).to_owned()
    };
    let text = match sources.read_file(path).map(without_line_break) {
        Ok(secret) if secret.is_empty() => Err(format!("{path:?} is empty")),
        read => read,
    };
    let text = text.map_err(|problem| faults.push(Fault::new(&*variable, problem))).ok();
    Found { text, origin: Origin::SecretFile { variable, named_in: Box::new(named_in.clone()) } }
}

fn fault(spec: &SettingSpec, text: &str, origin: &Origin, rejected: Rejected) -> Fault {
    let value = match rejected.part {
        _ if rejected.is_sentence => String::new(),
        _ if spec.is_secret() => "the value ".to_owned(),
        part => quoted(&masking::public(part.as_deref().unwrap_or(text))) + " ",
    };
    let place = match origin {
        Origin::Default | Origin::Flag(_) | Origin::Environment => String::new(),
        elsewhere => format!(", from {elsewhere}"),
    };
    let problem = format!("{value}{}{}{place}", rejected.reason, leftover_in(text, origin));
    let example = rejected.example.unwrap_or(spec.example);
    match origin {
        Origin::Flag(flag) => Fault { example: Some(format!("{flag} {example}")), ..Fault::new(*flag, problem) },
        _ => Fault { example: Some(spec.assignment(example)), ..Fault::of(spec, problem) },
    }
}

/// A hint at a leftover that may be the reason of a refusal.
fn leftover_in(text: &str, origin: &Origin) -> String {
    leftover(text, origin).map(|leftover| format!("; the value {leftover}")).unwrap_or_default()
}

/// What tools and editors leave in a value although nobody meant it to be there, as the end of a sentence that begins
/// with the value. It belongs to the value all the same: a key is what it was where it was first used.
fn leftover(text: &str, origin: &Origin) -> Option<&'static str> {
    // Anyone who writes `.env` or TOML has quotes of its own, and anyone who types a flag sees it.
    let is_file = matches!(origin, Origin::SecretFile { .. });
    let is_raw = is_file || *origin == Origin::Environment;
    let is_between = |quote: char| text.strip_prefix(quote).is_some_and(|rest| rest.ends_with(quote));
    if text.starts_with('\u{feff}') {
        Some("begins with a byte order mark, which counts as part of it; save it without one")
    } else if is_file && text.trim_end_matches(['\r', '\n']).contains(['\r', '\n']) {
        Some("has more than one line, all of which count as part of it; keep one")
    } else if text.trim() != text {
        Some("has white space or a line break around it, which counts as part of it; remove that if it is not meant")
    } else if is_raw && (is_between('"') || is_between('\'')) {
        Some("is in quotes, which count as part of it (docker --env-file keeps them); write it without quotes")
    } else {
        None
    }
}

/// The text in quotes on one line, cut when it is long.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
