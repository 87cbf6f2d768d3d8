//! Prints one page of the reference: `cargo run --package ore-cli --example reference -- settings zh-CN`.
//!
//! An example, so that it is built from the service's own tables and is no part of the program that operators get.
//! `cargo xtask docs` runs it for every page.

mod command_line;
mod errors;
mod markdown;
mod metrics;
mod page;
mod settings;
#[cfg(test)]
mod tests;
mod texts;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use ore_domain::Locale;

use crate::page::Page;
use crate::texts::Texts;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match print(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [page, language] = arguments else {
        return Err("two arguments are needed: a page, and its language".into());
    };
    let (page, locale) = (page.parse::<Page>()?, language.parse::<Locale>()?);
    io::stdout().write_all(page.render(&Texts::load(locale)?)?.as_bytes())?;
    Ok(())
}
