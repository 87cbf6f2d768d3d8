use std::num::NonZeroU32;

use ore_domain::{AllowedOrigins, Clock, StoreError, SystemClock};
use ore_persistence::{Database, DatabaseOptions, ExposedFile, MigrationState};
use ore_settings::{Environment, MetricsAccess, Settings, SettingsFaults};
use ore_transport::Certificate;

use crate::console::print;
use crate::{Failure, advice};

const TWO: NonZeroU32 = NonZeroU32::new(2).unwrap();

/// Says what a deployment with these settings would be surprised by: what would be logged at a start, what is meant for
/// development alone, and whether the database is there and up to date.
///
/// # Errors
/// When there is anything to say.
pub(crate) fn run(settings: Result<Settings, SettingsFaults>) -> Result<(), Failure> {
    let findings = match settings {
        Ok(settings) => of_settings(&settings),
        // Each of them works, and only production refuses them.
        Err(faults) if faults.are_refusals() => faults.to_string().lines().map(str::to_owned).collect(),
        Err(faults) => return Err(faults.into()),
    };
    if findings.is_empty() {
        return print("no problems found\n");
    }
    for finding in &findings {
        print(&format!("{finding}\n"))?;
    }
    Err(Failure::because(format!("findings: {}", findings.len())))
}

fn of_settings(settings: &Settings) -> Vec<String> {
    let mut findings = settings.warnings.clone();
    findings.extend(traits_of_development(settings));
    findings.extend(of_replicas(settings));
    findings.extend(of_certificate(settings));
    findings.extend(settings.database.url.exposed_files().iter().map(ExposedFile::to_string));
    findings.extend(of_database(settings));
    findings
}

/// Settings that production refuses and that are easily copied to a staging environment.
fn traits_of_development(settings: &Settings) -> Vec<String> {
    if settings.app.environment == Environment::Development {
        return Vec::new();
    }
    let findings = [
        (
            settings.server.allowed_origins == AllowedOrigins::Any,
            "BACKEND_ALLOWED_ORIGINS lets every web site call; name the origins",
        ),
        (settings.app.debug, "BACKEND_DEBUG serves the documentation and logs headers"),
        (
            settings.server.metrics_bind.is_none() && settings.metrics_access() == MetricsAccess::Everybody,
            "BACKEND_METRICS_BIND and BACKEND_METRICS_ALLOW are not set: anyone who reaches the service reads its metrics \
             at /metrics",
        ),
        (
            settings.server.trusted_proxies.is_empty() && settings.server.tls().is_none(),
            "BACKEND_TRUSTED_PROXIES is empty: headers of a proxy are not believed, and all its clients count as one \
             address",
        ),
    ];
    findings.into_iter().filter(|(holds, _)| *holds).map(|(_, finding)| finding.to_owned()).collect()
}

fn of_replicas(settings: &Settings) -> Option<String> {
    let alone = settings.server.replicas.get() == 1;
    (!alone && !settings.database.url.is_postgres())
        .then(|| "BACKEND_REPLICAS is more than 1, and SQLite is a file of one machine; use PostgreSQL".to_owned())
}

fn of_certificate(settings: &Settings) -> Vec<String> {
    match Certificate::of(&settings.server) {
        Ok(certificate) => certificate.map(|it| it.findings(SystemClock.now())).unwrap_or_default(),
        Err(fault) => vec![fault.to_string()],
    }
}

/// Asking SQLite for a file makes it, and anyone who makes it owns it: the service may then not open it.
fn of_database(settings: &Settings) -> Vec<String> {
    if let Some(missing) = settings.database.url.missing_file() {
        let missing = missing.display();
        return vec![format!("BACKEND_DATABASE_URL: there is no file {missing}; the first start makes it")];
    }
    // One connection alone does not see that a pooler hands them around; more than two would take those of the service.
    let pool_size = settings.database.pool_size.min(TWO);
    let options = DatabaseOptions { only_reads: true, pool_size, ..settings.database.options() };
    look_at(&Database::new(options))
        .unwrap_or_else(|error| vec![format!("BACKEND_DATABASE_URL: {}", advice::with_advice(&error.to_string()))])
}

fn look_at(database: &Database) -> Result<Vec<String>, StoreError> {
    let encoding = database.unfit_encoding()?.map(|encoding| format!("BACKEND_DATABASE_URL: {encoding}"));
    let pooler = database.unnamed_pooler()?.map(str::to_owned);
    let migrations = migrations(&database.migration_status()?);
    Ok([encoding, pooler, migrations].into_iter().flatten().collect())
}

fn migrations(states: &[MigrationState]) -> Option<String> {
    let count = |is_meant: fn(&MigrationState) -> bool| states.iter().filter(|state| is_meant(state)).count();
    let (pending, unknown) = (count(|it| !it.applied), count(|it| !it.known));
    match (pending, unknown) {
        (0, 0) => None,
        (0, newer) => Some(format!("the database has {newer} migrations of a newer version")),
        (pending, _) => Some(format!("{pending} migrations are pending; `workflow-server migrate status` shows them")),
    }
}
