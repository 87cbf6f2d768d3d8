//! A directory for a server that must leave nothing behind, however we end.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context, Result};

use super::Account;

/// What the guard does, as `sh -c GUARD directory pid-file signal`: it waits until its standard input ends, stops the
/// server if one runs, waits up to ten seconds for its end (a server may remove its process file last, before its parent
/// has taken note of its end), and removes the directory.
const GUARD: &str = r#"
cat >/dev/null
cd "$0" || exit
if read -r process <"$1" && kill -s "$2" "$process"; then
    tries=100
    while [ -e "$1" ] && kill -s 0 "$process" && [ "$tries" -gt 0 ]; do
        tries=$((tries - 1))
        sleep 0.1
    done
fi
cd /
rm -rf "$0"
"#;

/// A temporary directory with whatever server writes its process number into a file there. The server is stopped and
/// the directory removed when the value is dropped, and also when this process is killed: a guard of its own holds a
/// pipe from us, and the pipe's end tells it that we are gone.
#[derive(Debug)]
pub(crate) struct ThrowawayDirectory {
    path: PathBuf,
    guard: Child,
}

impl ThrowawayDirectory {
    /// Makes the directory. `process_file` is its path from there; the server ends at the signal of this name.
    pub(crate) fn create(account: Account, name: &str, process_file: &str, signal: &str) -> Result<Self> {
        let path = account.make_temporary_directory(name)?;
        let mut guard = account.command("sh");
        guard.args(["-c", GUARD]).arg(&path).args([process_file, signal]);
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C in a terminal reaches our process group: the guard must outlive us.
        let guard = guard.process_group(0).spawn().context("cannot start `sh` to clean up after the server")?;
        Ok(Self { path, guard })
    }

    /// One of our own, in which no server runs.
    #[cfg(test)]
    pub(crate) fn for_test() -> Self {
        Self::create(Account::ourselves(), "ore-xtask-test", "none.pid", "QUIT").unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// A port on 127.0.0.1 that nobody listens on at the moment.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a free port on 127.0.0.1")?;
    Ok(listener.local_addr().context("cannot tell which port is free")?.port())
}

impl Drop for ThrowawayDirectory {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // It cannot fail to be waited for, and there is nothing that we could do about what it could not remove.
        let _ = self.guard.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;

    use super::*;

    #[test]
    fn the_server_is_stopped_before_its_directory_is_removed_with_what_is_in_it() {
        let account = Account::unprivileged().unwrap();
        let directory = ThrowawayDirectory::create(account, "ore-xtask-test", "server.pid", "QUIT").unwrap();
        let path = directory.path().to_owned();
        let script = r#"trap 'rm "$0/server.pid" && echo stopped && exit 0' QUIT
                        echo $$ >"$0/server.pid"
                        echo started
                        while read -r line; do :; done
                        exit 1"#;
        let mut server = account.command("sh");
        server.args(["-c", script]).arg(&path).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = server.spawn().unwrap();
        let mut output = server.stdout.take().unwrap();
        let mut started = [0; "started\n".len()];
        output.read_exact(&mut started).unwrap();

        fs::write(path.join("file"), "content").unwrap();
        drop(directory);
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "stopped\n");
        assert!(server.wait().unwrap().success());
        assert!(!path.exists());
    }

    #[test]
    fn a_free_port_is_one_that_nobody_listens_on() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free_port().unwrap();
        assert_ne!(port, 0);
        assert_ne!(port, taken.local_addr().unwrap().port());
    }
}
