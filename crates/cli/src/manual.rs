//! What is made out of the declaration of the command line for shells and for `man`.

use std::fs;
use std::path::Path;

use clap_complete::Shell;

use crate::Failure;
use crate::arguments::command;
use crate::completion_shell::CompletionShell;
use crate::console::print;

pub(crate) fn print_completions(shell: CompletionShell) -> Result<(), Failure> {
    let shell = match shell {
        CompletionShell::Bash => Shell::Bash,
        CompletionShell::Zsh => Shell::Zsh,
        CompletionShell::Fish => Shell::Fish,
    };
    let (mut command, mut script) = (command(), Vec::new());
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(&String::from_utf8_lossy(&script))
}

pub(crate) fn write_pages(directory: &Path) -> Result<(), Failure> {
    let written = fs::create_dir_all(directory).and_then(|()| clap_mangen::generate_to(command(), directory));
    written.map_err(|error| Failure::because(format!("{}: {error}", directory.display())))
}
