//! Where settings come from, in the order in which one beats the next.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::declaration::{DefaultValue, SettingSpec, ValueType};
use super::fault::Fault;
use super::names::{Names, is_ours};
use super::{dotenv_file, kubernetes, toml_file};

/// The setting that names the TOML file, and that no group has: with the file it has done its work.
pub(super) const CONFIG_FILE: SettingSpec = SettingSpec {
    name: "CONFIG_FILE",
    group: "Application",
    value_type: ValueType::Text("file-path"),
    default: DefaultValue::NotSet,
    example: "/etc/ore/settings.toml",
    description: "TOML file with settings under their lower-case names without the prefix; the environment and .env \
                  beat it.",
};

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

/// Larger machines count as this one: with more, a default that follows the cores would be above its range.
const MOST_CORES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(499);

/// Everything settings are read from.
#[derive(Clone)]
pub struct Sources {
    overrides: Overrides,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
    pub(super) cores: NonZeroUsize,
}

/// The source of a value, as the listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    Flag(&'static str),
    Environment,
    DotEnv,
    ConfigFile(String),
    SecretFile { variable: String, named_in: Box<Origin> },
}

/// The values of one source under their names without prefix, `<NAME>_FILE` among them. A value that is there but
/// cannot be read is `None`, and its fault is recorded.
pub(super) struct Layer {
    pub(super) origin: Origin,
    pub(super) values: BTreeMap<String, Option<String>>,
}

impl Sources {
    /// The sources of this process: its environment, its working directory, its cores, and the flags given to it.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the process environment")]
    pub fn from_process(overrides: Overrides) -> Self {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).min(MOST_CORES);
        Self { cores, ..Self::new(std::env::vars_os(), PathBuf::new(), overrides) }
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

    /// Reads the sources, strongest first. What is wrong with a source itself goes to `faults`.
    pub(super) fn layers(&self, names: Names, faults: &mut Vec<Fault>) -> Vec<Layer> {
        let Overrides { host, port, workers } = &self.overrides;
        let flags = [("HOST", "--host", host), ("PORT", "--port", port), ("WORKERS", "--workers", workers)];
        let layer = |(name, flag, value): (&str, _, &Option<String>)| {
            let values = BTreeMap::from([(name.to_owned(), Some(value.clone()?))]);
            Some(Layer { origin: Origin::Flag(flag), values })
        };
        let mut layers: Vec<Layer> = flags.into_iter().filter_map(layer).collect();
        layers.push(self.environment_layer(names, faults));
        layers.push(self.dotenv_layer(names, faults));
        layers.extend(self.config_file_layer(&layers, names, faults));
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

    fn environment_layer(&self, names: Names, faults: &mut Vec<Fault>) -> Layer {
        let mut values = BTreeMap::new();
        let services = kubernetes::services(&self.environment);
        for (variable, value) in &self.environment {
            let variable = variable.to_string_lossy();
            if !is_ours(&variable) || kubernetes::has_made(&variable, value, &services) {
                continue;
            }
            let Some(name) = names.name_of(&variable) else {
                faults.push(names.unknown(&variable, ""));
                continue;
            };
            if value.to_str().is_none() {
                faults.push(Fault::new(&*variable, "the value is not UTF-8"));
            }
            values.insert(name.to_owned(), value.to_str().map(str::to_owned));
        }
        Layer { origin: Origin::Environment, values }
    }

    fn dotenv_layer(&self, names: Names, faults: &mut Vec<Fault>) -> Layer {
        let text = fs::read_to_string(self.directory.join(".env")).unwrap_or_else(|error| {
            if error.kind() != ErrorKind::NotFound {
                faults.push(Fault::new(".env", format!("cannot read it: {error}")));
            }
            String::new()
        });
        Layer { origin: Origin::DotEnv, values: dotenv_file::read(&text, names, faults) }
    }

    fn config_file_layer(&self, above: &[Layer], names: Names, faults: &mut Vec<Fault>) -> Option<Layer> {
        let path = above.iter().find_map(|layer| layer.values.get(CONFIG_FILE.name))?.as_deref()?.trim();
        let path = Some(path).filter(|path| !path.is_empty())?;
        let text = self.read_file(path).map_err(|problem| faults.push(Fault::of(&CONFIG_FILE, problem))).ok()?;
        let values = toml_file::read(path, &text, names, faults);
        Some(Layer { origin: Origin::ConfigFile(path.to_owned()), values })
    }
}

impl fmt::Debug for Sources {
    /// Leaves the environment out: it holds secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sources").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::Flag(flag) => formatter.write_str(flag),
            Self::Environment => formatter.write_str("environment"),
            Self::DotEnv => formatter.write_str(".env"),
            Self::ConfigFile(path) => formatter.write_str(path),
            Self::SecretFile { variable, named_in } => write!(formatter, "{variable} ({named_in})"),
        }
    }
}
