//! `user import`.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ore_domain::{Clock, ImportedUser, SystemClock};
use ore_persistence::{Database, DatabaseOptions, DatabaseUrl, ListedPeerUser};
use ore_server::key_ring::{key_ring, key_ring_of_dry_run};
use ore_services::{Imports, PlacedUser, TotpKeys};
use ore_settings::Settings;
use ore_user_files::{ImportFormat, UserReader, UserRecord};

use crate::import_arguments::ImportArguments;
use crate::import_report::ImportReport;
use crate::{Failure, advice, database, migrate};

/// The number of users that are stored in one transaction.
const BATCH: usize = 1000;
/// The same, as the database is asked for them.
const PAGE: u32 = 1000;
/// Nobody waits for an answer, and a batch is larger than what a request does.
const TIMEOUT: Duration = Duration::from_mins(2);
const BAR: &str = "{bar:30} {percent:>3} % of {total_bytes}, {eta} to go";

/// Stores the users of a file or of another database.
pub(crate) fn run(settings: &Settings, arguments: &ImportArguments) -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let database = open(settings, arguments.dry_run)?;
    let parameters = settings.passwords.hash_parameters();
    let ring = if arguments.dry_run { key_ring_of_dry_run(&settings.keys) } else { key_ring(&settings.keys) };
    let ring = ring.map_err(Failure::because)?;
    let totp_keys = ring.as_ref().map(TotpKeys::new).unwrap_or_default();
    let begin = |name: &str| {
        let imports = Imports::begin(Arc::new(database), Arc::clone(&clock), parameters, arguments.dry_run, name);
        let imports = imports.map_err(|error| advice::explain_store(&error))?;
        Ok(imports.with_totp_keys(totp_keys))
    };
    match (&arguments.from, &arguments.file) {
        (Some(url), _) => from_database(url, begin, arguments.dry_run),
        (None, Some(file)) => from_file(file, arguments.format, begin, arguments.dry_run, clock.as_ref()),
        (None, None) => Err(Failure::Usage("name a file or --from DATABASE_URL".to_owned())),
    }
}

/// With timeouts for a command; a dry run changes nothing, and so migrates nothing either.
fn open(settings: &Settings, is_dry_run: bool) -> Result<Database, Failure> {
    if is_dry_run {
        database::require_file(settings)?;
        let database = Database::new(with_long_timeouts(database::to_read(settings)));
        database::require_schema(&database)?;
        return Ok(database);
    }
    let database = Database::new(with_long_timeouts(database::to_write(settings)));
    database::await_write_lock(&database)?;
    if settings.database.auto_migrate {
        database.migrate().map_err(migrate::explain_migration)?;
    }
    Ok(database)
}

fn with_long_timeouts(options: DatabaseOptions) -> DatabaseOptions {
    DatabaseOptions {
        acquire_timeout: TIMEOUT,
        lock_timeout: TIMEOUT,
        statement_timeout: TIMEOUT,
        use_timeout: TIMEOUT,
        ..options
    }
}

/// The users on their way into the store.
struct Import {
    imports: Imports,
    report: ImportReport,
    batch: Vec<PlacedUser>,
}

impl Import {
    fn new(imports: Imports, report: ImportReport) -> Self {
        Self { imports, report, batch: Vec::with_capacity(BATCH) }
    }

    fn add(&mut self, user: PlacedUser) -> Result<(), Failure> {
        self.batch.push(user);
        if self.batch.len() == BATCH { self.store() } else { Ok(()) }
    }

    fn refuse(&mut self, place: u64, reason: &str) -> Result<(), Failure> {
        self.report.refuse(place, reason);
        if self.report.is_long() { self.store() } else { Ok(()) }
    }

