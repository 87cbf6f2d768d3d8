//! The page of the command line.

use clap::Command;
use ore_cli::{Failure, command};

use crate::markdown::{block, code};
use crate::page::Parts;

pub(crate) fn parts() -> Parts {
    let mut command = command();
    // Gives every subcommand its full name.
    command.build();
    let usage_code = Failure::Usage(String::new()).exit_code();
    let failure_code = Failure::Failed(String::new()).exit_code();
    vec![
        ("commands", sections(&mut command)),
        ("failure-code", failure_code.to_string()),
        ("usage-code", usage_code.to_string()),
    ]
}

/// The command and each command below it, as its `--help` shows it.
fn sections(command: &mut Command) -> String {
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let level = if name.split(' ').count() > 2 { "###" } else { "##" };
    let help = without_trailing_blanks(&command.render_help().to_string());
    let own = format!("{level} {}\n\n{}\n\n", code(&name), block("", &help));
    // clap adds a `help` command to each that has commands; it says nothing of its own.
    let below = command.get_subcommands_mut().filter(|command| command.get_name() != "help");
    below.map(sections).fold(own, |text, section| text + &section)
}

fn without_trailing_blanks(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
