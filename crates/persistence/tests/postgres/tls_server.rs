use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

use crate::cluster::{Account, programs};

/// Only encrypted connections, without a password.
const AUTHENTICATION: &str = "hostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n";

/// A PostgreSQL server that speaks TLS alone, under the name `localhost`, with a certificate authority of its own. Ends
/// with the value.
pub(crate) struct TlsServer {
    directory: TempDir,
    account: Account,
    programs: PathBuf,
    port: u16,
}

impl TlsServer {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let server = Self { directory, account: Account::unprivileged(), programs: programs(), port };
        server.account.take(server.directory.path());
        let initialise = ["--username=postgres", "--auth=reject", "--no-sync", "--pgdata"];
        server.run("initdb", initialise.map(OsStr::new).into_iter().chain([server.data().as_os_str()]));
        server.write("data/pg_hba.conf", AUTHENTICATION);
        server.write_certificates();
        let options = format!("-p {port} -c ssl=on -c listen_addresses=localhost -c unix_socket_directories=''");
        server.control(&["--wait", "--log", server.path("log").to_str().unwrap(), "--options", &options, "start"]);
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority that has signed the server's.
    pub(crate) fn authority(&self) -> String {
        self.path("authority.crt").to_str().unwrap().to_owned()
    }

    /// The certificate of one that has not, by the same name.
    pub(crate) fn other_authority(&self) -> String {
        self.path("other.crt").to_str().unwrap().to_owned()
    }

    fn write_certificates(&self) {
        let (authority, other) = (certificate_authority(), certificate_authority());
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        self.write("authority.crt", &authority.pem());
        self.write("other.crt", &other.pem());
        self.write("data/server.crt", &certificate.pem());
        self.write("data/server.key", &key.serialize_pem());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self.account.take(&path);
    }

    fn control(&self, arguments: &[&str]) {
        let data = self.data();
        self.run("pg_ctl", ["--pgdata".as_ref(), data.as_os_str()].into_iter().chain(arguments.iter().map(OsStr::new)));
    }

    fn run<'a>(&self, program: &str, arguments: impl IntoIterator<Item = &'a OsStr>) {
        let mut command = self.account.command(&self.programs.join(program));
        // A server that is started would keep a pipe open.
        let status = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{program}: {status}");
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        let mut command = self.account.command(&self.programs.join("pg_ctl"));
        command.arg("--pgdata").arg(self.data()).args(["--silent", "--mode=immediate", "stop"]);
        // A server that did not start cannot be stopped.
        let _ = command.stderr(Stdio::null()).status();
    }
}

fn certificate_authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "an authority for tests");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}
