//! What PostgreSQL, or anyone who set it up, puts in the way of the take-over. Asked of the catalogue, because the words of a
//! refusal depend on the language of the server.

use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_domain::StoreError;

use super::{Obstacle, PeerTable};
use crate::connection::DatabaseConnection;

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

type Check = (&'static str, fn(String) -> Obstacle);

/// The rights that a role needs for any migration.
const RIGHTS: [Check; 2] = [
    (
        "SELECT coalesce(current_schema()::text, current_setting('search_path')) AS name
         WHERE NOT coalesce(has_schema_privilege(current_schema()::text, 'CREATE'), FALSE)",
        Obstacle::NoRightToCreate,
    ),
    (
        "SELECT pg_get_userbyid(relowner)::text AS name FROM pg_class
         WHERE oid = to_regclass('users') AND NOT pg_has_role(relowner, 'USAGE')",
        Obstacle::OtherOwner,
    ),
];

/// What about the table is refused by PostgreSQL, or would have it refuse or lose our users later.
const TABLE: [Check; 9] = [
    (
        "SELECT current_user::text AS name WHERE NOT has_table_privilege(to_regclass('users'), 'SELECT')",
        Obstacle::NoRightToRead,
    ),
    (
        "SELECT relname::text AS name FROM pg_class
         WHERE oid = to_regclass('users') AND row_security_active(oid)",
        |_| Obstacle::RowSecurity,
    ),
    (
        "SELECT attname::text AS name FROM pg_attribute
         WHERE attrelid = to_regclass('users') AND attnum > 0 AND attgenerated <> '' ORDER BY attnum",
        Obstacle::Generated,
    ),
    (
        "SELECT rulename::text AS name FROM pg_rewrite
         WHERE ev_class = to_regclass('users') AND is_instead ORDER BY 1",
        Obstacle::Rule,
    ),
    (
        "SELECT conname::text AS name FROM pg_constraint
         WHERE conrelid = to_regclass('users') AND contype = 'f' ORDER BY 1",
        Obstacle::ForeignKey,
    ),
    // Its index becomes an ordinary one, which no foreign key can refer to.
    (
        "SELECT format('%s of %s', k.conname, k.conrelid::regclass) AS name
         FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attname = 'id'
         WHERE k.confrelid = to_regclass('users') AND k.contype = 'f' AND k.confkey <> ARRAY[a.attnum] ORDER BY 1",
        Obstacle::AddressReferred,
    ),
    (
        "SELECT indexrelid::regclass::text AS name FROM pg_index
         WHERE indrelid = to_regclass('users') AND indisreplident AND NOT indisprimary",
        Obstacle::ReplicaIdentity,
    ),
    (
        "SELECT CASE WHEN inhrelid = to_regclass('users') THEN inhparent ELSE inhrelid END::regclass::text AS name
         FROM pg_inherits WHERE to_regclass('users') IN (inhrelid, inhparent) ORDER BY 1",
        Obstacle::Inheritance,
    ),
    (
        "SELECT format('%s.%I', a.attrelid::regclass, a.attname) AS name
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm')
         JOIN pg_type t ON t.typrelid = to_regclass('users') AND a.atttypid IN (t.oid, t.typarray)
         WHERE NOT a.attisdropped ORDER BY 1",
        Obstacle::RowType,
    ),
];

const NAMES: Check = (
    "SELECT relname::text AS name FROM pg_class
     WHERE relnamespace IN (to_regnamespace(current_schema()::text),
            (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('users')))
        AND relname IN ('users_adoption', 'users_email_canonical_key', 'users_email_not_ascii', 'rate_limits')
     UNION ALL SELECT 'users_set_email_canonical()' WHERE to_regprocedure('users_set_email_canonical()') IS NOT NULL
     ORDER BY 1",
    Obstacle::NameTaken,
);

/// The rights that the role lacks for any migration.
pub(super) fn rights(connection: &mut DatabaseConnection) -> Result<Vec<Obstacle>, StoreError> {
    run(connection, &RIGHTS)
}

/// The obstacles to the adoption.
pub(super) fn obstacles(connection: &mut DatabaseConnection, table: &PeerTable) -> Result<Vec<Obstacle>, StoreError> {
    let mut obstacles = rights(connection)?;
    obstacles.extend(run(connection, &TABLE)?);
    obstacles.extend(run(connection, &[NAMES])?);
    if !obstacles.iter().any(Obstacle::hides_addresses) {
        let changed = table.changed_columns(connection)?;
        obstacles.extend(dependents(connection, &changed)?);
    }
    Ok(obstacles)
}

fn run(connection: &mut DatabaseConnection, checks: &[Check]) -> Result<Vec<Obstacle>, StoreError> {
    let mut obstacles = Vec::new();
    for (query, obstacle) in checks {
        let names: Vec<Named> = connection.query(|inner| diesel::sql_query(*query).load(inner))?;
        obstacles.extend(names.into_iter().map(|row| obstacle(row.name)));
    }
    Ok(obstacles)
}

#[derive(QueryableByName)]
struct Dependent {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    column: String,
}

/// PostgreSQL changes the type of no column that any of these names (`ALTER TABLE`, `ATExecAlterColumnType`).
const DEPENDENTS: &str = "
    SELECT DISTINCT a.attname::text AS column, coalesce(
            CASE WHEN r.ev_class <> d.refobjid THEN 'view' WHEN r.oid IS NOT NULL THEN 'rule' END,
            CASE WHEN t.oid IS NOT NULL THEN 'trigger' WHEN y.oid IS NOT NULL THEN 'policy'
                WHEN f.oid IS NOT NULL THEN 'function' ELSE 'publication' END) AS kind,
        coalesce(CASE WHEN r.ev_class <> d.refobjid THEN r.ev_class::regclass::text ELSE r.rulename::text END,
            t.tgname::text, y.polname::text, f.oid::regprocedure::text, p.pubname::text) AS name
    FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
    LEFT JOIN pg_policy y ON d.classid = 'pg_policy'::regclass AND y.oid = d.objid
    LEFT JOIN pg_proc f ON d.classid = 'pg_proc'::regclass AND f.oid = d.objid
    LEFT JOIN pg_publication_rel l ON d.classid = 'pg_publication_rel'::regclass AND l.oid = d.objid
    LEFT JOIN pg_publication p ON p.oid = l.prpubid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass('users')
        AND coalesce(r.oid, t.oid, y.oid, f.oid, p.oid) IS NOT NULL ORDER BY 1, 2, 3";

fn dependents(connection: &mut DatabaseConnection, changed: &[&str]) -> Result<Vec<Obstacle>, StoreError> {
    let dependents: Vec<Dependent> = connection.query(|inner| diesel::sql_query(DEPENDENTS).load(inner))?;
    let in_the_way = dependents.into_iter().filter(|dependent| changed.contains(&dependent.column.as_str()));
    Ok(in_the_way.map(|Dependent { kind, name, column }| Obstacle::Dependent { kind, name, column }).collect())
}
