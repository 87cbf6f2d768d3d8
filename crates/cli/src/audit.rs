//! `workflow-server audit`.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use ore_domain::{AuditEntry, AuditFilter, AuditParty, AuditQuery, ChainLink};
use ore_schemas::AuditEntryResponse;
use ore_server::backend::Backend;
use ore_services::{AuditKeys, AuditReader, AuditVerification, VerifyAuditError};
use ore_settings::Settings;

use crate::audit_arguments::{AuditCommand, AuditFilterArguments, AuditListArguments};
use crate::console::print;
use crate::json_array::print_array;
use crate::table::{Table, moment};
use crate::{Failure, advice, database};

/// The number of entries that are read at a time.
const PAGE: u32 = 1000;
const HEADINGS: [&str; 8] = ["ID", "AT", "ACTION", "OUTCOME", "REASON", "ACTOR", "SUBJECT", "ADDRESS"];

/// Looks at the audit log, and whether it was changed.
pub(crate) async fn run(settings: &Settings, command: AuditCommand) -> Result<(), Failure> {
    database::require_file(settings)?;
    let backend = Backend::with_database(settings, database::to_read(settings))?;
    database::require_schema(&backend.database)?;
    match command {
        AuditCommand::Verify { head } => verify(backend.with_keys(settings)?, head.as_ref()).await,
        AuditCommand::List(arguments) => list(&backend, arguments).await,
        AuditCommand::Export { file, filter } => export(&backend, &file, filter.into()).await,
    }
}

async fn verify(backend: Backend, head: Option<&ChainLink>) -> Result<(), Failure> {
    let Some(ring) = &backend.key_ring else {
        return Err(Failure::because("BACKEND_KEY_ENCRYPTION_KEY is not set: the audit log is not sealed"));
    };
    let verification = AuditVerification::new(Arc::clone(&backend.store), AuditKeys::new(ring));
    let report = verification.verify(head).await.map_err(|error| match error {
        VerifyAuditError::Store(error) => advice::explain_store(&error),
        error => Failure::because(error),
    })?;
    let deleted = if report.deleted > 0 {
        format!(", after {} that were deleted for their age", report.deleted)
    } else {
        String::new()
    };
    let unsealed = if report.has_unsealed { "; some are not sealed yet" } else { "" };
    print(&format!("{} sealed entries are in order{deleted}{unsealed}\nhead {}\n", report.entries, report.head))
}

async fn list(backend: &Backend, arguments: AuditListArguments) -> Result<(), Failure> {
    let AuditListArguments { filter, limit, json } = arguments;
    let query = AuditQuery::newest(filter.into(), limit);
    let entries = reader(backend).find(query).await.map_err(|error| advice::explain_store(&error))?;
    if json {
        return print_array(entries.into_iter().map(AuditEntryResponse::from));
    }
    Table::new(HEADINGS).print(entries.iter().map(row))
}

/// All that the filter admits, the oldest first.
async fn export(backend: &Backend, file: &Path, filter: AuditFilter) -> Result<(), Failure> {
    let mut out: Box<dyn Write> = if file == Path::new("-") {
        Box::new(io::stdout().lock())
    } else {
        let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
        Box::new(io::BufWriter::new(created.map_err(|error| cannot_write(file, &error))?))
    };
    let (reader, mut beyond) = (reader(backend), None);
    loop {
        let query = AuditQuery { filter: filter.clone(), beyond, is_ascending: true, limit: PAGE };
        let entries = reader.find(query).await.map_err(|error| advice::explain_store(&error))?;
        let Some(last) = entries.last() else { break };
        beyond = Some(last.id);
        for entry in entries {
            let line = serde_json::to_string(&AuditEntryResponse::from(entry)).map_err(Failure::because)?;
            writeln!(out, "{line}").map_err(|error| cannot_write(file, &error))?;
        }
    }
    out.flush().map_err(|error| cannot_write(file, &error))
}

fn cannot_write(file: &Path, error: &io::Error) -> Failure {
    Failure::because(format!("{}: {error}", file.display()))
}

fn reader(backend: &Backend) -> AuditReader {
    AuditReader::new(Arc::clone(&backend.store))
}

fn row(entry: &AuditEntry) -> [String; 8] {
    let party = |party: &Option<AuditParty>| party.as_ref().map(ToString::to_string).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        entry.id.to_string(),
        moment(entry.at),
        entry.action.clone(),
        entry.outcome.clone(),
        text(&entry.reason),
        party(&entry.actor),
        party(&entry.subject),
        text(&entry.address),
    ]
}

impl From<AuditFilterArguments> for AuditFilter {
    fn from(arguments: AuditFilterArguments) -> Self {
        let AuditFilterArguments { actor, subject, action, outcome, after, before } = arguments;
        Self { actor, subject, action, outcome, after, before }
    }
}
