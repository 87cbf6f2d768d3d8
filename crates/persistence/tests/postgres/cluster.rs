use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Debian keeps the programs of each version of PostgreSQL outside `PATH`.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// A PostgreSQL server of a test's own, for what no test may do to the server that all share. On a socket in its
/// directory, without passwords; ends with the value.
pub(crate) struct Cluster {
    directory: TempDir,
    account: Account,
    programs: PathBuf,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let cluster = Self { directory, account: Account::unprivileged(), programs: programs() };
        cluster.account.take(cluster.directory.path());
        let initialise = ["--username=postgres", "--auth=trust", "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8"];
        cluster.run("initdb", &initialise);
        cluster.control("start");
        cluster
    }

    /// The host by which libpq finds the server.
    pub(crate) fn host(&self) -> &str {
        self.directory.path().to_str().unwrap()
    }

    /// Starts the server anew as a standby, as a cluster manager does with a primary that it has demoted.
    pub(crate) fn demote(&self) {
        self.control("stop");
        fs::write(self.data().join("standby.signal"), "").unwrap();
        self.control("start");
    }

    /// Ends the time of a standby: it takes writes when this returns.
    pub(crate) fn promote(&self) {
        self.control("promote");
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn control(&self, action: &str) {
        let (log, host) = (format!("--log={}/log", self.host()), self.host());
        let options = format!("-F -c listen_addresses='' -c unix_socket_directories='{host}'");
        self.run("pg_ctl", &["--wait", "--mode=fast", &log, "--options", &options, action]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = self.account.command(&self.programs.join(program));
        command.arg("--pgdata").arg(self.data()).args(arguments.iter().map(OsStr::new));
        // A server that is started would keep a pipe open.
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{program}: {status}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut command = self.account.command(&self.programs.join("pg_ctl"));
        command.arg("--pgdata").arg(self.data()).args(["--silent", "--mode=immediate", "stop"]);
        // A server that did not start cannot be stopped.
        let _ = command.stderr(Stdio::null()).status();
    }
}

/// Who runs the server, which refuses to run as root.
pub(crate) struct Account(Option<(u32, u32)>);

impl Account {
    pub(crate) fn unprivileged() -> Self {
        let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
        Self(is_root.then(|| (id("-u"), id("-g"))))
    }

    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }

    pub(crate) fn take(&self, path: &Path) {
        if let Some((user, group)) = self.0 {
            chown(path, Some(user), Some(group)).unwrap();
        }
    }
}

fn id(option: &str) -> u32 {
    let output = Command::new("id").args([option, "nobody"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// The directory of the server's programs, which must be installed.
pub(crate) fn programs() -> PathBuf {
    #[allow(clippy::disallowed_methods, reason = "PATH belongs to the operating system and is no setting of ours")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir(DEBIAN_VERSIONS).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let mut candidates = std::env::split_paths(&path).chain(versions);
    candidates.find(|directory| directory.join("initdb").is_file()).unwrap()
}
