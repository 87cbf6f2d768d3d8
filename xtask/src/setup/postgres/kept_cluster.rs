//! A cluster that stays from one command to the next, for developers.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::cluster::Cluster;
use crate::setup::server::{Account, free_port};
use crate::workspace;

/// Written last, so that a cluster that was not finished is made anew.
const RECORD: &str = "cluster.json";

/// The data that is needed to use the cluster again.
#[derive(Serialize, Deserialize)]
struct Record {
    programs: PathBuf,
    port: u16,
}

/// The developer's cluster in `target/test-tools/postgres`, or where the symbolic link of that name leads: as root,
/// the server's account often cannot reach the workspace.
pub(crate) struct KeptCluster(Cluster);

impl KeptCluster {
    /// The cluster, if there is one.
    pub(crate) fn find() -> Result<Option<Self>> {
        let Ok(directory) = place().canonicalize() else { return Ok(None) };
        let record = match fs::read_to_string(directory.join(RECORD)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            record => record.with_context(|| format!("cannot read {RECORD} in {}", directory.display()))?,
        };
        let Record { programs, port } = serde_json::from_str(&record)
            .with_context(|| format!("cannot understand {RECORD} in {}", directory.display()))?;
        Ok(Some(Self(Cluster { account: Account::unprivileged()?, directory, programs, port })))
    }

    /// Makes the cluster, which must not be there yet.
    pub(crate) fn create() -> Result<Self> {
        Self::create_on(free_port()?)
    }

    fn create_on(port: u16) -> Result<Self> {
        let account = Account::unprivileged()?;
        let directory = make_directory(account)?;
        let cluster = Cluster::create(account, &directory, port)?;
        let record = Record { programs: cluster.programs.clone(), port };
        fs::write(directory.join(RECORD), serde_json::to_string(&record)?)
            .with_context(|| format!("cannot write {RECORD} in {}", directory.display()))?;
        Ok(Self(cluster))
    }

    /// Starts the server unless it runs.
    pub(crate) fn start(&self) -> Result<()> {
        if self.0.is_running() { Ok(()) } else { self.0.start() }
    }

    /// Stops the server if it runs; returns whether it did.
    pub(crate) fn stop(&self) -> Result<bool> {
        let running = self.0.is_running();
        if running {
            self.0.stop()?;
        }
        Ok(running)
    }

    /// The administrator's URL, which stays the same for as long as the cluster is there.
    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    /// The directory of the data and of the server's log.
    pub(crate) fn directory(&self) -> &Path {
        &self.0.directory
    }

    /// Stops the server, removes all its data and makes an empty cluster with the same URL.
    pub(crate) fn renew(self) -> Result<Self> {
        self.stop()?;
        let Cluster { directory, port, .. } = self.0;
        fs::remove_dir_all(&directory).with_context(|| format!("cannot remove {}", directory.display()))?;
        Self::create_on(port)
    }
}

fn place() -> PathBuf {
    workspace::test_tools().join("postgres")
}

/// The directory that there is, or else a new one that the account can write to.
fn make_directory(account: Account) -> Result<PathBuf> {
    let place = place();
    if let Ok(directory) = place.canonicalize() {
        return Ok(directory);
    }
    // A link to a directory that is gone, such as one that a new start of the machine has removed.
    let _ = fs::remove_file(&place);
    fs::create_dir_all(&place).with_context(|| format!("cannot make {}", place.display()))?;
    if account.take_over(&place)? {
        return Ok(place);
    }
    fs::remove_dir(&place).with_context(|| format!("cannot remove {}", place.display()))?;
    let directory = account.make_temporary_directory("ore-postgres")?;
    symlink(&directory, &place).with_context(|| format!("cannot link {}", place.display()))?;
    Ok(directory)
}
