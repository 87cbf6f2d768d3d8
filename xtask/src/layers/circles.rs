//! Finds modules of a crate that reach themselves through others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use anyhow::Result;

use crate::files;

type ModulePath = Vec<String>;

/// The references between the modules of one crate.
#[derive(Default)]
struct Modules {
    /// The paths that each module names, with whether it re-exports them.
    names: BTreeMap<ModulePath, Vec<(ModulePath, bool)>>,
}

/// One line for each circle among the modules of the crate whose source is in this folder. Tests may name what they like.
pub(super) fn circles(package: &str, source: &Path) -> Result<Vec<String>> {
    let mut modules = Modules::default();
    modules.read(source, &[])?;
    Ok(modules.circles().into_iter().map(|circle| format!("{package}: {} form a circle", circle.join(", "))).collect())
}

impl Modules {
    fn read(&mut self, folder: &Path, at: &[String]) -> Result<()> {
        for path in files::list(folder)? {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            let is_root = matches!(name.as_str(), "lib" | "mod");
            match name.as_str() {
                "bin" | "main" => {}
                _ if path.is_dir() => self.read(&path, &[at, &[name]].concat())?,
                _ if is_rust => {
                    let module = if is_root { at.to_vec() } else { [at, &[name]].concat() };
                    let names = names(&module, &files::read(&path)?);
                    self.names.entry(module).or_default().extend(names);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The module that a path leads to, through re-exports; `None` when it leaves the crate.
    fn resolve(&self, path: &[String], depth: usize) -> Option<ModulePath> {
        let length = (0..=path.len()).rev().find(|length| self.names.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        let exported = rest.first().and_then(|name| {
            self.names[module].iter().find(|(path, is_public)| *is_public && path.last() == Some(name))
        });
        match exported {
            Some((target, _)) if depth > 0 => self.resolve(&[target, &rest[1..]].concat(), depth - 1),
            _ => Some(module.to_vec()),
        }
    }

    /// The arrows between children of one module, by that module.
    fn arrows(&self) -> BTreeMap<ModulePath, BTreeMap<&str, BTreeSet<String>>> {
        let mut arrows: BTreeMap<_, BTreeMap<_, BTreeSet<_>>> = BTreeMap::new();
        for (module, names) in &self.names {
            for target in names.iter().filter_map(|(path, _)| self.resolve(path, 8)) {
                let common = module.iter().zip(&target).take_while(|(one, other)| one == other).count();
                if let (Some(from), Some(to)) = (module.get(common), target.get(common)) {
                    let siblings = arrows.entry(module[..common].to_vec()).or_default();
                    siblings.entry(from.as_str()).or_default().insert(to.clone());
                }
            }
        }
        arrows
    }

    fn circles(&self) -> Vec<Vec<String>> {
        let mut circles = BTreeSet::new();
        for (parent, arrows) in self.arrows() {
            let reach: BTreeMap<&str, BTreeSet<&str>> =
                arrows.keys().map(|from| (*from, reachable(&arrows, from))).collect();
            for (from, reached) in reach.iter().filter(|(from, reached)| reached.contains(*from)) {
                let returns = |to: &&&str| reach.get(**to).is_some_and(|reached| reached.contains(from));
                let members =
                    reached.iter().filter(returns).map(|name| [&parent[..], &[(*name).to_owned()]].concat().join("::"));
                circles.insert(members.collect::<Vec<_>>());
            }
        }
        circles.into_iter().collect()
    }
}

fn reachable<'a>(arrows: &'a BTreeMap<&str, BTreeSet<String>>, from: &str) -> BTreeSet<&'a str> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        for next in arrows.get(module).into_iter().flatten() {
            if reached.insert(next.as_str()) {
                open.push(next);
            }
        }
    }
    reached
}

/// The paths within the crate that a file names, and whether it re-exports them.
fn names(module: &[String], text: &str) -> Vec<(ModulePath, bool)> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: Vec<&str> = code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join(" ");
    let mut names = Vec::new();
    for statement in code.split(';') {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let (paths, is_public) = if let Some(index) = words.iter().rposition(|word| *word == "use") {
            let is_public =
                words[..index].iter().any(|word| word.starts_with("pub(")) || words[..index].ends_with(&["pub"]);
            (expand(&words[index + 1..].join(" ")), is_public)
        } else {
            let tokens = statement.split(|it: char| !(it.is_alphanumeric() || matches!(it, '_' | ':')));
            let is_path = |token: &&str| token.starts_with("crate::") || token.starts_with("super::");
            (tokens.filter(is_path).map(str::to_owned).collect(), false)
        };
        names.extend(paths.iter().filter_map(|path| absolute(module, path)).map(|path| (path, is_public)));
    }
    names
}

/// The paths of a `use` tree.
fn expand(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let (mut depth, mut branches) = (0, vec![String::new()]);
    for character in rest.strip_suffix('}').unwrap_or(rest).chars() {
        depth += i32::from(character == '{') - i32::from(character == '}');
        match branches.last_mut() {
            Some(branch) if character != ',' || depth > 0 => branch.push(character),
            _ => branches.push(String::new()),
        }
    }
    branches
        .iter()
        .flat_map(|branch| expand(branch.trim()))
        .map(|branch| format!("{}{branch}", prefix.trim()))
        .collect()
}

/// A path from the root of the crate; `None` when it leads elsewhere.
fn absolute(module: &[String], path: &str) -> Option<ModulePath> {
    let mut segments: VecDeque<&str> =
        path.split("::").map(str::trim).filter(|segment| *segment != "self" && !segment.is_empty()).collect();
    let first = *segments.front()?;
    let mut at = if first == "crate" { Vec::new() } else { module.to_vec() };
    if !path.starts_with("self::") && !first.starts_with(char::is_lowercase) {
        return None;
    }
    while let Some(segment) = segments.pop_front_if(|segment| matches!(*segment, "crate" | "super")) {
        if segment == "super" {
            at.pop();
        }
    }
    at.extend(segments.into_iter().map(str::to_owned));
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let mut modules = Modules::default();
        for (path, text) in files {
            let module: ModulePath =
                path.split("::").filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
            let names = names(&module, text);
            modules.names.insert(module, names);
        }
        modules.circles()
    }

    #[test]
    fn arrows_one_way_are_no_circle() {
        let files =
            [("", "mod a;\npub use a::A;"), ("a", "pub struct A;"), ("b", "use crate::A;\n#[cfg(test)]\nmod tests {}")];
        assert_eq!(circles_of(&files), [[""; 0]; 0]);
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
        assert_eq!(circles_of(&files), [["a", "b", "c"]]);
    }

    #[test]
    fn modules_of_a_module_form_circles_too() {
        let files = [("a", ""), ("a::b", "use super::c::C;"), ("a::c", "use crate::a::b::B;")];
        assert_eq!(circles_of(&files), [["a::b", "a::c"]]);
    }
}
