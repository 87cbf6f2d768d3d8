//! What the service is called and where it runs.

use std::path::PathBuf;

use super::accent_color::AccentColor;
use super::environment::Environment;
use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// The name of the service and its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSettings {
    /// Name in the logs, in mails and in the API document.
    pub name: String,
    /// Description in the API document.
    pub description: String,
    /// Version that the service reports of itself.
    pub version: String,
    /// The environment, which decides how strict the settings are.
    pub environment: Environment,
    /// Whether the API documentation is served and headers may be logged. Never true in production.
    pub debug: bool,
    /// Whether people have pages at `/account`.
    pub has_pages: bool,
    /// The colour of links and buttons on the pages and in mails.
    pub accent_color: Option<AccentColor>,
    /// The picture before the name on the pages and in mails.
    pub logo_file: Option<PathBuf>,
}

impl AppSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let name = values.read(&catalogue::APP_NAME, parse::line);
        let description = values.read(&catalogue::APP_DESCRIPTION, parse::possibly_empty_line);
        let version = values.read(&catalogue::APP_VERSION, parse::line);
        let debug = read_debug(values);
        let has_pages = values.read(&catalogue::PAGES, parse::boolean);
        let accent_color = values.read_optional(&catalogue::ACCENT_COLOR, AccentColor::parse);
        let logo_file = values.read_optional(&catalogue::LOGO_FILE, parse::from_str);
        Ok(Self {
            name: name?,
            description: description?,
            version: version?,
            environment: values.environment(),
            debug: debug?,
            has_pages: has_pages?,
            accent_color: accent_color?,
            logo_file: logo_file?,
        })
    }
}

fn read_debug(values: &mut Values) -> Result<bool, Invalid> {
    let debug = values.read(&catalogue::DEBUG, parse::boolean)?;
    if debug && values.environment().is_production() {
        return Err(values.refuse_as_unsafe(
            &catalogue::DEBUG,
            "true is refused in production: it serves documentation and logs headers",
        ));
    }
    Ok(debug)
}
