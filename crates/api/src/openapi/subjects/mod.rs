//! What each subject of the routes adds to the document: its operations, and the examples of their success.

mod auth;
mod operations;
mod subject;

pub(super) use subject::{SUBJECTS, Subject};
