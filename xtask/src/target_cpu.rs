//! What processors a program is built for.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::process::{self, command};
use crate::{matching, workspace};

/// The variable from which cargo takes flags for rustc, separated by the unit separator of ASCII.
const FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

/// A processor, or a level of the x86-64 psABI, section 3.1.1.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetCpu {
    /// The one of this machine, whatever it has
    Native,
    /// AVX2, BMI, FMA: Intel from Haswell (2013), AMD from Excavator (2015)
    V3,
    /// AVX-512 as well: Intel Xeon from Skylake (2017), AMD from Zen 4 (2022)
    V4,
    /// Every machine of this architecture
    #[default]
    Baseline,
}

impl TargetCpu {
    /// As people type it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::V3 => "v3",
            Self::V4 => "v4",
            Self::Baseline => "baseline",
        }
    }

    /// As `rustc -C target-cpu` takes it; nothing leaves the choice to rustc.
    const fn flag(self) -> Option<&'static str> {
        match self {
            Self::Native => Some("native"),
            Self::V3 => Some("x86-64-v3"),
            Self::V4 => Some("x86-64-v4"),
            Self::Baseline => None,
        }
    }

    /// Has cargo build for it, in a directory of its own beside `target/debug`, and returns where programs of the
    /// profile `dist` will be.
    pub(crate) fn apply(self, cargo: &mut Command) -> Result<PathBuf> {
        self.apply_with(cargo, &format!("cpu-{}", self.name()), None)
    }

    /// As [`Self::apply`], in another directory in `target`, and with one more option for `rustc -C`.
    pub(crate) fn apply_with(self, cargo: &mut Command, directory: &str, option: Option<String>) -> Result<PathBuf> {
        let host = host()?;
        let is_level = matches!(self, Self::V3 | Self::V4);
        ensure!(!is_level || host.starts_with("x86_64-"), "{} is a level of x86-64, and this is {host}", self.name());
        let directory = workspace::root().join("target").join(directory);
        // With a target that is named, the flag is not for build scripts, which run on this machine.
        cargo.arg("--target").arg(&host).arg("--target-dir").arg(&directory);
        let options = self.flag().map(|cpu| format!("target-cpu={cpu}")).into_iter().chain(option);
        let flags: Vec<String> = options.flat_map(|option| ["-C".to_owned(), option]).collect();
        if !flags.is_empty() {
            // Not RUSTFLAGS, which a path with a space would divide.
            cargo.env(FLAGS, flags.join("\x1f"));
        }
        Ok(directory.join(host).join("dist"))
    }
}

/// This machine, as rustc names it.
fn host() -> Result<String> {
    let version = process::output(command("rustc").arg("-vV"))?;
    let host = matching::find("(?m)^host: (.+)$", &version).context("rustc does not say what machine this is")?;
    Ok(host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_for_a_processor_has_its_flags_and_a_directory_of_its_own() {
        for (directory, option, expected) in [
            ("cpu-native", None, "-C\x1ftarget-cpu=native"),
            ("elsewhere", Some("x=y z".to_owned()), "-C\x1ftarget-cpu=native\x1f-C\x1fx=y z"),
        ] {
            let mut cargo = command("cargo");
            let programs = TargetCpu::Native.apply_with(&mut cargo, directory, option).unwrap();
            assert_eq!(programs, workspace::root().join("target").join(directory).join(host().unwrap()).join("dist"));
            let flags = cargo.get_envs().find(|(name, _)| *name == FLAGS).and_then(|(_, value)| value);
            assert_eq!(flags, Some(expected.as_ref()));
        }
    }

    #[test]
    fn the_baseline_is_what_rustc_builds_by_itself() {
        let mut cargo = command("cargo");
        TargetCpu::Baseline.apply(&mut cargo).unwrap();
        assert_eq!(cargo.get_envs().count(), 0);
    }
}
