//! A list of passwords that were found in breaches, as an operator gives it (ASVS 5.0, 6.2.12).

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use fst::Set;
use ore_domain::{Password, folded};
use sha1::{Digest, Sha1};
use unicode_normalization::UnicodeNormalization;

const HEX_DIGITS: usize = 40;
/// More than a line of digits and a count has.
const LONGEST_LINE: u64 = 128;
/// The number of lines that are checked before the file is trusted to be sorted.
const PROBES: u64 = 1000;

/// Passwords that nobody may choose.
pub struct BreachedPasswords(List);

enum List {
    /// Folded, in memory.
    Plain(Set<Vec<u8>>),
    /// SHA-1 of each, in the order of their digits, in a file.
    Hashes { file: File, length: u64 },
}

/// The file is no list of passwords.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct BreachedPasswordsError {
    path: PathBuf,
    fault: Fault,
}

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("line {0} is not UTF-8; convert the file, for example with iconv")]
    NotUtf8(usize),
    #[error("the line at byte {0} is not 40 hexadecimal digits, with or without a colon and a number behind them")]
    NotAHash(u64),
    #[error("the line at byte {0} comes before the one ahead of it; sort the file by bytes (LC_ALL=C sort)")]
    Unsorted(u64),
    #[error("{0}")]
    Index(#[from] fst::Error),
}

/// One line of hashes.
struct Line {
    start: u64,
    end: u64,
    digits: [u8; HEX_DIGITS],
}

impl BreachedPasswords {
    /// Opens a list. Lines of SHA-1 hashes, `HEX:count` in the order of their digits, stay in the file and are searched there;
    /// any other lines are passwords and are indexed in memory.
    ///
    /// # Errors
    /// When the file cannot be read, or its lines are not all of one kind, or hashes are not in order.
    pub fn open(path: &Path) -> Result<Self, BreachedPasswordsError> {
        Self::read(path).map_err(|fault| BreachedPasswordsError { path: path.to_owned(), fault })
    }

    fn read(path: &Path) -> Result<Self, Fault> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        if length > 0 && line_at(&file, length, 0).is_ok() {
            check_order(&file, length)?;
            return Ok(Self(List::Hashes { file, length }));
        }
        index(&fs::read(path)?).map(List::Plain).map(Self)
    }

    /// Whether the password is in the list.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn contains(&self, password: &Password) -> io::Result<bool> {
        match &self.0 {
            List::Plain(passwords) => Ok(passwords.contains(folded(password.expose()))),
            List::Hashes { file, length } => find(file, *length, &digits_of(password)),
        }
    }
}

fn index(text: &[u8]) -> Result<Set<Vec<u8>>, Fault> {
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    let passwords = lines.map(|(number, line)| {
        let line = str::from_utf8(line).map_err(|_| Fault::NotUtf8(number + 1))?;
        Ok(folded(line.strip_suffix('\r').unwrap_or(line)))
    });
    let mut passwords = passwords.collect::<Result<Vec<_>, Fault>>()?;
    passwords.sort_unstable();
    passwords.dedup();
    passwords.retain(|password| !password.is_empty());
    Ok(Set::from_iter(passwords)?)
}

/// Of the exact bytes in NFC, as a password is hashed.
fn digits_of(password: &Password) -> [u8; HEX_DIGITS] {
    let digest = Sha1::digest(password.expose().nfc().collect::<String>().as_bytes());
    let mut digits = [0; HEX_DIGITS];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(digest) {
        pair[0] = digit(byte >> 4);
        pair[1] = digit(byte & 0xf);
    }
    digits
}

const fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'A' + value - 10 }
}

fn find(file: &File, length: u64, digits: &[u8; HEX_DIGITS]) -> io::Result<bool> {
    let (mut low, mut high) = (0, length);
    while low < high {
        let line = line_at(file, length, low.midpoint(high)).map_err(io::Error::other)?;
        match digits.cmp(&line.digits) {
            Ordering::Equal => return Ok(true),
            Ordering::Less => high = line.start,
            Ordering::Greater => low = line.end,
        }
    }
    Ok(false)
}

