//! What the files of a certificate may hold, and what becomes of the process then.

use rstest::rstest;

use crate::support::{Identity, LogLine, ON_SQLITE, ServerProcess, Signal, TLS_FILES, TestDir};

const STAYS: &str = "The TLS certificate stays as it was: ";
const RENEWED: &str = "The TLS certificate was renewed";

/// What stands in the two files.
type Files = (Vec<u8>, Vec<u8>);

fn files(certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Files {
    (certificate.as_ref().to_vec(), key.as_ref().to_vec())
}

fn pem(kind: &str, body: &str) -> String {
    format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n")
}

#[rstest]
#[case::empty(|ours: &Identity| files("\n", &ours.key_pem), "is empty")]
#[case::text(|ours: &Identity| files("x", &ours.key_pem), "holds no certificate in PEM form")]
#[case::key(
    |ours: &Identity| files(&ours.key_pem, &ours.key_pem),
    "holds a private key and no certificate; put the certificate here and the key in BACKEND_TLS_KEY_FILE"
)]
#[case::damaged(
    |ours: &Identity| files(ours.certificate_pem.replace("\nMII", "\n*II"), &ours.key_pem),
    "holds a certificate that cannot be read; copy the whole file anew"
)]
#[case::cut(
    |ours: &Identity| files(&ours.certificate_pem[..200], &ours.key_pem),
    "holds a certificate that cannot be read; copy the whole file anew"
)]
#[case::not_x_509(
    |ours: &Identity| files(pem("CERTIFICATE", "AAAA"), &ours.key_pem),
    "holds a certificate that cannot be read; copy the whole file anew"
)]
#[case::der(|ours: &Identity| files(&ours.certificate, &ours.key_pem), "is not in PEM form; convert DER with `openssl x509 ")]
#[case::request(
    |ours: &Identity| files(pem("CERTIFICATE REQUEST", "AAAA"), &ours.key_pem),
    "holds a certificate request; put the certificate here that the authority made of it"
)]
#[case::byte_order_mark(
    |ours: &Identity| files(format!("\u{feff}{}", ours.certificate_pem), &ours.key_pem),
    "holds a byte order mark; save it as UTF-8 without one"
)]
#[case::byte_order_mark_in_the_middle(
    |ours: &Identity| files(format!("{0}\u{feff}{0}", ours.certificate_pem), &ours.key_pem),
    "holds a byte order mark; save it as UTF-8 without one"
)]
#[case::utf_16(|ours: &Identity| files([0xff, 0xfe, b'-', 0], &ours.key_pem), "is UTF-16; save it as UTF-8 without")]
#[case::issuer_first(
    |issuer: &Identity| {
        let ours = issuer.issue();
        files(format!("{}{}", issuer.certificate_pem, ours.certificate_pem), &ours.key_pem)
    },
    "has the server's own certificate at place 2; put it first, then each issuer"
)]
#[case::no_line_break_between_two(
    |issuer: &Identity| {
        let ours = issuer.issue();
        files(format!("{}{}", ours.certificate_pem.trim_end(), issuer.certificate_pem), &ours.key_pem)
    },
    "holds 2 certificates, of which "
)]
fn a_file_that_is_no_certificate_is_named(#[case] make: fn(&Identity) -> Files, #[case] message: &str) {
    assert_named(&make(&Identity::new()), &format!("BACKEND_TLS_CERT_FILE: tls.crt {message}"));
}

