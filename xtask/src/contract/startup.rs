//! What the service's log tells of its start.

use serde::Deserialize;

/// The parts of a line that matter here.
#[derive(Deserialize)]
struct Line {
    message: String,
    port: Option<u16>,
}

/// Where a service has got to that logs to us.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Startup {
    port: Option<u16>,
    has_database: bool,
}

impl Startup {
    /// Takes note of a line of the log.
    pub(super) fn see(&mut self, line: &str) {
        let Ok(line) = serde_json::from_str::<Line>(line) else {
            return;
        };
        if line.message.starts_with("Listening on ") {
            self.port = line.port;
        }
        self.has_database |= line.message == "The database is ready";
    }

    /// The port, once requests will be answered.
    pub(super) fn port(&self) -> Option<u16> {
        self.port.filter(|_| self.has_database)
    }
}

#[cfg(test)]
mod tests {
    use super::Startup;

    const LISTENING: &str = r#"{"level":"INFO","message":"Listening on http://127.0.0.1:4711","port":4711}"#;
    const READY: &str = r#"{"level":"INFO","message":"The database is ready"}"#;

    fn port(lines: &[&str]) -> Option<u16> {
        let mut startup = Startup::default();
        for line in lines {
            startup.see(line);
        }
        startup.port()
    }

    #[test]
    fn the_port_is_known_when_the_service_listens_and_has_its_database_in_either_order() {
        assert_eq!(port(&[LISTENING, READY]), Some(4711));
        assert_eq!(port(&[READY, LISTENING]), Some(4711));
    }

    #[test]
    fn one_of_the_two_is_not_enough() {
        assert_eq!(port(&[LISTENING]), None);
        assert_eq!(port(&[READY]), None);
    }

    #[test]
    fn other_lines_mean_nothing() {
        let other = r#"{"message":"GET /health - 0.0014s","port":1}"#;
        assert_eq!(port(&["no JSON", "{}", other, LISTENING, other, READY]), Some(4711));
    }
}
