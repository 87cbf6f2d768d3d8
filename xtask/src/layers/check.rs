//! Compares manifests with the tables of the layers.

use super::rules::{LAYERS, Layer, RESERVED};
use crate::metadata::{Dependency, DependencyKind, Metadata, Package};

/// One line for each dependency that the tables do not allow.
pub(crate) fn violations(metadata: &Metadata) -> Vec<String> {
    metadata.packages.iter().flat_map(|package| package_violations(package, metadata)).collect()
}

fn package_violations(package: &Package, metadata: &Metadata) -> Vec<String> {
    let Some(layer) = LAYERS.iter().find(|layer| layer.package == package.name) else {
        return vec![format!("{} has no layer: give it a line in xtask/src/layers/rules.rs", package.name)];
    };
    let is_member = |name: &str| metadata.packages.iter().any(|member| member.name == name);
    let judge = |dependency: &Dependency| {
        let reason = if is_member(&dependency.name) {
            reason_against_member(layer, dependency)
        } else {
            reason_against_outsider(layer, dependency)
        };
        reason.map(|reason| format!("{}: {reason}", arrow(package, dependency)))
    };
    package.dependencies.iter().filter_map(judge).collect()
}

fn reason_against_member(layer: &Layer, dependency: &Dependency) -> Option<&'static str> {
    let name = dependency.name.as_str();
    // A package names itself to give its tests a feature that is for tests.
    let is_for_tests = layer.tests_may_use.contains(&name) || layer.package == name;
    let in_tests = dependency.kind == DependencyKind::Development && is_for_tests;
    (!in_tests && !layer.may_use.contains(&name)).then_some(layer.reason)
}

fn reason_against_outsider(layer: &Layer, dependency: &Dependency) -> Option<&'static str> {
    let reserved = RESERVED.iter().find(|reserved| reserved.packages.contains(&dependency.name.as_str()))?;
    (!reserved.for_layers.contains(&layer.package)).then_some(reserved.reason)
}

fn arrow(package: &Package, dependency: &Dependency) -> String {
    let kind = match dependency.kind {
        DependencyKind::Normal => "",
        DependencyKind::Development => " (dev-dependency)",
        DependencyKind::Build => " (build-dependency)",
    };
    format!("{} -> {}{kind}", package.name, dependency.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<Value> =
            dependencies.iter().map(|(name, kind)| json!({ "name": name, "kind": kind })).collect();
        json!({ "name": name, "dependencies": dependencies, "manifest_path": "", "targets": [] })
    }

    /// The violations of a workspace with all its layers, in which one package has these dependencies.
    fn violations_of(name: &str, dependencies: &[(&str, Option<&str>)]) -> Vec<String> {
        let mut packages: Vec<Value> =
            LAYERS.iter().filter(|layer| layer.package != name).map(|layer| package(layer.package, &[])).collect();
        packages.push(package(name, dependencies));
        violations(&serde_json::from_value(json!({ "packages": packages })).unwrap())
    }

    #[test]
    fn the_arrows_of_the_architecture_are_allowed() {
        for layer in LAYERS {
            let normal = layer.may_use.iter().map(|name| (*name, None));
            let tests = layer.tests_may_use.iter().map(|name| (*name, Some("dev")));
            let dependencies: Vec<_> = normal.chain(tests).collect();
            assert_eq!(violations_of(layer.package, &dependencies), [""; 0]);
        }
    }

    #[test]
    fn an_arrow_outwards_names_both_ends_and_the_rule() {
        assert_eq!(
            violations_of("ore-services", &[("ore-domain", None), ("ore-persistence", None)]),
            ["ore-services -> ore-persistence: services stand on the domain and security, and know neither HTTP nor \
              a database"]
        );
    }

    #[test]
    fn security_may_not_use_the_workspace_even_in_tests() {
        assert_eq!(
            violations_of("ore-security", &[("ore-testkit", Some("dev"))]),
            ["ore-security -> ore-testkit (dev-dependency): other services take security alone, so it stands on no \
              other package of the workspace"]
        );
    }

    #[test]
    fn the_testkit_is_for_tests_alone() {
        assert_eq!(violations_of("ore-cli", &[("ore-testkit", Some("dev"))]), [""; 0]);
        assert_eq!(
            violations_of("ore-cli", &[("ore-testkit", None)]),
            [
                "ore-cli -> ore-testkit: the command line starts the server and runs the use cases; its tests, which are \
               those of the program, also call it as others do"
            ]
        );
    }

    #[test]
    fn a_package_may_name_itself_for_its_tests() {
        assert_eq!(violations_of("ore-persistence", &[("ore-persistence", Some("dev"))]), [""; 0]);
    }

    #[test]
    fn a_build_script_keeps_to_the_layers() {
        assert_eq!(
            violations_of("ore-schemas", &[("ore-api", Some("build"))]),
            ["ore-schemas -> ore-api (build-dependency): schemas stand on the domain only"]
        );
    }

    #[test]
    fn nothing_depends_on_xtask() {
        assert_eq!(violations_of("ore-api", &[("xtask", None)]).len(), 1);
    }

    #[test]
    fn a_reserved_package_is_refused_outside_its_layer() {
        assert_eq!(
            violations_of("ore-services", &[("tokio", None)]),
            ["ore-services -> tokio: the core knows neither a web framework nor a runtime"]
        );
        for reserved in RESERVED {
            for name in reserved.packages {
                assert_eq!(violations_of("ore-domain", &[(name, None)]).len(), 1, "{name}");
                for layer in reserved.for_layers {
                    assert_eq!(violations_of(layer, &[(name, None)]), [""; 0], "{name} in {layer}");
                }
            }
        }
    }

    #[test]
    fn a_reserved_package_is_refused_in_tests_too() {
        assert_eq!(
            violations_of("ore-testkit", &[("diesel", Some("dev"))]),
            ["ore-testkit -> diesel (dev-dependency): the database is behind the store ports"]
        );
    }

    #[test]
    fn a_package_without_a_layer_is_named() {
        assert_eq!(
            violations_of("ore-new", &[]),
            ["ore-new has no layer: give it a line in xtask/src/layers/rules.rs"]
        );
    }
}
