use ore_settings::LogLevel;
use tracing::{Level, Metadata};

/// Libraries that log each malformed request or passkey as an error, so that anybody could fill the log.
const TALKATIVE: [&str; 2] = ["actix_http::h1", "webauthn_rs"];

/// Whether a line is logged at this level of the settings. Lines of libraries are logged only from WARNING, or from
/// INFO if the level is DEBUG.
pub(super) fn is_wanted(line: &Metadata<'_>, level: LogLevel) -> bool {
    if TALKATIVE.iter().any(|library| line.target().starts_with(library)) && level != LogLevel::Debug {
        return false;
    }
    let is_ours = line.target().starts_with("ore_");
    let least = match level {
        LogLevel::Debug if is_ours => Level::DEBUG,
        LogLevel::Debug => Level::INFO,
        LogLevel::Info if is_ours => Level::INFO,
        LogLevel::Info | LogLevel::Warning => Level::WARN,
        LogLevel::Error => Level::ERROR,
        LogLevel::Critical => return line.is_span() || is_critical(line),
    };
    *line.level() <= least
}

/// A line with this field reports something after which the process cannot go on.
fn is_critical(line: &Metadata<'_>) -> bool {
    line.fields().field("critical").is_some()
}

/// The name of the level in the log.
pub(super) fn level_name(line: &Metadata<'_>) -> &'static str {
    match *line.level() {
        Level::ERROR if is_critical(line) => "CRITICAL",
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG | Level::TRACE => "DEBUG",
    }
}
