//! Delivery into a directory.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use lettre::Message;
use lettre::message::header::{Date, MessageId};
use ore_domain::Timestamp;

use crate::SendError;

/// Writes each mail to a file of its own, which nobody but the owner reads and nobody sees half written.
pub(crate) struct MailDirectory {
    path: PathBuf,
}

impl MailDirectory {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let (directory, name, mail) = (self.path.clone(), file_name(message), message.formatted());
        let writing = tokio::task::spawn_blocking(move || write(&directory, &name, &mail)).await;
        match writing {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(SendError::temporary("directory")),
        }
    }
}

/// The date in the order of time and the id of the mail, so that a mail that is sent again replaces itself.
fn file_name(message: &Message) -> String {
    let headers = message.headers();
    let date = headers.get::<Date>().map_or(SystemTime::UNIX_EPOCH, SystemTime::from);
    let id = headers.get::<MessageId>().map(|id| id.as_ref().to_owned()).unwrap_or_default();
    let id: String =
        id.chars().skip(1).take_while(|character| character.is_ascii_hexdigit() || *character == '-').collect();
    format!("{}-{id}.eml", Timestamp::from(date).format("%Y%m%dT%H%M%SZ"))
}

fn write(directory: &Path, name: &str, mail: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    // The file of tempfile is 0600.
    let mut file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(directory)?;
    file.write_all(mail)?;
    file.as_file().sync_all()?;
    file.persist(directory.join(name))?;
    Ok(())
}
