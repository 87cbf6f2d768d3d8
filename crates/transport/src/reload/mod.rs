//! `--reload`: a process that keeps the port, and starts the service anew in another one.

mod changes;
mod child;
mod supervisor;

pub use supervisor::reload;
