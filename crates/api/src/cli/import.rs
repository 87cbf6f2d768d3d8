//! `user import`.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ore_domain::{Clock, ImportedUser, SystemClock};
use ore_persistence::{Database, DatabaseOptions, DatabaseUrl, ListedPeerUser};
use ore_services::{Imports, PlacedUser};
use ore_settings::Settings;
use ore_user_files::{ImportFormat, UserReader, UserRecord};

use super::import_arguments::ImportArguments;
use super::import_report::ImportReport;
use super::{Failure, advice, database, migrate};

/// So many users are stored in one transaction.
const BATCH: usize = 1000;
/// The same, as the database is asked for them.
const PAGE: u32 = 1000;
/// Nobody waits for an answer, and a batch is larger than what a request does.
const TIMEOUT: Duration = Duration::from_mins(2);
const BAR: &str = "{bar:30} {percent:>3} % of {total_bytes}, {eta} to go";

/// Stores the users of a file or of another database.
pub(super) fn run(settings: &Settings, arguments: &ImportArguments) -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let database = open(settings, arguments.dry_run)?;
    let parameters = settings.passwords.hash_parameters;
    let imports = Imports::new(Arc::new(database), Arc::clone(&clock), parameters, arguments.dry_run);
    match (&arguments.from, &arguments.file) {
        (Some(url), _) => from_database(url, imports, arguments.dry_run),
        (None, Some(file)) => from_file(file, arguments.format, imports, arguments.dry_run, clock.as_ref()),
        (None, None) => Err(Failure::Usage("name a file or --from DATABASE_URL".to_owned())),
    }
}

/// With timeouts for a command; a dry run changes nothing, and so migrates nothing either.
fn open(settings: &Settings, is_dry_run: bool) -> Result<Database, Failure> {
    if is_dry_run {
        database::require_file(settings)?;
        let database = Database::new(patient(database::to_read(settings)));
        let states = database.migration_status().map_err(advice::explain)?;
        if states.iter().any(|state| !state.applied) {
            return Err(Failure::because("migrations are pending: run `workflow-server migrate up` first"));
        }
        return Ok(database);
    }
    let database = Database::new(patient(database::to_write(settings)));
    database::await_write_lock(&database)?;
    if settings.database.auto_migrate {
        database.migrate().map_err(migrate::explain_migration)?;
    }
    Ok(database)
}

fn patient(options: DatabaseOptions) -> DatabaseOptions {
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
        match self.imports.import(batch) {
            Ok(verdicts) => self.report.add(verdicts),
            Err(error) => {
                self.report.interrupt()?;
                Err(advice::explain_store(&error))
            }
        }
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.store()?;
        self.report.finish()
    }
}

fn from_file(
    path: &Path,
    format: Option<ImportFormat>,
    imports: Imports,
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
    let mut import = Import::new(imports, ImportReport::new("line", is_dry_run, bar));
    for row in rows {
        match row.map(|row| (row.line, row.user)) {
            Ok((place, Ok(user))) => import.add(PlacedUser { place, user })?,
            Ok((line, Err(fault))) => import.refuse(line, &fault.to_string())?,
            Err(fault) => {
                import.store()?;
                import.report.interrupt()?;
                return Err(Failure::because(format!("{}: {fault}; the rest was not read", path.display())));
            }
        }
    }
    import.finish()
}

fn from_database(url: &DatabaseUrl, imports: Imports, is_dry_run: bool) -> Result<(), Failure> {
    if let Some(missing) = url.missing_file() {
        return Err(Failure::because(format!("there is no database {}; is --from right?", missing.display())));
    }
    let options = DatabaseOptions { only_reads: true, ..DatabaseOptions::new(url.clone(), std::num::NonZeroU32::MIN) };
    let source = Database::new(patient(options));
    let mut import = Import::new(imports, ImportReport::new("id", is_dry_run, ProgressBar::new_spinner()));
    let mut after = None;
    loop {
        let users = source.peer_users(after, PAGE).map_err(|error| Failure::because(format!("--from: {error}")))?;
        let Some(last) = users.last() else { return import.finish() };
        after = Some(last.as_ref().map_or_else(|unreadable| unreadable.id.get(), |user| user.id));
        for user in users {
            let (id, user) = read(user);
            match (u64::try_from(id), user) {
                (Ok(place), Ok(user)) => import.add(PlacedUser { place, user })?,
                (place, user) => import.refuse(place.unwrap_or_default(), &user.err().unwrap_or_default())?,
            }
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
