//! A browser for the documentation pages.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::external_programs::Program;
use super::{Unavailable, external_programs, system_packages};
use crate::process;

/// Debian's name of the program, Ubuntu's, and those of Google's build of it.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The path of a Chromium that runs.
pub(crate) fn prepare() -> Result<PathBuf> {
    if let Some(program) = find() {
        return Ok(program);
    }
    system_packages::install("chromium", &["chromium"])
        .map_err(|obstacle| Unavailable::missing("chromium", &obstacle))?;
    match find() {
        Some(program) => Ok(program),
        None => bail!("the package chromium is installed, and no chromium runs"),
    }
}

/// Sees to it that Chinese text can be drawn, for pictures that people will look at.
pub(crate) fn prepare_chinese_font() -> Result<()> {
    let fonts = process::captured(process::command("fc-list").arg(":lang=zh-cn")).unwrap_or_default();
    if fonts.is_empty() {
        system_packages::install("a Chinese font", &["fontconfig", "fonts-wqy-zenhei"])
    } else {
        Ok(())
    }
}

fn find() -> Option<PathBuf> {
    PROGRAMS.into_iter().find_map(|name| external_programs::find(Program { name, package: "", argument: "--version" }))
}
