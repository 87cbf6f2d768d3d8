//! `cargo xtask layers`: checks the dependencies between packages, and that no modules of a crate depend on each other
//! in a circle.

mod circles;

use std::path::Path;

use anyhow::{Result, ensure};
use ore_harness::say;

use crate::metadata::{self, Dependency, Layer, Metadata, Package};

/// Compares the manifests with the layers in the `Cargo.toml` of the workspace, and the modules of each crate with each
/// other.
pub(crate) fn run() -> Result<()> {
    let metadata = metadata::read()?;
    let mut violations = violations(&metadata);
    for package in metadata.packages.iter().filter(|package| package.name.starts_with("ore-")) {
        let source = Path::new(&package.manifest_path).with_file_name("src");
        violations.extend(circles::circles(&package.name, &source)?);
    }
    ensure!(violations.is_empty(), "{} against the layers:\n  {}", violations.len(), violations.join("\n  "));
    let count = metadata.packages.len();
    say(&format!("the dependencies of {count} packages keep to the layers, and their modules form no circle"));
    Ok(())
}

fn violations(metadata: &Metadata) -> Vec<String> {
    metadata.packages.iter().flat_map(|package| violations_of(metadata, package)).collect()
}

/// One line for each dependency that the layer of a package does not allow, or allows for nothing.
fn violations_of(metadata: &Metadata, package: &Package) -> Vec<String> {
    let Some(layer) = metadata.rules.layers.get(&package.name) else {
        return vec![format!("{} has no layer: give it a line in the workspace's Cargo.toml", package.name)];
    };
    let refused = package.dependencies.iter().filter_map(|it| {
        let kind = it.kind.as_ref().map_or_else(String::new, |kind| format!(" ({kind}-dependency)"));
        Some(format!("{} -> {}{kind}: {}", package.name, it.name, reason_against(metadata, package, layer, it)?))
    });
    let is_used =
        |name: &str, in_tests| package.dependencies.iter().any(|it| it.name == name && it.is_for_tests() == in_tests);
    let lists = [("may-use", &layer.may_use, false), ("tests-may-use", &layer.tests_may_use, true)];
    let unused = lists.into_iter().flat_map(|(list, names, in_tests)| {
        let left = names.iter().filter(move |name| !is_used(name, in_tests));
        left.map(move |name| format!("{}: {list} names {name}, which it does not use", package.name))
    });
    refused.chain(unused).collect()
}

fn reason_against<'a>(
    metadata: &'a Metadata,
    package: &Package,
    layer: &'a Layer,
    dependency: &Dependency,
) -> Option<&'a str> {
    let name = &dependency.name;
    if metadata.packages.iter().any(|member| member.name == *name) {
        // A package names itself to give its tests a feature that is for tests.
        let tests_may = layer.tests_may_use.contains(name) || package.name == *name;
        let is_allowed = layer.may_use.contains(name) || dependency.is_for_tests() && tests_may;
        (!is_allowed).then_some(&layer.reason)
    } else {
        let reserved = metadata.rules.reserved.iter().find(|reserved| reserved.packages.contains(name))?;
        (!reserved.layers.contains(&package.name)).then_some(&reserved.reason)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    const NORMAL: Option<&str> = None;
    const TEST: Option<&str> = Some("dev");

    static METADATA: LazyLock<Metadata> = LazyLock::new(|| metadata::read().unwrap());

    /// The violations of a package with these dependencies alone, but for those that its layer allows for nothing.
    fn refusals(name: &str, dependencies: &[(&str, Option<&str>)]) -> Vec<String> {
        let mut package = METADATA.packages.iter().find(|package| package.name == name).unwrap().clone();
        let dependency = |(name, kind): &(&str, Option<&str>)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
        };
        package.dependencies = dependencies.iter().map(dependency).collect();
        violations_of(&METADATA, &package).into_iter().filter(|told| told.contains(" -> ")).collect()
    }

    #[test]
    fn every_layer_may_use_what_its_line_says_and_itself_in_tests() {
        for (package, layer) in &METADATA.rules.layers {
            let normal = layer.may_use.iter().map(|name| (name.as_str(), NORMAL));
            let tests = layer.tests_may_use.iter().map(|name| (name.as_str(), TEST));
            let dependencies: Vec<_> = normal.chain(tests).chain([(package.as_str(), TEST)]).collect();
            assert_eq!(refusals(package, &dependencies), [""; 0]);
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
            let told = refusals(package, &[(dependency, kind)]).concat();
            assert!(told.starts_with(&format!("{package} -> {dependency}")) && told.contains(": "), "{told}");
        }
    }

    #[test]
    fn a_reserved_package_is_refused_outside_its_layers() {
        for reserved in &METADATA.rules.reserved {
            for name in &reserved.packages {
                assert_eq!(refusals("ore-domain", &[(name, NORMAL)]).len(), 1, "{name}");
                for layer in &reserved.layers {
                    assert_eq!(refusals(layer, &[(name, NORMAL)]), [""; 0], "{name} in {layer}");
                }
            }
        }
    }

    #[test]
    fn what_a_layer_may_use_and_does_not_is_named_and_so_is_a_package_without_a_layer() {
        assert_eq!(violations(&METADATA), [""; 0]);
        let mut metadata = METADATA.clone();
        let layer = metadata.rules.layers.get_mut("ore-workers").unwrap();
        // The tests alone use the one, and the code the other.
        layer.may_use.push("ore-testkit".to_owned());
        layer.tests_may_use.push("ore-domain".to_owned());
        metadata.rules.layers.remove("xtask");
        let expected = [
            "ore-workers: may-use names ore-testkit, which it does not use",
            "ore-workers: tests-may-use names ore-domain, which it does not use",
            "xtask has no layer: give it a line in the workspace's Cargo.toml",
        ];
        assert_eq!(violations(&metadata), expected);
    }
}
