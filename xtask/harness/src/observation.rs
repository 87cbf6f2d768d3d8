//! What the operating system tells of a process (proc(5)).

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::held_by_server;

/// Memory that a process holds at the moment, in KiB.
pub fn resident_memory(process: u32) -> Result<u64> {
    status_field(process, "VmRSS:")
}

/// The most memory that a process has held since its start or [`restart_peak_memory`], in KiB.
pub fn peak_memory(process: u32) -> Result<u64> {
    status_field(process, "VmHWM:")
}

/// Begins the measurement of [`peak_memory`] anew.
pub fn restart_peak_memory(process: u32) -> Result<()> {
    let path = format!("/proc/{process}/clear_refs");
    fs::write(&path, "5").with_context(|| format!("cannot write {path}"))
}

/// The memory, descriptors and threads of a process at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The time that the processors have spent on a process so far, all its threads together.
pub fn processor_time(process: u32) -> Result<Duration> {
    let path = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let ticks = ticks(&stat).with_context(|| format!("{path} is of another form"))?;
    #[expect(clippy::cast_precision_loss, reason = "a hundred ticks a second do not reach 2^52")]
    let seconds = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
    Ok(Duration::from_secs_f64(seconds))
}

/// Fields 14 and 15, counted from 1: in user mode, and in the kernel for it. The name of the program, field 2, may hold
/// blanks and parentheses.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
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
    fn processor_time_is_read_past_a_name_with_blanks_and_parentheses() {
        let stat = "7 (a) (b c) S 1 7 7 0 -1 4194560 1000 0 0 0 120 30 4 5 20 0 3 0 100 0 0\n";
        assert_eq!(ticks(stat), Some(150));
        assert!(processor_time(std::process::id()).is_ok());
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
