//! What the operating system tells of connections and processes (proc(5)).

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result};
use procfs::net::TcpState;
use procfs::process::{ClearRefs, Process, Status};
use serde::Serialize;

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

/// The clients' ports of the connections that the process at the server's end still holds, by the kernel's table. A
/// client's own end does not tell: what was sent before it hides the end from a client that does not read.
pub fn held_by_server(server: u16) -> Result<BTreeSet<u16>> {
    let table = procfs::net::tcp().context("the kernel does not tell its connections")?;
    let of_server = table.iter().filter(|it| it.local_address.port() == server);
    // Neither end, or only the other one, has been closed.
    let held = of_server.filter(|it| matches!(it.state, TcpState::Established | TcpState::CloseWait));
    Ok(held.map(|it| it.remote_address.port()).collect())
}

/// Memory that a process holds at the moment, in KiB.
pub fn resident_memory(process: u32) -> Result<u64> {
    status(process)?.vmrss.context("a process without memory")
}

/// The most memory that a process has held since its start or [`restart_peak_memory`], in KiB.
pub fn peak_memory(process: u32) -> Result<u64> {
    status(process)?.vmhwm.context("a process without memory")
}

/// Begins the measurement of [`peak_memory`] anew.
pub fn restart_peak_memory(process: u32) -> Result<()> {
    find(process)?.clear_refs(ClearRefs::PeakRSS).context("cannot restart the measurement of memory")
}

/// The memory, descriptors and threads of a process at one instant.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Footprint {
    /// Resident, in KiB.
    pub memory_kib: u64,
    /// Open descriptors.
    pub descriptors: usize,
    /// Threads.
    pub threads: u64,
    /// Connections of clients.
    pub connections: usize,
}

impl Footprint {
    /// Of the process that listens on this port.
    pub fn of(process: u32, port: u16) -> Result<Self> {
        Ok(Self {
            memory_kib: resident_memory(process)?,
            descriptors: find(process)?.fd_count().context("cannot count descriptors")?,
            threads: status(process)?.threads,
            connections: held_by_server(port)?.len(),
        })
    }
}

/// The time that the processors have spent on a process so far, in user mode and in the kernel, all its threads together.
pub fn processor_time(process: u32) -> Result<Duration> {
    let stat = find(process)?.stat().context("cannot look at a process")?;
    Ok(Duration::from_secs(stat.utime + stat.stime) / u32::try_from(procfs::ticks_per_second())?)
}

fn find(process: u32) -> Result<Process> {
    Process::new(process.try_into()?).with_context(|| format!("no process {process}"))
}

fn status(process: u32) -> Result<Status> {
    find(process)?.status().with_context(|| format!("cannot look at process {process}"))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_connection_is_held_until_its_server_closes_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let client = TcpStream::connect(address).unwrap();
        let connection = listener.accept().unwrap();
        let port = client.local_addr().unwrap().port();
        assert_eq!(held_by_server(address.port()).unwrap(), [port].into());
        drop(connection);
        assert_eq!(held_by_server(address.port()).unwrap(), [].into());
    }
}
