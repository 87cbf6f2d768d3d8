//! What the operating system tells of a process (proc(5)).

use std::fs;

use anyhow::{Context as _, Result};

use super::held_by_server;

/// Memory that a process holds at the moment, in KiB.
///
/// # Errors
/// When the process is gone.
pub(crate) fn resident_memory(process: u32) -> Result<u64> {
    status_field(process, "VmRSS:")
}

/// The most memory that a process has held since its start or [`restart_peak_memory`], in KiB.
///
/// # Errors
/// When the process is gone.
pub(crate) fn peak_memory(process: u32) -> Result<u64> {
    status_field(process, "VmHWM:")
}

/// Begins the measurement of [`peak_memory`] anew.
///
/// # Errors
/// When the process is gone.
pub(crate) fn restart_peak_memory(process: u32) -> Result<()> {
    let path = format!("/proc/{process}/clear_refs");
    fs::write(&path, "5").with_context(|| format!("cannot write {path}"))
}

/// What a process holds of the machine at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Footprint {
    pub(crate) memory_kib: u64,
    pub(crate) descriptors: usize,
    pub(crate) threads: u64,
    /// Connections of clients.
    pub(crate) connections: usize,
}

impl Footprint {
    /// Of the process that listens on this port.
    ///
    /// # Errors
    /// When the process is gone.
    pub(crate) fn of(process: u32, port: u16) -> Result<Self> {
        Ok(Self {
            memory_kib: resident_memory(process)?,
            descriptors: open_descriptors(process)?,
            threads: status_field(process, "Threads:")?,
            connections: held_by_server(port)?.len(),
        })
    }
}

fn open_descriptors(process: u32) -> Result<usize> {
    let path = format!("/proc/{process}/fd");
    Ok(fs::read_dir(&path).with_context(|| format!("cannot read {path}"))?.count())
}

fn status_field(process: u32, name: &str) -> Result<u64> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    field(&status, name).with_context(|| format!("{path} has no {name}"))
}

fn field(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_status_of_a_process() {
        let status = "Name:\tworkflow-server\nVmHWM:\t   70000 kB\nVmRSS:\t   65536 kB\n";
        assert_eq!(field(status, "VmRSS:"), Some(65_536));
        assert_eq!(field(status, "VmHWM:"), Some(70_000));
        assert_eq!(field(status, "VmSwap:"), None);
    }

    #[test]
    fn this_process_holds_memory_and_descriptors() {
        let process = std::process::id();
        assert!(resident_memory(process).unwrap() > 0);
        assert!(peak_memory(process).unwrap() >= resident_memory(process).unwrap() / 2);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let _client = std::net::TcpStream::connect(address).unwrap();
        let _connection = listener.accept().unwrap();
        let footprint = Footprint::of(process, address.port()).unwrap();
        assert!(footprint.memory_kib > 0 && footprint.descriptors >= 6 && footprint.threads >= 2, "{footprint:?}");
        assert_eq!(footprint.connections, 1);
    }
}
