use std::mem;
use std::sync::{Arc, Mutex};

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::connection::DatabaseConnection;
use crate::test_support::{migrated_connection, migrated_postgres, postgres_connection};

#[derive(QueryableByName)]
struct PlanStep {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The queries that `body` sends to the database.
pub(crate) fn queries(connection: &mut DatabaseConnection, body: impl FnOnce(&mut DatabaseConnection)) -> Vec<String> {
    let queries = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&queries);
    connection.inner.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            log.lock().unwrap().push(query.to_string());
        }
    });
    body(connection);
    mem::take(&mut *queries.lock().unwrap())
}

/// How SQLite would run the queries that `body` asks.
pub(crate) fn plans(connection: &mut DatabaseConnection, body: impl FnOnce(&mut DatabaseConnection)) -> Vec<String> {
    let explain = |query: String| diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}"));
    let queries = queries(connection, body).into_iter();
    let steps = queries.flat_map(|query| explain(query).load::<PlanStep>(&mut connection.inner).unwrap());
    steps.map(|step| step.detail).collect()
}

#[derive(QueryableByName)]
struct PlanLine {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// How PostgreSQL would run the last query that `body` asks, whatever its parameters.
pub(crate) fn postgres_plan(connection: &mut DatabaseConnection, body: impl FnOnce(&mut DatabaseConnection)) -> String {
    let queries = queries(connection, body);
    let [.., query] = queries.as_slice() else { panic!("a query was expected") };
    postgres_plan_of(connection, query)
}

fn postgres_plan_of(connection: &mut DatabaseConnection, query: &str) -> String {
    let query = query.split(" -- binds").next().unwrap();
    let parameters = vec!["NULL"; query.matches('$').count()].join(", ");
    connection.inner.batch_execute(&format!("DEALLOCATE ALL; PREPARE asked AS {query}")).unwrap();
    let explain = diesel::sql_query(format!("EXPLAIN (COSTS OFF) EXECUTE asked ({parameters})"));
    let lines: Vec<PlanLine> = explain.load(&mut connection.inner).unwrap();
    lines.into_iter().map(|line| line.line + "\n").collect()
}

/// A call that queries the database, and its name in a failure.
pub(crate) type Statement = (&'static str, fn(&mut DatabaseConnection));

/// Fails for a statement that reads a table whole, on SQLite or on PostgreSQL. The results of the statements are
/// ignored.
pub(crate) fn assert_no_table_is_read_whole(statements: &[Statement]) {
    let (directory, database) = (tempfile::tempdir().unwrap(), migrated_postgres());
    let (mut sqlite, mut postgres) = (migrated_connection(&directory), postgres_connection(&database));
    // Without them the planner reads an empty table whole, and plans for one value of each parameter.
    postgres.inner.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
    for (name, statement) in statements {
        for step in plans(&mut sqlite, statement) {
            assert!(!step.starts_with("SCAN") || step.starts_with("SCAN CONSTANT"), "{name}: {step}");
        }
        let queried = queries(&mut postgres, statement);
        assert!(!queried.is_empty(), "{name}");
        for query in queried {
            let plan = postgres_plan_of(&mut postgres, &query);
            assert!(!plan.contains("Seq Scan"), "{name}: {plan}");
        }
    }
}
