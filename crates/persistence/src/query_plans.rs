use std::mem;
use std::sync::{Arc, Mutex};

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::connection::DatabaseConnection;

#[derive(QueryableByName)]
struct PlanStep {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// What `body` asks the database.
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
    let query = query.split(" -- binds").next().unwrap();
    let parameters = vec!["NULL"; query.matches('$').count()].join(", ");
    connection.inner.batch_execute(&format!("DEALLOCATE ALL; PREPARE asked AS {query}")).unwrap();
    let explain = diesel::sql_query(format!("EXPLAIN (COSTS OFF) EXECUTE asked ({parameters})"));
    let lines: Vec<PlanLine> = explain.load(&mut connection.inner).unwrap();
    lines.into_iter().map(|line| line.line + "\n").collect()
}
