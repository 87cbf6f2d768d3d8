//! The service as a process, and the clients of `ore-chaos` and `ore-bench`.

mod client;
mod load_clients;
mod observation;
mod program;
mod service;
mod wrk;

pub use client::{Answer, Client, PASSWORD, Request, Tokens, log_in, register};
pub use load_clients::{LoadClients, LoadState};
pub use observation::{
    Footprint, cores, held_by_server, peak_memory, processor_time, resident_memory, restart_peak_memory,
};
pub use program::{Choice, drive};
pub use service::{SEALING_KEY, Service, ServicePlan};
pub use wrk::{ClosedLoop, Rate};
