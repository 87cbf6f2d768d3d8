//! `cargo xtask layers`: checks the dependencies between packages, and that no modules of a crate depend on each other
//! in a circle.

mod circles;

use std::path::Path;

use anyhow::{Result, bail};
use ore_harness::say;

use crate::metadata::{self, Dependency, Metadata, Package};

/// Compares the manifests with the layers in the `Cargo.toml` of the workspace, and the modules of each crate with each
/// other.
pub(crate) fn run() -> Result<()> {
    let metadata = metadata::read()?;
    let mut violations = violations(&metadata);
    violations.extend(unused(&metadata));
    for package in metadata.packages.iter().filter(|package| package.name.starts_with("ore-")) {
        let source = Path::new(&package.manifest_path).with_file_name("src");
        violations.extend(circles::circles(&package.name, &source)?);
    }
    if !violations.is_empty() {
        bail!("{} against the layers:\n  {}", violations.len(), violations.join("\n  "));
    }
    say(&format!(
        "the dependencies of {} packages keep to the layers, and their modules form no circle",
        metadata.packages.len()
    ));
    Ok(())
}

/// One line for each dependency that the layers do not allow.
fn violations(metadata: &Metadata) -> Vec<String> {
    let judge = |package: &Package| {
        if !metadata.rules.layers.contains_key(&package.name) {
            return vec![format!("{} has no layer: give it a line in the workspace's Cargo.toml", package.name)];
        }
        let told =
            |it: &Dependency| Some(format!("{}: {}", arrow(package, it), reason_against(metadata, package, it)?));
        package.dependencies.iter().filter_map(told).collect()
    };
    metadata.packages.iter().flat_map(judge).collect()
}

/// One line for each package that a layer may use and does not.
fn unused(metadata: &Metadata) -> Vec<String> {
    let judge = |package: &Package| {
        let Some(layer) = metadata.rules.layers.get(&package.name) else { return Vec::new() };
        let is_used = |name: &str, in_tests: bool| {
            package.dependencies.iter().any(|it| it.name == name && (it.kind.as_deref() == Some("dev")) == in_tests)
        };
        let told = |names: &[String], in_tests: bool, list: &str| {
            let left = names.iter().filter(|name| !is_used(name, in_tests));
            left.map(|name| format!("{}: {list} names {name}, which it does not use", package.name)).collect::<Vec<_>>()
        };
        [told(&layer.may_use, false, "may-use"), told(&layer.tests_may_use, true, "tests-may-use")].concat()
    };
    metadata.packages.iter().flat_map(judge).collect()
}

fn reason_against<'a>(metadata: &'a Metadata, package: &Package, dependency: &Dependency) -> Option<&'a str> {
    let Dependency { name, kind } = dependency;
    if metadata.packages.iter().any(|member| member.name == *name) {
        let layer = metadata.rules.layers.get(&package.name)?;
        // A package names itself to give its tests a feature that is for tests.
        let is_for_tests = layer.tests_may_use.contains(name) || package.name == *name;
        let in_tests = kind.as_deref() == Some("dev") && is_for_tests;
        (!in_tests && !layer.may_use.contains(name)).then_some(&layer.reason)
    } else {
        let reserved = metadata.rules.reserved.iter().find(|reserved| reserved.packages.contains(name))?;
        (!reserved.layers.contains(&package.name)).then_some(&reserved.reason)
    }
}

fn arrow(package: &Package, Dependency { name, kind }: &Dependency) -> String {
    let kind = kind.as_ref().map_or_else(String::new, |kind| format!(" ({kind}-dependency)"));
    format!("{} -> {name}{kind}", package.name)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    const NORMAL: Option<&str> = None;
    const TEST: Option<&str> = Some("dev");

    static METADATA: LazyLock<Metadata> = LazyLock::new(|| metadata::read().unwrap());

    /// The violations of the workspace with all its layers, in which one package alone has dependencies.
    fn violations_of(name: &str, dependencies: &[(&str, Option<&str>)]) -> Vec<String> {
        let mut metadata = METADATA.clone();
        metadata.packages.iter_mut().for_each(|package| package.dependencies.clear());
        let dependency = |(name, kind): &(&str, Option<&str>)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
        };
        let package = metadata.packages.iter_mut().find(|package| package.name == name).unwrap();
        package.dependencies = dependencies.iter().map(dependency).collect();
        violations(&metadata)
    }

    fn violation(package: &str, dependency: &str, kind: Option<&str>) -> String {
        violations_of(package, &[(dependency, kind)]).join("\n")
    }

    #[test]
    fn every_layer_may_use_what_its_line_says_and_itself_in_tests() {
        for (package, layer) in &METADATA.rules.layers {
            let normal = layer.may_use.iter().map(|name| (name.as_str(), NORMAL));
            let tests = layer.tests_may_use.iter().map(|name| (name.as_str(), TEST));
            let dependencies: Vec<_> = normal.chain(tests).chain([(package.as_str(), TEST)]).collect();
            assert_eq!(violations_of(package, &dependencies), [""; 0]);
        }
    }

    #[test]
    fn an_arrow_outwards_names_both_ends_and_the_rule_in_code_tests_and_build_scripts() {
        for (package, dependency, kind) in [
            ("ore-services", "ore-persistence", NORMAL),
            ("ore-security", "ore-testkit", TEST),
            ("ore-schemas", "ore-api", Some("build")),
            ("ore-cli", "ore-testkit", NORMAL),
            ("ore-api", "xtask", NORMAL),
            ("ore-services", "tokio", NORMAL),
            ("ore-testkit", "diesel", TEST),
        ] {
            let told = violation(package, dependency, kind);
            assert!(told.starts_with(&format!("{package} -> {dependency}")) && told.contains(": "), "{told}");
        }
        assert_eq!(violation("ore-cli", "ore-testkit", TEST), "");
    }

    #[test]
    fn a_reserved_package_is_refused_outside_its_layers() {
        for reserved in &METADATA.rules.reserved {
            for name in &reserved.packages {
                assert_ne!(violation("ore-domain", name, NORMAL), "", "{name}");
                for layer in &reserved.layers {
                    assert_eq!(violation(layer, name, NORMAL), "", "{name} in {layer}");
                }
            }
        }
    }

    #[test]
    fn what_a_layer_may_use_and_does_not_is_named() {
        assert_eq!(unused(&METADATA), [""; 0]);
        let mut metadata = METADATA.clone();
        let layer = metadata.rules.layers.get_mut("ore-workers").unwrap();
        // The tests alone use the one, and the code the other.
        layer.may_use.push("ore-testkit".to_owned());
        layer.tests_may_use.push("ore-domain".to_owned());
        let expected = [
            "ore-workers: may-use names ore-testkit, which it does not use",
            "ore-workers: tests-may-use names ore-domain, which it does not use",
        ];
        assert_eq!(unused(&metadata), expected);
    }

    #[test]
    fn a_package_without_a_layer_is_named() {
        let mut metadata = METADATA.clone();
        metadata.rules.layers.remove("ore-domain");
        assert!(violations(&metadata)[0].starts_with("ore-domain has no layer"));
    }
}
