//! `user export`.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use ore_domain::{BlockingStoreExt, ListedUser, StoreError, SystemClock, UserId};
use ore_persistence::Database;
use ore_services::ExportRun;
use ore_settings::Settings;
use ore_user_files::{ExportFormat, UserWriter};

use crate::console::print;
use crate::import_arguments::ExportArguments;
use crate::{Failure, advice, database};

/// Users asked for at a time.
const PAGE: u32 = 1000;

/// Writes every user, with the hash of the password, to a file that only its owner may read.
pub(crate) fn run(settings: &Settings, arguments: &ExportArguments) -> Result<(), Failure> {
    let ExportArguments { file, format } = arguments;
    let is_standard = file == Path::new("-");
    let format = format.or_else(|| if is_standard { Some(ExportFormat::Csv) } else { ExportFormat::of_path(file) });
    let format = format.ok_or_else(|| {
        Failure::Usage(format!("{}: end the name in .csv or .jsonl, or say --format", file.display()))
    })?;
    database::require_file(settings)?;
    let database = Database::new(database::to_read(settings));
    database::require_schema(&database)?;
    if is_standard {
        let export = |_: &str| export(&database, io::stdout().lock(), format, "standard output");
        return audited(settings, "-", format, export)?.complete();
    }
    let name = file.display().to_string();
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let created = created.map_err(|error| Failure::because(format!("cannot make {name}: {error}")))?;
    let export = |name: &str| export(&database, created, format, name);
    let exported = audited(settings, &name, format, export).inspect_err(|_| {
        // Half a file looks like a whole one. The first failure is the one to tell.
        let _ = fs::remove_file(file);
    })?;
    print(&format!("exported {} users to {name}\n", exported.users))?;
    exported.complete()
}

/// Nothing is given out that the audit log does not tell.
fn audited(
    settings: &Settings,
    name: &str,
    format: ExportFormat,
    export: impl FnOnce(&str) -> Result<ExportCounts, Failure>,
) -> Result<ExportCounts, Failure> {
    let log = Database::new(database::to_write(settings));
    database::await_write_lock(&log)?;
    let explain = |error: StoreError| advice::explain_store(&error);
    let run = ExportRun::begin(Arc::new(log), Arc::new(SystemClock), name, format.name()).map_err(explain)?;
    match export(name) {
        Ok(exported) => run.finish(exported.users, exported.unreadable).map(|()| exported).map_err(explain),
        Err(failure) => {
            // Report the reason of the failure.
            let _ = run.interrupt();
            Err(failure)
        }
    }
}

/// How many users were written, and how many could not be read.
#[derive(Default)]
struct ExportCounts {
    users: u64,
    unreadable: u64,
}

impl ExportCounts {
    /// A failure when somebody is missing.
    fn complete(self) -> Result<(), Failure> {
        match self.unreadable {
            0 => Ok(()),
            count => Err(Failure::because(format!(
                "users that cannot be read and were left out: {count}; `user list` shows them, all others are in"
            ))),
        }
    }
}

fn export(database: &Database, out: impl Write, format: ExportFormat, name: &str) -> Result<ExportCounts, Failure> {
    let cannot = |error: io::Error| Failure::because(format!("cannot write to {name}: {error}"));
    let mut writer = UserWriter::new(BufWriter::new(out), format).map_err(cannot)?;
    let (mut after, mut exported) = (None, ExportCounts::default());
    loop {
        let users = page(database, after).map_err(|error| advice::explain_store(&error))?;
        let Some(last) = users.last() else { break };
        after = Some(last.as_ref().map_or_else(|unreadable| unreadable.id, |user| user.id));
        for user in &users {
            match user {
                Ok(user) => {
                    writer.write(user).map_err(cannot)?;
                    exported.users += 1;
                }
                Err(_) => exported.unreadable += 1,
            }
        }
    }
    writer.finish().map_err(cannot)?;
    Ok(exported)
}

fn page(database: &Database, after: Option<UserId>) -> Result<Vec<ListedUser>, StoreError> {
    database.read(move |r| r.users().list(after, PAGE))
}
