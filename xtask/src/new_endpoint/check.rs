//! `cargo xtask new-endpoint --check`: one endpoint with every type of field, tried out in a copy and thrown away.

use anyhow::{Context, Result};

use super::checkout_copy::CheckoutCopy;
use super::endpoint::Endpoint;
use super::generate;
use crate::console::say;
use crate::{process, tidy};

/// A name of two words, so that every notation of it differs.
const NAME: &str = "trial_specimen";

/// Every type, required and not, the lengths of strings said and not.
const FIELDS: [&str; 10] = [
    "title:string:80",
    "label:string?",
    "number:integer",
    "height:integer?",
    "frozen:bool",
    "labelled:bool?",
    "taken_at:timestamp",
    "seen_at:timestamp?",
    "batch:uuid",
    "origin:uuid?",
];

/// The packages that an endpoint has files in.
const PACKAGES: [&str; 6] = ["ore-api", "ore-cli", "ore-domain", "ore-persistence", "ore-schemas", "ore-services"];

/// Tests of ours that look at every route, operation and migration.
const OTHER_TESTS: [&str; 4] = ["openapi::", "access::", "migrations::", "after_down"];

/// # Errors
/// When the result is not tidy or formatted, does not pass a check, or a test fails or none ran; the copy is then left
/// where it is, to be looked at.
pub(super) fn run() -> Result<()> {
    let copy = CheckoutCopy::make()?;
    let looked_at = format!("see {}", copy.path().display());
    let count = try_out(&copy).context(looked_at)?;
    copy.remove()?;
    say(&format!("a new endpoint passes every check, and of its own {count}"));
    Ok(())
}

/// How many of the endpoint's own tests ran, in the words of `cargo xtask test`.
fn try_out(copy: &CheckoutCopy) -> Result<String> {
    let fields: Vec<_> = FIELDS.iter().map(|&field| field.to_owned()).collect();
    let endpoint = Endpoint::new(NAME, None, &fields)?;
    let plan = generate(copy.path(), &endpoint)?;
    say(&format!("{} files in {}", plan.paths().count(), copy.path().display()));
    tidy::check(copy.path())?;
    process::run(&mut copy.cargo(["fmt", "--all", "--check"]))?;
    let packages = PACKAGES.iter().flat_map(|package| ["--package", package]);
    let clippy = ["clippy", "--all-targets", "--locked"].into_iter().chain(packages).chain(["--", "-D", "warnings"]);
    process::run(&mut copy.cargo(clippy))?;
    process::run(&mut copy.cargo(["xtask", "layers"]))?;
    let count = test(copy, &[NAME])?;
    test(copy, &OTHER_TESTS)?;
    Ok(count)
}

/// Fails also when no test has one of the names.
fn test(copy: &CheckoutCopy, names: &[&str]) -> Result<String> {
    let packages = ["ore-persistence", "ore-cli"];
    let arguments = ["xtask", "test"].into_iter().chain(packages).chain(["--"]).chain(names.iter().copied());
    let mut count = String::new();
    process::run_seeing_lines(&mut copy.cargo(arguments), |line| {
        if line.contains(" tests ran") {
            line.clone_into(&mut count);
        }
    })?;
    Ok(count)
}
