use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};

use super::{end_of_connections, with_database};
use crate::{Database, DatabaseOptions};

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/postgres");

/// Only one process makes it.
const LOCK: i64 = 0x6f72_6574_6d70_6c74;

/// Makes a database as a copy of a migrated one, which the first who asks makes. Copying it takes a fraction of what migrating
/// takes.
pub(super) fn copy_migrated(connection: &mut PgConnection, server: &str, name: &str) {
    let template = format!("ore_test_template_{:016x}", hash_of_migrations());
    let version: i32 =
        diesel::select(sql::<Integer>("current_setting('server_version_num')::int")).get_result(connection).unwrap();
    // Not through the log of what is written, which is as much work again. PostgreSQL 14 and earlier know no other way.
    let strategy = if version >= 150_000 { "STRATEGY FILE_COPY" } else { "" };
    let copy = format!("CREATE DATABASE {name} TEMPLATE {template} {strategy}");
    if connection.batch_execute(&copy).is_err() {
        connection.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})")).unwrap();
        if !exists(connection, &template) {
            make(connection, server, &template);
        }
        connection.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})")).unwrap();
        connection.batch_execute(&copy).unwrap();
    }
}

/// Under another name until it is complete.
fn make(connection: &mut PgConnection, server: &str, name: &str) {
    let unfinished = format!("{name}_unfinished");
    connection.batch_execute(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).unwrap();
    connection.batch_execute(&format!("CREATE DATABASE {unfinished} TEMPLATE template0")).unwrap();
    let url = with_database(server, &unfinished);
    Database::new(DatabaseOptions::new(url.parse().unwrap(), NonZeroU32::MIN)).migrate().unwrap();
    connection.batch_execute(&end_of_connections(&unfinished)).unwrap();
    connection.batch_execute(&format!("ALTER DATABASE {unfinished} RENAME TO {name}")).unwrap();
}

fn exists(connection: &mut PgConnection, name: &str) -> bool {
    let query = sql::<Bool>("EXISTS (SELECT FROM pg_database WHERE datname = ").bind::<Text, _>(name).sql(")");
    diesel::select(query).get_result(connection).unwrap()
}

/// Another text is another template.
fn hash_of_migrations() -> u64 {
    let mut files: Vec<_> =
        fs::read_dir(MIGRATIONS).unwrap().map(|entry| Path::new(&entry.unwrap().path()).join("up.sql")).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}