#[rstest]
#[case::empty(|_: &Identity| Vec::new(), "is empty")]
#[case::text(|_: &Identity| b"x".to_vec(), "holds no private key in PEM form")]
#[case::certificate(
    |ours: &Identity| ours.certificate_pem.clone().into_bytes(),
    "holds a certificate and no private key; put the key here and the certificate in BACKEND_TLS_CERT_FILE"
)]
#[case::of_another(
    |_: &Identity| Identity::new().key_pem.into_bytes(),
    "is not the key of the certificate; put the key here that the certificate was made with"
)]
#[case::encrypted(
    |_: &Identity| pem("ENCRYPTED PRIVATE KEY", "AAAA").into_bytes(),
    "is encrypted, and nobody is there to type its passphrase; decrypt it with `openssl pkey "
)]
#[case::encrypted_as_of_old(
    |_: &Identity| pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA").into_bytes(),
    "is encrypted, and nobody is there to type its passphrase; decrypt it with `openssl pkey "
)]
#[case::openssh(|_: &Identity| pem("OPENSSH PRIVATE KEY", "AAAA").into_bytes(), "holds a key of OpenSSH; write it as")]
#[case::der(|_: &Identity| vec![0x30, 0x82, 0, 0], "is not in PEM form; convert DER with `openssl pkey ")]
#[case::damaged(|_: &Identity| pem("PRIVATE KEY", "AAAA").into_bytes(), "holds a private key that is damaged or of a")]
#[case::byte_order_mark(
    |ours: &Identity| format!("\u{feff}{}", ours.key_pem).into_bytes(),
    "holds a byte order mark; save it as UTF-8 without one"
)]
fn a_file_that_is_not_the_key_is_named(#[case] make: fn(&Identity) -> Vec<u8>, #[case] message: &str) {
    let ours = Identity::new();
    assert_named(&files(&ours.certificate_pem, make(&ours)), &format!("BACKEND_TLS_KEY_FILE: tls.key {message}"));
}

/// At a start, and by `doctor`.
fn assert_named((certificate, key): &Files, message: &str) {
    let test_dir = TestDir::new();
    test_dir.install_bytes(certificate, key);
    assert_refused(&test_dir, message);
    assert_reported_by_doctor(&test_dir, message);
}

fn assert_refused(test_dir: &TestDir, message: &str) {
    let finished = test_dir.run_with(&["serve"], &TLS_FILES);
    let lines = finished.failed(2);
    assert!(lines.len() == 1 && lines[0].starts_with(message), "{lines:?}");
    let (name, _) = message.split_once(": ").unwrap();
    assert!(lines[0].contains(&format!("; for example {name}=")), "{lines:?}");
}

fn assert_reported_by_doctor(test_dir: &TestDir, message: &str) {
    let doctor = test_dir.run_with(&["doctor"], &[TLS_FILES[0], TLS_FILES[1], ON_SQLITE]);
    assert_eq!(doctor.code, Some(1), "{}", doctor.stderr);
    assert!(doctor.stdout.lines().any(|line| line.starts_with(message)), "{}", doctor.stdout);
}

#[test]
fn files_that_are_not_there_stop_the_start() {
    let test_dir = TestDir::new();
    assert_refused(&test_dir, "BACKEND_TLS_CERT_FILE: tls.crt cannot be read: ");
    test_dir.file("tls.crt", &Identity::new().certificate_pem);
    assert_refused(&test_dir, "BACKEND_TLS_KEY_FILE: tls.key cannot be read: ");
}

fn serve(identity: &Identity) -> ServerProcess {
    let test_dir = TestDir::new();
    test_dir.install(&identity.certificate_pem, &identity.key_pem);
    test_dir.serve(&TLS_FILES)
}

fn wait_for_error(server: &ServerProcess, message: &str) {
    let line = server.log().wait_for(|line| line["message"].as_str().unwrap().starts_with(message));
    assert_eq!(line["level"], "ERROR");
}

/// It may be renewed at any moment, or the clock of the machine put right: both help without another start.
#[rstest]
#[case::expired(2000, 2001, "expired on 2001-01-01T00:00:00Z, and clients refuse it; put a renewed one in its place")]
#[case::not_yet_valid(
    4000,
    4001,
    "is not valid before 4000-01-01T00:00:00Z, and clients refuse it; the clock of this "
)]
fn a_certificate_out_of_its_time_is_served_and_told(#[case] begin: i32, #[case] end: i32, #[case] message: &str) {
    let message = format!("BACKEND_TLS_CERT_FILE: the certificate in tls.crt {message}");
    let (untimely, renewed) = (Identity::valid_between(begin, end), Identity::new());
    let server = serve(&untimely);
    wait_for_error(&server, &message);
    assert_reported_by_doctor(&server.test_dir, &message);
    server.test_dir.install(&renewed.certificate_pem, &renewed.key_pem);
    server.log().wait_for_message(RENEWED);
    assert!(renewed.is_served(server.port));
}

