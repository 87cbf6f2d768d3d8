//! Where PostgreSQL's server programs are.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::setup::system_packages;
use crate::{console, process};

/// Debian keeps the programs of each version outside `PATH`, as `<version>/bin` in here.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// With `create_main_cluster = false`, Debian's package makes and starts no server of its own when it is installed.
const DEBIAN_SETTING: (&str, &str) =
    ("/etc/postgresql-common/createcluster.d/ore-tests.conf", "create_main_cluster = false\n");

/// Directories that may hold the programs: first those of `PATH`, then Debian's from the newest version down.
pub(super) fn candidates() -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "PATH belongs to the operating system and is no setting of ours")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = fs::read_dir(DEBIAN_VERSIONS).into_iter().flatten().flatten().map(|entry| entry.path());
    list_candidates(&path, installed.collect())
}

/// Whether there is a PostgreSQL, working or not.
pub(in crate::setup) fn is_installed() -> bool {
    !candidates().is_empty()
}

fn list_candidates(path: &OsStr, versions: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut candidates: Vec<PathBuf> = std::env::split_paths(path).collect();
    candidates.extend(newest_first(versions).into_iter().map(|version| version.join("bin")));
    candidates.retain(|directory| directory.join("initdb").is_file());
    candidates
}

fn newest_first(mut versions: Vec<PathBuf>) -> Vec<PathBuf> {
    let number = |path: &PathBuf| {
        path.file_name()?.to_str()?.split('.').map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<_>>>()
    };
    versions.sort_by_key(|path| Reverse(number(path)));
    versions
}

/// The first directory whose programs do what `try_out` asks of them. A broken installation says so and is passed
/// over.
pub(super) fn first_that_works(
    candidates: Vec<PathBuf>,
    mut try_out: impl FnMut(&Path) -> Result<()>,
) -> Option<PathBuf> {
    candidates.into_iter().find(|directory| {
        let outcome = try_out(directory);
        if let Err(error) = &outcome {
            console::complain(&format!("PostgreSQL in {} does not work: {error:#}", directory.display()));
        }
        outcome.is_ok()
    })
}

/// The first directory with the server's programs and `psql`, installed where that is possible.
pub(in crate::setup) fn find_or_install() -> Result<PathBuf> {
    let find = || {
        let with_psql = candidates().into_iter().filter(|directory| directory.join("psql").is_file()).collect();
        first_that_works(with_psql, |it| process::captured(process::command(it.join("postgres")).arg("-V")).map(drop))
    };
    if let Some(programs) = find() {
        return Ok(programs);
    }
    install()?;
    find().context("PostgreSQL is installed and yet does not run")
}

/// Installs Debian's PostgreSQL.
pub(super) fn install() -> Result<()> {
    const MISSING: &str =
        "PostgreSQL 13 or later (its server programs here, or a server's URL in BACKEND_TEST_DATABASE_URL)";
    if !system_packages::can_install() {
        return system_packages::install(MISSING, &["postgresql"]);
    }
    let (path, content) = DEBIAN_SETTING;
    let path = Path::new(path);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))?;
    let result = system_packages::install(MISSING, &["postgresql"]);
    // A cluster that somebody wants later must be made as Debian makes it.
    fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
    result
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;
    use crate::setup::server::Account;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn the_newest_version_comes_first_by_number() {
        let versions = paths(&["/lib/9.6", "/lib/15", "/lib/9.10", "/lib/16", "/lib/other"]);
        assert_eq!(newest_first(versions), paths(&["/lib/16", "/lib/15", "/lib/9.10", "/lib/9.6", "/lib/other"]));
    }

    #[test]
    fn candidates_are_where_initdb_is_and_path_comes_first() {
        let place = Account::unprivileged().unwrap().make_temporary_directory("ore-xtask-test").unwrap();
        for directory in ["on-path", "without-initdb", "15/bin", "16/bin", "17"] {
            fs::create_dir_all(place.join(directory)).unwrap();
        }
        for directory in ["on-path", "15/bin", "16/bin"] {
            fs::write(place.join(directory).join("initdb"), "").unwrap();
        }
        let path = std::env::join_paths([place.join("without-initdb"), place.join("on-path")]).unwrap();
        let found = list_candidates(&path, ["15", "17", "16"].map(|version| place.join(version)).into());
        fs::remove_dir_all(&place).unwrap();
        assert_eq!(found, ["on-path", "16/bin", "15/bin"].map(|directory| place.join(directory)));
    }

    #[test]
    fn a_broken_installation_is_passed_over() {
        let mut tried = Vec::new();
        let found = first_that_works(paths(&["/broken", "/whole", "/other"]), |directory| {
            tried.push(directory.to_owned());
            anyhow::ensure!(!directory.ends_with("broken"), "no share directory");
            Ok(())
        });
        assert_eq!(found, Some(PathBuf::from("/whole")));
        assert_eq!(tried, paths(&["/broken", "/whole"]));
        assert_eq!(first_that_works(paths(&["/broken"]), |_| bail!("no share directory")), None);
    }
}
