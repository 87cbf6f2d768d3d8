//! Finds modules of a crate that reach themselves through others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::slice::from_ref;

use anyhow::Result;
use fs_err as fs;

use crate::matching;

type ModulePath = Vec<String>;

/// The paths that each module of one crate names, with whether it re-exports them.
#[derive(Default)]
struct Modules(BTreeMap<ModulePath, Vec<(ModulePath, bool)>>);

/// One line for each circle among the modules of the crate whose source is in this folder. Tests may name what they
/// like.
pub(super) fn circles(package: &str, source: &Path) -> Result<Vec<String>> {
    let mut modules = Modules::default();
    modules.read(source, &[])?;
    Ok(modules.circles().into_iter().map(|circle| format!("{package}: {} form a circle", circle.join(", "))).collect())
}

impl Modules {
    fn read(&mut self, folder: &Path, at: &[String]) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let module = if matches!(&*name, "lib" | "mod") { at.to_vec() } else { [at, from_ref(&name)].concat() };
            if path.is_dir() && name != "bin" {
                self.read(&path, &module)?;
            } else if path.extension().is_some_and(|it| it == "rs") && name != "main" {
                let names = names(&module, &fs::read_to_string(&path)?);
                self.0.entry(module).or_default().extend(names);
            }
        }
        Ok(())
    }

    /// The module that a path leads to, through re-exports; `None` when it leaves the crate.
    fn resolve(&self, path: &[String], depth: usize) -> Option<ModulePath> {
        let length = (0..=path.len()).rev().find(|length| self.0.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        let exported = rest
            .first()
            .and_then(|name| self.0[module].iter().find(|(path, is_public)| *is_public && path.last() == Some(name)));
        match exported {
            Some((target, _)) if depth > 0 => self.resolve(&[target, &rest[1..]].concat(), depth - 1),
            _ => Some(module.to_vec()),
        }
    }

    /// For each module the neighbours that it, or something in it, names: modules of the same parent.
    fn arrows(&self) -> BTreeMap<&[String], BTreeSet<ModulePath>> {
        let mut arrows: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (module, names) in &self.0 {
            for target in names.iter().filter_map(|(path, _)| self.resolve(path, 8)) {
                let common = module.iter().zip(&target).take_while(|(one, other)| one == other).count();
                if common < module.len().min(target.len()) {
                    arrows.entry(&module[..=common]).or_default().insert(target[..=common].to_vec());
                }
            }
        }
        arrows
    }

    fn circles(&self) -> BTreeSet<Vec<String>> {
        let arrows = self.arrows();
        let members = |from: &&[String]| {
            let returns = |to: &&&ModulePath| reachable(&arrows, to).iter().any(|it| it.as_slice() == *from);
            reachable(&arrows, from).iter().filter(returns).map(|it| it.join("::")).collect()
        };
        arrows.keys().map(members).filter(|circle: &Vec<String>| !circle.is_empty()).collect()
    }
}

fn reachable<'a>(
    arrows: &'a BTreeMap<&[String], BTreeSet<ModulePath>>,
    from: &'a [String],
) -> BTreeSet<&'a ModulePath> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        open.extend(arrows.get(module).into_iter().flatten().filter(|next| reached.insert(*next)).map(Vec::as_slice));
    }
    reached
}

/// The paths within the crate that a file names, and whether it re-exports them.
fn names(module: &[String], text: &str) -> Vec<(ModulePath, bool)> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let of = |(pattern, is_public)| {
        let paths = matching::find_all(pattern, &code).into_iter().flat_map(expand);
        paths.filter_map(|path| Some((absolute(module, &path)?, is_public))).collect::<Vec<_>>()
    };
    [(IMPORTED, false), (EXPORTED, true), (IN_CODE, false)].into_iter().flat_map(of).collect()
}

/// The tree of an import, which stands at the beginning of a statement, or after an attribute or a visibility.
const IMPORTED: &str = r"(?:^|[;{})\]]|\bpub)\s*use ([^;]+)";
/// The tree of a re-export.
const EXPORTED: &str = r"\bpub(?:\([^)]*\))? +use ([^;]+)";
/// A path in code, and not the beginning of a tree.
const IN_CODE: &str = r"\b((?:crate|super)(?:::\w+)+)(?:::<|[^:\w]|$)";

/// The paths of a `use` tree, whose innermost branches are written out first.
fn expand(tree: &str) -> Vec<String> {
    let mut tree = tree.to_owned();
    while let Some((before, rest)) = tree.rsplit_once('{') {
        let (branches, after) = rest.split_once('}').unwrap_or((rest, ""));
        let (before, prefix) = before.split_at(before.rfind([',', '{', ' ']).map_or(0, |end| end + 1));
        let paths: Vec<_> = branches.split(',').map(|branch| format!("{prefix}{}", branch.trim())).collect();
        tree = [before, &paths.join(","), after].concat();
    }
    tree.split(',').filter_map(|path| Some(path.split(" as ").next()?.trim().to_owned())).collect()
}

/// A path from the root of the crate; `None` when it leads elsewhere.
fn absolute(module: &[String], path: &str) -> Option<ModulePath> {
    let mut at = module.to_vec();
    for (index, segment) in path.split("::").map(str::trim).enumerate() {
        match segment {
            "crate" => at.clear(),
            "super" => drop(at.pop()),
            "self" | "" => {}
            // A type or an alias.
            _ if index == 0 && !segment.starts_with(char::is_lowercase) => return None,
            _ => at.push(segment.to_owned()),
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles_of(files: &[(&str, &str)]) -> BTreeSet<Vec<String>> {
        let mut modules = Modules::default();
        for (path, text) in files {
            let module = absolute(&[], path).unwrap();
            modules.0.insert(module.clone(), names(&module, text));
        }
        modules.circles()
    }

    #[test]
    fn arrows_one_way_are_no_circle() {
        let files =
            [("", "mod a;\npub use a::A;"), ("a", "pub struct A;"), ("b", "use crate::A;\n#[cfg(test)]\nmod tests {}")];
        assert!(circles_of(&files).is_empty());
    }

    #[test]
    fn a_circle_is_found_through_re_exports_trees_and_paths_in_code() {
        let files = [
            ("", "#[cfg(test)]\nmod contract;\npub use a::A;"),
            ("a", "use crate::{\n    b::{B, self},\n    d,\n};"),
            ("b", "fn f() { super::c::f() }"),
            ("c", "use super::A; // A"),
            ("d", "use std::fmt;"),
        ];
        assert!(circles_of(&files).iter().eq([&["a", "b", "c"]]));
    }

    #[test]
    fn modules_of_a_module_form_circles_too() {
        let files = [("a", ""), ("a::b", "use super::c::C;"), ("a::c", "use crate::a::b::B;")];
        assert!(circles_of(&files).iter().eq([&["a::b", "a::c"]]));
    }
}
