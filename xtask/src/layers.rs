//! `cargo xtask layers`: checks the dependencies between packages, and that no modules of a crate depend on each other
//! in a circle.

mod circles;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Dependency, DependencyKind, Metadata, MetadataCommand, Package};
use ore_harness::say;
use serde::Deserialize;

/// The layers, as the `Cargo.toml` of the workspace has them.
#[derive(Deserialize)]
struct Rules {
    /// By the name of the package.
    layers: BTreeMap<String, Layer>,
    reserved: Vec<Reserved>,
}

/// What a package of the workspace may depend on inside the workspace.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Layer {
    /// In its code and build script, and so in its tests.
    #[serde(default)]
    may_use: Vec<String>,
    /// In its tests alone.
    #[serde(default)]
    tests_may_use: Vec<String>,
    reason: String,
}

/// Packages from outside that belong to some layers alone, in tests too.
#[derive(Deserialize)]
struct Reserved {
    packages: Vec<String>,
    #[serde(rename = "for")]
    layers: Vec<String>,
    reason: String,
}

/// Compares the manifests with the layers in the `Cargo.toml` of the workspace, and the modules of each crate with each
/// other.
pub(crate) fn run() -> Result<()> {
    let Metadata { packages, workspace_metadata, .. } = MetadataCommand::new().no_deps().exec()?;
    let rules = Rules::deserialize(workspace_metadata).context("cannot read the layers")?;
    let mut violations = rules.violations(&packages);
    for package in packages.iter().filter(|package| package.name.starts_with("ore-")) {
        let source = package.manifest_path.with_file_name("src");
        violations.extend(circles::circles(&package.name, source.as_std_path())?);
    }
    ensure!(violations.is_empty(), "{} against the layers:\n  {}", violations.len(), violations.join("\n  "));
    let count = packages.len();
    say(&format!("the dependencies of {count} packages keep to the layers, and their modules form no circle"));
    Ok(())
}

impl Rules {
    fn violations(&self, packages: &[Package]) -> Vec<String> {
        packages.iter().flat_map(|package| self.violations_of(package, packages)).collect()
    }

    /// One line for each dependency that the layer of a package does not allow, or allows for nothing.
    fn violations_of(&self, package: &Package, members: &[Package]) -> Vec<String> {
        let Some(layer) = self.layers.get(package.name.as_str()) else {
            return vec![format!("{} has no layer: give it a line in the workspace's Cargo.toml", package.name)];
        };
        let refused = package.dependencies.iter().filter_map(|it| {
            let reason = if members.iter().any(|member| member.name == it.name) {
                layer.reason_against(package, it)
            } else {
                self.reason_against(package, it)
            };
            let kind = match it.kind {
                DependencyKind::Normal => String::new(),
                kind => format!(" ({kind}-dependency)"),
            };
            Some(format!("{} -> {}{kind}: {}", package.name, it.name, reason?))
        });
        let is_used = |name: &str, in_tests| {
            package.dependencies.iter().any(|it| it.name == name && is_for_tests(it) == in_tests)
        };
        let lists = [("may-use", &layer.may_use, false), ("tests-may-use", &layer.tests_may_use, true)];
        let unused = lists.into_iter().flat_map(|(list, names, in_tests)| {
            let left = names.iter().filter(move |name| !is_used(name, in_tests));
            left.map(move |name| format!("{}: {list} names {name}, which it does not use", package.name))
        });
        refused.chain(unused).collect()
    }

    /// Why a package may not depend on this one from outside.
    fn reason_against(&self, package: &Package, dependency: &Dependency) -> Option<&str> {
        let reserved = self.reserved.iter().find(|reserved| reserved.packages.contains(&dependency.name))?;
        (!reserved.layers.contains(&package.name)).then_some(&reserved.reason)
    }
}

impl Layer {
    /// Why a package of this layer may not depend on this one of the workspace.
    fn reason_against(&self, package: &Package, dependency: &Dependency) -> Option<&str> {
        let name = &dependency.name;
        // A package names itself to give its tests a feature that is for tests.
        let tests_may = self.tests_may_use.contains(name) || package.name == *name;
        let is_allowed = self.may_use.contains(name) || is_for_tests(dependency) && tests_may;
        (!is_allowed).then_some(&self.reason)
    }
}

/// Whether only tests, examples and benchmarks have it.
fn is_for_tests(dependency: &Dependency) -> bool {
    dependency.kind == DependencyKind::Development
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A package of the workspace with these dependencies, each with its kind.
    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let dependency = |(name, kind): &_| {
            json!({
                "name": name, "kind": kind,
                "req": "*", "optional": false, "uses_default_features": true, "features": [],
            })
        };
        let dependencies: Vec<Value> = dependencies.iter().map(dependency).collect();
        let package = json!({
            "name": name, "dependencies": dependencies,
            "id": name, "version": "0.1.0", "manifest_path": "", "targets": [], "features": {},
        });
        Package::deserialize(package).unwrap()
    }

    /// The violations where `app` has these dependencies, and may use `store`, and in tests `testkit`.
    fn violations(dependencies: &[(&str, Option<&str>)]) -> Vec<String> {
        let rules = json!({
            "layers": {
                "app": {"may-use": ["store"], "tests-may-use": ["testkit"], "reason": "app is outside"},
                "store": {"reason": "store stands alone"},
                "testkit": {"reason": "testkit stands alone"},
            },
            "reserved": [
                {"packages": ["tokio"], "for": ["app"], "reason": "the core knows no runtime"},
                {"packages": ["diesel"], "for": ["store"], "reason": "the database is behind ports"},
            ],
        });
        let others = ["store", "testkit", "other"].map(|name| package(name, &[]));
        let packages = [&others[..], &[package("app", dependencies)]].concat();
        let violations = Rules::deserialize(rules).unwrap().violations(&packages);
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
