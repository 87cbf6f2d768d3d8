//! The database of the Python service, made by its own SQLAlchemy, taken over and given back, on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, reason = "a failure of a helper is the failure of the test")]

mod obstacles;
mod peer;
mod refusals;
mod schema;
mod side_by_side;
mod speed;
mod taking_over;
mod unreadable;
