//! What the service is called, where it runs, and what it logs.

use std::path::PathBuf;

use ore_domain::{AccentColor, Locale};
use strum::{Display, EnumString, VariantNames};

use super::declaration::DefaultValue::{In, NotSet, Text};
use super::declaration::{Environment, ValueType};
use super::form::{BOOLEAN, FILE, Form, LINE, POSSIBLY_EMPTY_LINE, choice, parsed};
use super::table::settings;
use super::values::Values;

pub(super) const ENVIRONMENT_FORM: Form<Environment> = choice("an environment");
const ACCENT: Form<AccentColor> = parsed(ValueType::Text("color"));
/// Takes the levels in any case, and `WARN` as Python does.
const LEVEL: Form<LogLevel> = Form {
    value_type: ValueType::Choice("a level", LogLevel::VARIANTS),
    parse: |text| match text.to_ascii_uppercase().as_str() {
        "WARN" => Ok(LogLevel::Warning),
        level => Ok(level.parse()?),
    },
};

settings! {
    /// The name of the service and its environment.
    pub struct AppSettings in "Application" {
        /// Name in the logs, in mails and in the OpenAPI document.
        APP_NAME(LINE, Text("ORE Backend API"), "MyApp API") => name: String;
        /// Description in the OpenAPI document.
        APP_DESCRIPTION(POSSIBLY_EMPTY_LINE, Text("AI工作流引擎后端服务"), "Accounts for MyApp") => description: String;
        /// Version that /health, the logs and the OpenAPI document report.
        APP_VERSION(LINE, Text(env!("CARGO_PKG_VERSION")), "1.4.2") => version: String;
        /// development, testing, staging or production; production refuses to start with unsafe settings.
        ENVIRONMENT(ENVIRONMENT_FORM, Text("development"), "production") => environment: Environment;
        /// Serve /docs, /redoc and /openapi.json, and log headers at level DEBUG; refused in production.
        DEBUG(BOOLEAN, In(Environment::Development, "true", Some("false")), "false") => debug: bool;
        /// Serve the pages on which people look after their account, at /account.
        PAGES(BOOLEAN, Text("true"), "false") => has_pages: bool;
        /// Colour of links and buttons on the pages and of links in mails, as #rrggbb, dark enough to be read; a
        /// lighter one is derived for dark screens.
        ACCENT_COLOR(ACCENT, NotSet, "0b6e4f") => accent_color: Option<AccentColor>;
        /// SVG or PNG file of at most 64 KiB that the pages show before the name; mails show a PNG.
        LOGO_FILE(FILE, NotSet, "/etc/ore/logo.svg") => logo_file: Option<PathBuf>;
    }
}

impl AppSettings {
    pub(super) fn check(&self, values: &mut Values) {
        if self.debug && values.is_production() {
            let problem = "true is refused in production: it serves documentation and logs headers";
            values.refuse_as_unsafe(&DEBUG, problem);
        }
    }
}

settings! {
    /// What is logged and how.
    #[derive(Copy)]
    pub struct LogSettings in "Logging and language" {
        /// Lowest level logged: DEBUG, INFO, WARNING, ERROR or CRITICAL.
        LOG_LEVEL(LEVEL, Text("INFO"), "DEBUG") => level: LogLevel;
        /// json for machines, one object a line, or text for people.
        LOG_FORMAT(choice::<LogFormat>("a log format"), Text("json"), "text") => format: LogFormat;
    }
}

settings! {
    /// The language of messages.
    pub(super) struct LanguageSettings in "Logging and language" {
        /// Language of messages when Accept-Language names none we have: zh-CN or en.
        DEFAULT_LOCALE(choice::<Locale>("a language we have"), Text("zh-CN"), "en") => default_locale: Locale;
    }
}

/// The levels of Python's `logging`, which the dashboards know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "UPPERCASE")]
pub enum LogLevel {
    /// For finding errors.
    Debug,
    /// Normal events.
    Info,
    /// Something to look at.
    Warning,
    /// Something failed.
    Error,
    /// The service cannot go on.
    Critical,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}
