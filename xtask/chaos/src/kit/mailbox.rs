//! A mail server that takes every mail and says which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::{Lab, Process, local, until};
use rustix::process::Signal;
use serde_json::Value;

/// The server of the tests, which ends with its standard input; here it holds the other end of that itself.
const PROGRAM: &str =
    concat!("import os\nos.dup2(os.pipe()[0], 0)\n", include_str!("../../../../crates/jobs/tests/mail/smtp_server.py"));

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A server of aiosmtpd that ends with the value.
pub(crate) struct Mailbox {
    address: SocketAddr,
    /// A line for each thing that happened.
    events: PathBuf,
    _process: Process,
}

/// The received mails by recipient: the `Message-ID` of each, as often as it came.
pub(crate) type Mails = BTreeMap<String, Vec<String>>;

impl Mailbox {
    /// Starts the server on a free port.
    pub(crate) fn start(lab: &Lab, name: &str) -> Result<Self> {
        let mut command = Command::new(lab.tools.get("python")?);
        command.args(["-c", PROGRAM, "{}"]).current_dir(&lab.directory);
        let events = lab.directory.join(format!("{name}.jsonl"));
        command.stdout(File::create(&events)?).stderr(lab.log(name)?);
        let process = Process::spawn(&lab.guard, &mut command, Signal::KILL)?;
        let mut port = None;
        until(START_TIMEOUT, &format!("{name} listens"), || {
            port = fs::read_to_string(&events).ok().and_then(|text| listening_port(&text));
            port.is_some()
        })?;
        let address = local(port.context("a mail server has no port")?);
        Ok(Self { address, events, _process: process })
    }

    /// The address that it listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every mail that it took so far.
    pub(crate) fn mails(&self) -> Result<Mails> {
        let text = fs::read_to_string(&self.events).context("the list of mails is gone")?;
        mails(&text)
    }
}

fn listening_port(events: &str) -> Option<u16> {
    let event: Value = serde_json::from_str(events.lines().next()?).ok()?;
    event["port"].as_u64()?.try_into().ok()
}

fn mails(events: &str) -> Result<Mails> {
    let mut mails = Mails::new();
    // The last line may be on its way.
    for line in events.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let event: Value = serde_json::from_str(line).context("a mail server tells something else than JSON")?;
        if event["event"] != "mail" {
            continue;
        }
        let recipient = event["recipients"][0].as_str().context("a mail goes to nobody")?;
        let id = message_id(&event).with_context(|| format!("a mail to {recipient} has no Message-ID"))?;
        mails.entry(recipient.to_owned()).or_default().push(id.to_owned());
    }
    Ok(mails)
}

fn message_id(mail: &Value) -> Option<&str> {
    let headers = mail["headers"].as_array()?;
    headers.iter().find(|header| header[0] == "Message-ID")?[1].as_str()
}

/// How many mails came more than once.
pub(crate) fn doubled(mails: &Mails) -> usize {
    mails.values().filter(|ids| ids.len() > ids.iter().collect::<BTreeSet<_>>().len()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_told_apart_by_recipient_and_id() {
        let event = |to: &str, id: &str| {
            format!("{{\"event\":\"mail\",\"recipients\":[\"{to}\"],\"headers\":[[\"Message-ID\",\"{id}\"]]}}\n")
        };
        let listening = "{\"event\":\"listening\",\"port\":4711}\n";
        assert_eq!(listening_port(listening), Some(4711));
        let half = "{\"event\":\"mail\",";
        let text =
            [listening, &event("a@b.example", "<1>"), &event("c@b.example", "<2>"), &event("a@b.example", "<1>")];
        let found = mails(&(text.concat() + half)).unwrap();
        assert_eq!(found["a@b.example"], ["<1>", "<1>"]);
        assert_eq!(found["c@b.example"], ["<2>"]);
        assert_eq!(doubled(&found), 1);
    }
}
