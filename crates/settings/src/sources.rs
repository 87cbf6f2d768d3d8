//! Where settings come from, in the order in which one beats the next.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::fault::Fault;
use super::raw_value::{Layer, Origin, RawValue};
use super::{catalogue, dotenv_file, kubernetes, names, toml_file};

/// Values from the command line, as typed. They beat every other source.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--host`
    pub host: Option<String>,
    /// `--port`
    pub port: Option<String>,
    /// `--workers`
    pub workers: Option<String>,
}

/// Everything settings are read from.
#[derive(Clone)]
pub struct Sources {
    overrides: Overrides,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
    cores: NonZeroUsize,
}

impl Sources {
    /// The sources of this process: its environment, its working directory, its cores, and the flags given to it.
    pub fn from_process(overrides: Overrides) -> Self {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { cores, ..Self::new(process_environment(), PathBuf::new(), overrides) }
    }

    /// Sources of one's own, for tests: an environment, and the directory where `.env` is looked for and from which
    /// relative paths start. Counts one core.
    pub fn new<Name: Into<OsString>, Value: Into<OsString>>(
        environment: impl IntoIterator<Item = (Name, Value)>,
        directory: impl Into<PathBuf>,
        overrides: Overrides,
    ) -> Self {
        let environment = environment.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { overrides, environment, directory: directory.into(), cores: NonZeroUsize::MIN }
    }

    pub(super) fn cores(&self) -> NonZeroUsize {
        self.cores
    }

    /// The flag that gives the setting of this name, and its value.
    pub(super) fn flag(&self, name: &str) -> Option<(&'static str, &str)> {
        [
            (catalogue::HOST.name, "--host", &self.overrides.host),
            (catalogue::PORT.name, "--port", &self.overrides.port),
            (catalogue::WORKERS.name, "--workers", &self.overrides.workers),
        ]
        .into_iter()
        .find(|(setting, ..)| *setting == name)
        .and_then(|(_, flag, value)| Some((flag, value.as_deref()?)))
    }

    /// Reads the sources, strongest first. What is wrong with a source itself goes to `faults`.
    pub(super) fn layers(&self, faults: &mut Vec<Fault>) -> Vec<Layer> {
        let mut layers = vec![self.environment_layer(faults), self.dotenv_layer(faults)];
        layers.extend(self.config_file_layer(&layers, faults));
        layers
    }

    /// Reads a file that a setting names; a relative path starts at the working directory.
    ///
    /// # Errors
    /// One clause that names the path.
    pub(super) fn read_file(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.directory.join(path)).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => format!("{path:?} is not UTF-8 text"),
            _ => format!("cannot read {path:?}: {error}"),
        })
    }

    /// Whether the environment names a collector, and does not switch OpenTelemetry off.
    pub(super) fn ask_for_traces(&self) -> bool {
        let value = |name: &str| {
            let found = self.environment.iter().find(|(other, _)| other.as_os_str() == name);
            found.and_then(|(_, value)| value.to_str()).unwrap_or_default()
        };
        let is_off = value("OTEL_SDK_DISABLED").eq_ignore_ascii_case("true") || value("OTEL_TRACES_EXPORTER") == "none";
        let collectors = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
        !is_off && collectors.into_iter().any(|name| !value(name).is_empty())
    }

    fn environment_layer(&self, faults: &mut Vec<Fault>) -> Layer {
        let mut values = BTreeMap::new();
        for (variable, value) in &self.environment {
            let variable = variable.to_string_lossy();
            if !names::is_ours(&variable) || kubernetes::has_made(&variable, value) {
                continue;
            }
            let name = match names::known(&variable) {
                Ok(name) => name.to_owned(),
                Err(unknown) => {
                    faults.push(unknown.fault(variable, ""));
                    continue;
                }
            };
            let given = if let Some(text) = value.to_str() {
                RawValue::Text(text.to_owned())
            } else {
                faults.push(Fault::new(variable, "the value is not UTF-8"));
                RawValue::Broken
            };
            values.insert(name, given);
        }
        Layer { origin: Origin::Environment, values }
    }

    fn dotenv_layer(&self, faults: &mut Vec<Fault>) -> Layer {
        let values = match fs::read_to_string(self.directory.join(".env")) {
            Ok(text) => dotenv_file::read(&text, faults),
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                faults.push(Fault::new(".env", format!("cannot read it: {error}")));
                BTreeMap::new()
            }
        };
        Layer { origin: Origin::DotEnv, values }
    }

    fn config_file_layer(&self, above: &[Layer], faults: &mut Vec<Fault>) -> Option<Layer> {
        let path = above.iter().find_map(|layer| layer.values.get(catalogue::CONFIG_FILE.name))?;
        let RawValue::Text(path) = path else { return None };
        let path = path.trim();
        if path.is_empty() {
            return None;
        }
        match self.read_file(path) {
            Ok(text) => {
                let values = toml_file::read(path, &text, faults);
                Some(Layer { origin: Origin::ConfigFile(path.to_owned()), values })
            }
            Err(problem) => {
                faults.push(Fault::of(&catalogue::CONFIG_FILE, problem));
                None
            }
        }
    }
}

impl fmt::Debug for Sources {
    /// Leaves the environment out: it holds secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sources")
            .field("overrides", &self.overrides)
            .field("directory", &self.directory)
            .field("cores", &self.cores)
            .finish_non_exhaustive()
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that reads the process environment")]
fn process_environment() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}
