//! `workflow-server keys`.

use std::fs;
use std::path::Path;

use ore_domain::{AuditOrigin, Rfc3339, StoredSigningKey};
use ore_security::token::{Algorithm, JwkSet, PrivateKey};
use ore_server::tokens::keys_of_files;
use ore_services::{SigningKeyAdministration, SigningKeyError};
use ore_settings::Settings;
use secrecy::zeroize::Zeroizing;
use serde::Serialize;

use crate::console::print;
use crate::json_array::print_array;
use crate::keys_arguments::{KeyNameArguments, KeysAction};
use crate::operator_call::OperatorCall;
use crate::table::{Table, moment};
use crate::{Failure, advice};

/// Looks after the pairs of keys in the database.
pub(crate) async fn run(settings: &Settings, action: KeysAction) -> Result<(), Failure> {
    match action {
        KeysAction::List { json } => list(&OperatorCall::to_read(settings)?.services.signing_keys, json).await,
        KeysAction::ExportPublic => export(settings).await,
        KeysAction::Stage { algorithm } => stage(settings, algorithm).await,
        KeysAction::Import { file } => import(settings, &file).await,
        KeysAction::Activate(KeyNameArguments { kid, now }) => {
            let activated = to_change(settings)?.activate(&kid, now, &AuditOrigin::operator()).await;
            activated.map_err(|error| explain(&error))?;
            print(&format!("activated key {kid}; replicas follow within seconds\n"))
        }
        KeysAction::Retire(KeyNameArguments { kid, now }) => {
            let retired = to_change(settings)?.retire(&kid, now, &AuditOrigin::operator()).await;
            retired.map_err(|error| explain(&error))?;
            print(&format!("retired key {kid}; replicas follow within seconds\n"))
        }
    }
}

fn to_change(settings: &Settings) -> Result<SigningKeyAdministration, Failure> {
    if !settings.tokens.signing_key_files.is_empty() {
        let fault = "BACKEND_SIGNING_KEY_FILES is set: the keys are those in its files, and not in the database";
        return Err(Failure::Usage(fault.to_owned()));
    }
    Ok(OperatorCall::to_make(settings)?.services.signing_keys)
}

/// A key, in JSON for scripts.
#[derive(Serialize)]
struct ListedKey<'a> {
    kid: &'a str,
    algorithm: &'a str,
    state: &'static str,
    created_at: String,
}

async fn list(keys: &SigningKeyAdministration, json: bool) -> Result<(), Failure> {
    let keys = keys.list().await.map_err(|error| advice::explain_store(&error))?;
    if json {
        return print_array(keys.iter().map(|key| ListedKey {
            kid: &key.kid,
            algorithm: &key.algorithm,
            state: key.state.name(),
            created_at: Rfc3339(key.created_at).to_string(),
        }));
    }
    let row = |key: &StoredSigningKey| {
        [key.kid.clone(), key.algorithm.clone(), key.state.name().to_owned(), moment(key.created_at)]
    };
    Table::new(["KID", "ALGORITHM", "STATE", "CREATED"]).print(keys.iter().map(row))
}

async fn export(settings: &Settings) -> Result<(), Failure> {
    let set: JwkSet = if settings.tokens.signing_key_files.is_empty() {
        let keys = OperatorCall::to_change(settings)?.services.signing_keys.export().await;
        keys.map_err(|error| explain(&error))?.into_iter().collect()
    } else {
        let keys = keys_of_files(&settings.tokens).map_err(Failure::because)?;
        keys.published.iter().map(|key| key.public().to_jwk()).collect()
    };
    print(&format!("{}\n", serde_json::to_string_pretty(&set).map_err(Failure::because)?))
}

async fn stage(settings: &Settings, algorithm: Option<Algorithm>) -> Result<(), Failure> {
    let algorithm = algorithm.unwrap_or(settings.tokens.algorithm);
    if algorithm.is_symmetric() {
        let fault = format!("BACKEND_ALGORITHM is {algorithm}, which has no pairs of keys: name one with --algorithm");
        return Err(Failure::Usage(fault));
    }
    let staged = to_change(settings)?.stage(algorithm, &AuditOrigin::operator()).await;
    print_done("staged", &staged.map_err(|error| explain(&error))?)
}

async fn import(settings: &Settings, file: &Path) -> Result<(), Failure> {
    let fault = |fault: String| Failure::because(format!("{}: {fault}", file.display()));
    let pem = Zeroizing::new(fs::read_to_string(file).map_err(|error| fault(error.to_string()))?);
    let key = PrivateKey::from_pem(&pem).map_err(|error| {
        fault(format!("{error}; a private key of Ed25519, P-256 or RSA in PEM (PKCS #8) is wanted"))
    })?;
    let imported = to_change(settings)?.import(key, &AuditOrigin::operator()).await;
    print_done("imported", &imported.map_err(|error| explain(&error))?)
}

fn print_done(did: &str, key: &StoredSigningKey) -> Result<(), Failure> {
    print(&format!("{did} key {} of {}; activate it once others have learnt it\n", key.kid, key.algorithm))
}

fn explain(error: &SigningKeyError) -> Failure {
    match error {
        SigningKeyError::Store(error) => advice::explain_store(error),
        refused => Failure::because(refused.to_string()),
    }
}
