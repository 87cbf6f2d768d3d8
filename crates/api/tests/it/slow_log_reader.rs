//! A log that nobody reads any more must not stop the service.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Client, Workplace};

#[test]
fn a_reader_of_the_log_that_has_stopped_does_not_stop_the_service() {
    let workplace = Workplace::new();
    let settings = [("BACKEND_DEBUG", "true"), ("BACKEND_LOG_LEVEL", "DEBUG")];
    let mut command = workplace.command(&["serve"], &settings);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = log.find_map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["port"].as_u64());
    let client = Client::new(u16::try_from(port.unwrap()).unwrap());
    // A pipe holds 64 KiB: what these requests write at level DEBUG is several times that.
    for _ in 0..400 {
        assert_eq!(client.get("/health").status, 200);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
