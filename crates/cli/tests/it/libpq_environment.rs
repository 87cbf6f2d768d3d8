use std::fs::{self, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::channel;
use std::thread;

use ore_persistence::testing::TemporaryDatabase;

use crate::support::{EMAIL, PASSWORD, TestDir};

/// Every variable of libpq (PostgreSQL documentation, 34.15) with a value that would lead elsewhere, let nobody connect or
/// change what a session does; `@` stands for the working directory, `!` for an address of this machine.
const HOSTILE: &[(&str, &str)] = &[
    ("PGHOST", "!"),
    ("PGHOSTADDR", "!"),
    ("PGPORT", "1"),
    ("PGDATABASE", "elsewhere"),
    ("PGUSER", "mallory"),
    ("PGPASSWORD", "wrong"),
    ("PGPASSFILE", "@/passwords"),
    ("PGREQUIREAUTH", "password"),
    ("PGCHANNELBINDING", "require"),
    ("PGSERVICE", "elsewhere"),
    ("PGSERVICEFILE", "@/services"),
    ("PGOPTIONS", "-c default_transaction_read_only=on"),
    ("PGAPPNAME", "mallory"),
    ("PGSSLMODE", "verify-full"),
    ("PGREQUIRESSL", "1"),
    ("PGSSLNEGOTIATION", "direct"),
    ("PGSSLCOMPRESSION", "1"),
    ("PGSSLCERT", "@/services"),
    ("PGSSLKEY", "@/services"),
    ("PGSSLCERTMODE", "require"),
    ("PGSSLROOTCERT", "system"),
    ("PGSSLCRL", "@/services"),
    ("PGSSLCRLDIR", "@"),
    ("PGSSLSNI", "nonsense"),
    ("PGREQUIREPEER", "mallory"),
    ("PGSSLMINPROTOCOLVERSION", "nonsense"),
    ("PGSSLMAXPROTOCOLVERSION", "nonsense"),
    ("PGGSSENCMODE", "require"),
    ("PGKRBSRVNAME", "mallory"),
    ("PGGSSLIB", "nonsense"),
    ("PGGSSDELEGATION", "nonsense"),
    ("PGCONNECT_TIMEOUT", "nonsense"),
    ("PGCLIENTENCODING", "nonsense"),
    ("PGTARGETSESSIONATTRS", "standby"),
    ("PGLOADBALANCEHOSTS", "nonsense"),
    ("PGMINPROTOCOLVERSION", "nonsense"),
    ("PGMAXPROTOCOLVERSION", "nonsense"),
    ("PGDATESTYLE", "nonsense"),
    ("PGTZ", "Nowhere/At_All"),
    ("PGGEQO", "nonsense"),
    ("PGSYSCONFDIR", "@"),
    ("PGLOCALEDIR", "@"),
];

/// A place with a database, and where the hostile variables lead to if they count: the same port of another address.
struct Place {
    test_dir: TestDir,
    database: TemporaryDatabase,
    address: &'static str,
    elsewhere: TcpListener,
}

impl Place {
    /// Each test with an address of its own.
    fn new(address: &'static str) -> Self {
        let (test_dir, database) = (TestDir::new(), TemporaryDatabase::create());
        let url = database.url();
        let port = url.rsplit_once('/').unwrap().0.rsplit_once(':').unwrap().1;
        let elsewhere = TcpListener::bind((address, port.parse().unwrap())).unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        for file in ["services", "pg_service.conf"] {
            test_dir.file(file, &format!("[elsewhere]\nhostaddr={address}\n"));
        }
        test_dir.file("passwords", "*:*:*:*:wrong\n");
        Self { test_dir, database, address, elsewhere }
    }

    fn settings(&self, hostile: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let directory = self.test_dir.path().to_str().unwrap();
        let hostile =
            hostile.iter().map(|(name, value)| (*name, value.replace('@', directory).replace('!', self.address)));
        hostile.chain([("BACKEND_DATABASE_URL", self.database.url().replace("127.0.0.1", "localhost"))]).collect()
    }

    fn assert_that_nobody_went_elsewhere(&self) {
        assert_eq!(self.elsewhere.accept().map(drop).unwrap_err().kind(), ErrorKind::WouldBlock);
    }
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn no_variable_of_libpq_counts_beside_the_url() {
    let place = Place::new("127.0.0.2");
    place.test_dir.run_with(&["migrate"], &borrowed(&place.settings(&[]))).succeeded();
    for variable in HOSTILE {
        let settings = place.settings(&[*variable]);
        let said = place.test_dir.run_with(&["doctor"], &borrowed(&settings));
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{variable:?}: {}", said.stdout);
    }
    place.assert_that_nobody_went_elsewhere();
}

#[test]
fn a_server_with_every_variable_of_libpq_serves_from_the_database_of_its_url() {
    let place = Place::new("127.0.0.3");
    let settings = place.settings(HOSTILE);
    let server = place.test_dir.serve(&borrowed(&settings));
    server.log().wait_for_message("The database is ready");
    assert_eq!(server.me(&server.token_of(EMAIL, PASSWORD)).status, 200);
    place.assert_that_nobody_went_elsewhere();
}

/// Asks a client for a password in the clear, and returns what it sent as one.
fn ask_for_password(mut client: TcpStream) -> Vec<u8> {
    let mut startup = [0; 1024];
    assert!(client.read(&mut startup).unwrap() > 8);
    client.write_all(b"R\0\0\0\x08\0\0\0\x03").unwrap();
    let mut sent = Vec::new();
    // One that closes with something unread is reset.
    let _ = client.read_to_end(&mut sent);
    sent
}

#[test]
fn no_password_comes_from_the_home_directory() {
    let test_dir = TestDir::new();
    let passwords = test_dir.file(".pgpass", "*:*:*:*:from-the-home-directory\n");
    fs::set_permissions(passwords, Permissions::from_mode(0o600)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgresql://ada@{}/ore?sslmode=disable", listener.local_addr().unwrap());
    let (sender, answers) = channel();
    thread::spawn(move || listener.incoming().try_for_each(|client| sender.send(ask_for_password(client.unwrap()))));
    let home = test_dir.path().to_str().unwrap();
    let said = test_dir.run_with(&["doctor"], &[("HOME", home), ("BACKEND_DATABASE_URL", &url)]);
    assert_eq!(said.code, Some(1), "{}", said.stdout);
    assert!(said.stdout.contains("no password supplied"), "{}", said.stdout);
    assert_eq!(String::from_utf8_lossy(&answers.recv().unwrap()), "");
    assert!(answers.try_iter().all(|sent| sent.is_empty()));
}
