use clap::ValueEnum;

/// A shell that completes command lines.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum CompletionShell {
    Bash,
    Zsh,
    Fish,
}
