//! A mail server that takes every mail.

use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use fs_err as fs;
use ore_harness::{Lab, Process, START_TIMEOUT, free_port, local, until};
use rustix::process::Signal;

/// aiosmtpd, which ends with the value. It keeps a file for each mail, as a Maildir.
pub(crate) struct Mailbox {
    pub(crate) address: SocketAddr,
    mails: PathBuf,
    _server: Process,
}

/// The recipient of a mail, and its `Message-ID`.
pub(crate) type Mail = (String, String);

impl Mailbox {
    /// Starts the server on a free port.
    pub(crate) fn start(lab: &Lab, name: &str) -> Result<Self> {
        let (address, directory) = (local(free_port()?), lab.directory.join(name));
        let mut command = Command::new(lab.tools.get("python")?);
        command.args(["-m", "aiosmtpd", "--nosetuid", "--listen", &address.to_string()]);
        command.args(["--class", "aiosmtpd.handlers.Mailbox"]).arg(&directory);
        let server = Process::start(lab, name, command, Signal::KILL)?;
        until(START_TIMEOUT, &format!("{name} listens"), || TcpStream::connect(address).is_ok())?;
        Ok(Self { address, mails: directory.join("new"), _server: server })
    }

    /// Every mail that it took so far.
    pub(crate) fn mails(&self) -> Result<Vec<Mail>> {
        let mails = fs::read_dir(&self.mails)?.map(|file| {
            let mail = fs::read_to_string(file?.path())?;
            // The server notes for whom it took the mail.
            let recipient = header(&mail, "X-RcptTo").context("a mail goes to nobody")?;
            let id = header(&mail, "Message-ID").with_context(|| format!("a mail to {recipient} has no Message-ID"))?;
            Ok((recipient.to_owned(), id.to_owned()))
        });
        mails.collect()
    }
}

fn header<'a>(mail: &'a str, name: &str) -> Option<&'a str> {
    let mut head = mail.lines().take_while(|line| !line.is_empty());
    head.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}