/// The line that holds this byte, with the line break behind it.
fn line_at(file: &File, length: u64, position: u64) -> Result<Line, Fault> {
    let from = position.saturating_sub(LONGEST_LINE);
    let mut window = vec![0; usize::try_from((length - from).min(2 * LONGEST_LINE)).unwrap_or_default()];
    file.read_exact_at(&mut window, from)?;
    let offset = usize::try_from(position - from).unwrap_or_default();
    let start = window[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
    let end = window[offset..].iter().position(|byte| *byte == b'\n').map_or(window.len(), |index| offset + index + 1);
    let line_start = from + start as u64;
    let digits = hash_in(&window[start..end]).ok_or(Fault::NotAHash(line_start))?;
    Ok(Line { start: line_start, end: from + end as u64, digits })
}

fn hash_in(line: &[u8]) -> Option<[u8; HEX_DIGITS]> {
    let (digits, rest) = line.split_first_chunk::<HEX_DIGITS>()?;
    let rest = rest.strip_suffix(b"\n").unwrap_or(rest);
    let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
    let is_count = rest.is_empty() || rest.strip_prefix(b":").is_some_and(|count| count.iter().all(u8::is_ascii_digit));
    let is_hash = is_count && digits.iter().all(u8::is_ascii_hexdigit);
    is_hash.then(|| digits.to_ascii_uppercase().try_into().ok()).flatten()
}

/// Lines all over the file; the whole may have a billion.
fn check_order(file: &File, length: u64) -> Result<(), Fault> {
    let mut last: Option<Line> = None;
    for probe in 0..=PROBES {
        let position = u128::from(length - 1) * u128::from(probe) / u128::from(PROBES);
        let line = line_at(file, length, u64::try_from(position).unwrap_or_default())?;
        if last.is_some_and(|last| line.start > last.start && line.digits < last.digits) {
            return Err(Fault::Unsorted(line.start));
        }
        last = Some(line);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use rstest::rstest;

    use super::*;

    fn open(text: impl AsRef<[u8]>) -> Result<BreachedPasswords, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("list");
        fs::write(&path, text).unwrap();
        BreachedPasswords::open(&path).map_err(|error| error.fault.to_string())
    }

    fn contains(list: &BreachedPasswords, text: &str) -> bool {
        list.contains(&Password::presented(text).unwrap()).unwrap()
    }

    /// Each `hex` in its order, with a count and this line break.
    fn hashes(passwords: &[String], line_break: &str) -> String {
        let digits = |password: &String| {
            let digits = digits_of(&Password::presented(password.as_str()).unwrap());
            String::from_utf8(digits.to_vec()).unwrap()
        };
        let mut lines: Vec<String> = passwords.iter().map(digits).collect();
        lines.sort();
        lines.iter().enumerate().fold(String::new(), |mut text, (count, line)| {
            write!(text, "{line}:{}{line_break}", count * count).unwrap();
            text
        })
    }

    #[test]
    fn plain_lines_are_compared_folded() {
        let list = open("Hunter2\r\n\u{fb01}rst pass\n\nlast").unwrap();
        let found =
            ["hunter2", "HUNTER2", "first pass", "last", "hunter", "", "hunter2 "].map(|it| contains(&list, it));
        assert_eq!(found, [true, true, true, true, false, false, false]);
    }

    #[rstest]
    fn hashes_are_found_on_disk_of_the_exact_password(
        #[values("\n", "\r\n")] line_break: &str,
        #[values(1, 2, 3, 1000)] count: usize,
    ) {
        let passwords: Vec<String> = (0..count).map(|number| format!("Password {number}")).collect();
        let text = hashes(&passwords, line_break);
        for text in [text.trim_end().to_owned(), text.to_lowercase(), text] {
            let list = open(&text).unwrap();
            assert!(passwords.iter().all(|password| contains(&list, password)));
            assert!(!passwords.iter().any(|password| contains(&list, &password.to_lowercase())));
        }
    }

    #[test]
    fn a_password_is_compared_in_nfc() {
        let list = open(hashes(&["caf\u{e9} au lait".to_owned()], "\n")).unwrap();
        assert!(contains(&list, "cafe\u{301} au lait"));
    }

    #[rstest]
    #[case::unsorted("BB".repeat(20) + "\n" + &"AA".repeat(20), "sort the file")]
    #[case::mixed("AA".repeat(20) + "\nhunter2\n", "is not 40 hexadecimal digits")]
    #[case::no_number("AA".repeat(20) + "\n" + &"BB".repeat(20) + ":many\n", "is not 40 hexadecimal digits")]
    fn a_list_of_hashes_is_checked(#[case] text: String, #[case] fault: &str) {
        let told = open(text).err().unwrap();
        assert!(told.contains(fault), "{told}");
    }

    #[test]
    fn a_line_that_is_no_text_is_named() {
        assert_eq!(
            open(b"good\n\xff\n").err().unwrap(),
            "line 2 is not UTF-8; convert the file, for example with iconv"
        );
    }

    #[test]
    fn an_empty_list_holds_nothing() {
        assert!(!contains(&open("").unwrap(), "anything"));
    }
}