#[rstest]
#[case::expired(2000, 2001)]
#[case::not_yet_valid(4000, 4001)]
fn a_valid_certificate_is_never_replaced_by_one_out_of_its_time(#[case] begin: i32, #[case] end: i32) {
    let (valid, untimely) = (Identity::new(), Identity::valid_between(begin, end));
    let server = serve(&valid);
    server.test_dir.install(&untimely.certificate_pem, &untimely.key_pem);
    wait_for_error(&server, &format!("{STAYS}BACKEND_TLS_CERT_FILE: the certificate in tls.crt "));
    assert!(valid.is_served(server.port));
}

#[test]
fn a_hang_up_has_the_files_read_at_once_and_their_fault_told_again() {
    let (old, new) = (Identity::new(), Identity::new());
    let server = serve(&old);
    server.test_dir.install("", &old.key_pem);
    let message = format!("{STAYS}BACKEND_TLS_CERT_FILE: ");
    wait_for_error(&server, &message);
    server.signal(Signal::HUP);
    let signal = server.log().wait_for_message("SIGHUP: reading the TLS files again")["timestamp"].clone();
    let is_later = |line: &LogLine| line["timestamp"].as_str() > signal.as_str();
    server.log().wait_for(|line| is_later(line) && line["message"].as_str().unwrap().starts_with(&message));
    // The old key does not fit the new certificate: in whatever order the two are seen, it is no pair before both are.
    server.test_dir.install(&new.certificate_pem, &new.key_pem);
    server.log().wait_for_message(RENEWED);
    assert!(new.is_served(server.port));
    let lines = server.stop().json_lines();
    let errors = lines.iter().filter(|line| line["message"].as_str().unwrap().starts_with(&message)).count();
    assert_eq!(errors, 2, "once for the change and once for the signal");
}

#[test]
fn a_chain_with_a_gap_is_told() {
    let ours = Identity::named("issuer").issue();
    let test_dir = TestDir::new();
    test_dir
        .install(&format!("{}{}", ours.certificate_pem, Identity::named("stranger").certificate_pem), &ours.key_pem);
    let message =
        "BACKEND_TLS_CERT_FILE: certificate 2 in tls.crt is not that of the issuer of the one before it; put ";
    wait_for_error(&test_dir.serve(&TLS_FILES), message);
    assert_reported_by_doctor(&test_dir, message);
}

#[test]
fn a_chain_in_order_is_nothing_to_tell() {
    let issuer = Identity::named("issuer");
    let ours = issuer.issue();
    let test_dir = TestDir::new();
    test_dir.install(&format!("{}{}", ours.certificate_pem, issuer.certificate_pem), &ours.key_pem);
    test_dir.run(&["migrate"]).succeeded();
    test_dir.run_with(&["doctor"], &TLS_FILES).succeeded();
}

#[test]
fn metrics_tell_when_the_certificate_ends_and_nothing_without_tls() {
    const NAME: &str = "tls_certificate_not_after_timestamp_seconds";
    let (old, new) = (Identity::valid_between(2000, 4000), Identity::valid_between(2000, 4001));
    let server = serve(&old);
    let end = |identity: &Identity| {
        let metrics = String::from_utf8(identity.get(server.port, "/metrics").body).unwrap();
        let line = metrics.lines().find_map(|line| line.strip_prefix(NAME)).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{metrics}"))
    };
    assert_eq!(end(&old), " 64060588800");
    server.test_dir.install(&new.certificate_pem, &new.key_pem);
    server.log().wait_for_message(RENEWED);
    assert_eq!(end(&new), " 64092211200");
    let plain = ServerProcess::start().metrics();
    assert!(!plain.contains(NAME), "{plain}");
}
