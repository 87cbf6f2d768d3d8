use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ore_domain::MailDelivery;
use ore_jobs::{MailTransport, TransportOptions};
use tempfile::TempDir;

use crate::outgoing_mails::some_mail;

fn transport(directory: &Path) -> MailTransport {
    MailTransport::new(&MailDelivery::Directory(directory.to_owned()), &TransportOptions::default()).unwrap()
}

#[tokio::test]
async fn a_mail_becomes_a_file_for_its_owner_alone_and_replaces_itself() {
    let parent = TempDir::new().unwrap();
    let directory = parent.path().join("a/mail");
    let mail = some_mail();
    for _ in 0..2 {
        transport(&directory).send(&mail).await.unwrap();
    }
    let files: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, [directory.join("20251124T160000Z-01900000-0000-7000-8000-000000000007.eml")]);
    assert_eq!(fs::read(&files[0]).unwrap(), mail.formatted());
    assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_may_be_there_later() {
    let parent = TempDir::new().unwrap();
    fs::write(parent.path().join("mail"), "").unwrap();
    let error = transport(&parent.path().join("mail")).send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("directory", false));
}
