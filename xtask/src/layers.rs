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
    use serde_json::json;

    /// The violations where `app` has these dependencies, each with its kind, and may use `store`, and in tests
    /// `testkit`.
    fn violations(dependencies: &[(&str, Option<&str>)]) -> Vec<String> {
        let dependencies: Vec<_> =
            dependencies.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
        let package = |name, dependencies| json!({"name": name, "manifest_path": "", "dependencies": dependencies});
        let packages = ["store", "testkit", "other"].map(|name| package(name, json!([]))).into_iter();
        let metadata = json!({
            "packages": packages.chain([package("app", json!(dependencies))]).collect::<Vec<_>>(),
            "metadata": {
                "layers": {
                    "app": {"may-use": ["store"], "tests-may-use": ["testkit"], "reason": "app is outside"},
                    "store": {"reason": "store stands alone"},
                    "testkit": {"reason": "testkit stands alone"},
                },
                "reserved": [
                    {"packages": ["tokio"], "for": ["app"], "reason": "the core knows no runtime"},
                    {"packages": ["diesel"], "for": ["store"], "reason": "the database is behind ports"},
                ],
            },
        });
        let violations = super::violations(&serde_json::from_value(metadata).unwrap());
        // Of `other`.
        let has_no_layer = "other has no layer: give it a line in the workspace's Cargo.toml";
        let (no_layer, rest): (Vec<_>, Vec<_>) = violations.into_iter().partition(|told| told == has_no_layer);
        assert_eq!(no_layer.len(), 1);
        rest
    }

    const USED: [(&str, Option<&str>); 2] = [("store", None), ("testkit", Some("dev"))];

    #[test]
    fn a_layer_may_use_what_its_line_says_itself_in_tests_and_what_is_reserved_for_it() {
        let more = [("app", Some("dev")), ("store", Some("dev")), ("tokio", None), ("serde", None)];
        assert_eq!(violations(&[&USED[..], &more].concat()), [""; 0]);
    }

    #[test]
    fn an_arrow_outwards_names_both_ends_and_the_rule_in_code_tests_and_build_scripts() {
        for (dependency, kind, expected) in [
            ("other", None, "app -> other: app is outside"),
            ("other", Some("dev"), "app -> other (dev-dependency): app is outside"),
            ("other", Some("build"), "app -> other (build-dependency): app is outside"),
            ("testkit", None, "app -> testkit: app is outside"),
            ("app", None, "app -> app: app is outside"),
            ("diesel", None, "app -> diesel: the database is behind ports"),
            ("diesel", Some("dev"), "app -> diesel (dev-dependency): the database is behind ports"),
        ] {
            assert_eq!(violations(&[&USED[..], &[(dependency, kind)]].concat()), [expected]);
        }
    }

    #[test]
    fn what_a_layer_may_use_and_does_not_is_named() {
        let (code, tests) = ("may-use names store", "tests-may-use names testkit");
        let expected = [code, tests].map(|list| format!("app: {list}, which it does not use"));
        // The tests alone use the one, and nothing the other.
        assert_eq!(violations(&[("store", Some("dev"))]), expected);
    }
}