    fn store(&mut self) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch);
        let verdicts = self.imports.import(batch).map_err(|error| advice::explain_store(&error))?;
        self.report.add(verdicts)
    }

    fn finish(mut self) -> Result<(), Failure> {
        if let Err(failure) = self.store() {
            return Err(self.interrupt(failure));
        }
        let recorded = self.imports.finish(self.report.counts());
        self.report.finish().and(recorded.map_err(|error| advice::explain_store(&error)))
    }

    /// Reports the work until a failure, and the failure last.
    fn interrupt(mut self, failure: Failure) -> Failure {
        // A store that has failed may fail at this too.
        let _ = self.imports.interrupt(self.report.counts());
        self.report.interrupt().err().unwrap_or(failure)
    }

    /// The checks of each user before the import.
    fn take(mut self, place: u64, user: Result<ImportedUser, String>) -> Result<Self, Failure> {
        let taken = match user {
            Ok(user) => self.add(PlacedUser { place, user }),
            Err(fault) => self.refuse(place, &fault),
        };
        match taken {
            Ok(()) => Ok(self),
            Err(failure) => Err(self.interrupt(failure)),
        }
    }
}

fn from_file(
    path: &Path,
    format: Option<ImportFormat>,
    begin: impl FnOnce(&str) -> Result<Imports, Failure>,
    is_dry_run: bool,
    clock: &dyn Clock,
) -> Result<(), Failure> {
    let cannot = |error| Failure::because(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(cannot)?;
    // Not shown unless standard error is a terminal.
    let bar = ProgressBar::new(file.metadata().map_err(cannot)?.len());
    if let Ok(style) = ProgressStyle::with_template(BAR) {
        bar.set_style(style);
    }
    let rows = UserReader::open(bar.wrap_read(file), format, clock.now());
    let rows = rows.map_err(|fault| Failure::because(format!("{}: {fault}", path.display())))?;
    let imports = begin(&path.to_string_lossy())?;
    let mut import = Import::new(imports, ImportReport::new("line", is_dry_run, bar));
    for row in rows {
        match row {
            Ok(row) => import = import.take(row.line, row.user.map_err(|fault| fault.to_string()))?,
            Err(fault) => {
                let failure = Failure::because(format!("{}: {fault}; the rest was not read", path.display()));
                let failure = import.store().err().unwrap_or(failure);
                return Err(import.interrupt(failure));
            }
        }
    }
    import.finish()
}

fn from_database(
    url: &DatabaseUrl,
    begin: impl FnOnce(&str) -> Result<Imports, Failure>,
    is_dry_run: bool,
) -> Result<(), Failure> {
    if let Some(missing) = url.missing_file() {
        return Err(Failure::because(format!("there is no database {}; is --from right?", missing.display())));
    }
    let options = DatabaseOptions { only_reads: true, ..DatabaseOptions::new(url.clone(), std::num::NonZeroU32::MIN) };
    let source = Database::new(with_long_timeouts(options));
    let imports = begin(url.masked())?;
    let mut import = Import::new(imports, ImportReport::new("id", is_dry_run, ProgressBar::new_spinner()));
    let mut after = None;
    loop {
        let users = match source.peer_users(after, PAGE) {
            Ok(users) => users,
            Err(error) => return Err(import.interrupt(Failure::because(format!("--from: {error}")))),
        };
        let Some(last) = users.last() else { return import.finish() };
        after = Some(last.as_ref().map_or_else(|unreadable| unreadable.id.get(), |user| user.id));
        for user in users {
            let (id, user) = read(user);
            let place = u64::try_from(id);
            let user = if place.is_ok() { user } else { Err(user.err().unwrap_or_default()) };
            import = import.take(place.unwrap_or_default(), user)?;
        }
    }
}

/// The key of a user of another database, and the user or why there is none.
fn read(user: ListedPeerUser) -> (i64, Result<ImportedUser, String>) {
    let user = match user {
        Err(unreadable) => return (unreadable.id.get(), Err(unreadable.fault)),
        Ok(user) => user,
    };
    let record = UserRecord {
        id: user.id,
        email: &user.email,
        hashed_password: user.password_hash.expose(),
        is_active: user.is_active,
        created_at: user.created_at,
    };
    (user.id, record.read().map_err(|fault| fault.to_string()))
}
