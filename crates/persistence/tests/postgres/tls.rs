use std::num::NonZeroU32;

use ore_domain::StoreError;
use ore_persistence::{Database, DatabaseOptions, SchemaState};

use crate::tls_server::TlsServer;

fn probe(server: &TlsServer, host: &str, parameters: &str) -> Result<SchemaState, StoreError> {
    let url = format!("postgresql://postgres@{host}:{}/postgres?{parameters}", server.port()).parse().unwrap();
    Database::new(DatabaseOptions::new(url, NonZeroU32::MIN)).probe()
}

#[track_caller]
fn assert_refused(outcome: &Result<SchemaState, StoreError>, reason: &str) {
    assert!(
        matches!(outcome, Err(StoreError::Unavailable(cause)) if cause.to_string().contains(reason)),
        "{reason}: {outcome:?}"
    );
}

/// One test, since a server takes seconds to make.
#[test]
fn a_server_is_trusted_by_its_authority_and_its_name_alone() {
    let server = TlsServer::start();
    let (authority, other) = (server.authority(), server.other_authority());
    let verify_full = |certificate: &str| format!("sslmode=verify-full&sslrootcert={certificate}");

    assert_eq!(probe(&server, "localhost", &verify_full(&authority)).unwrap(), SchemaState::MigrationsPending);
    assert_refused(&probe(&server, "localhost", &verify_full(&other)), "SSL error");
    assert_refused(&probe(&server, "127.0.0.1", &verify_full(&authority)), "does not match host name \"127.0.0.1\"");
    assert_refused(&probe(&server, "localhost", &verify_full("/missing.crt")), "does not exist");

    let verify_authority = format!("sslmode=verify-ca&sslrootcert={authority}");
    assert_eq!(probe(&server, "127.0.0.1", &verify_authority).unwrap(), SchemaState::MigrationsPending);
    assert_eq!(probe(&server, "127.0.0.1", "sslmode=require").unwrap(), SchemaState::MigrationsPending);
    assert_refused(&probe(&server, "localhost", "sslmode=disable"), "no encryption");
}
