use std::io::{self, Read};

use ore_user_files::ImportFormat;
use proptest::prelude::{ProptestConfig, any, proptest};
use rstest::rstest;

use crate::support::{HASH, faults, file_fault, try_read, users};

const BOB: &str = "bob@example.org";

#[rstest]
#[case::no_address("email\nada\n", "email: ")]
#[case::missing("email,id\n,7\n", "email: is missing")]
#[case::control_character("email\nada\u{7}@example.org\n", "email: the address contains a character")]
#[case::nul("email\na\0da@example.org\n", "email: the address contains a character")]
#[case::zero("email,id\nada@example.org,0\n", "id: ")]
#[case::negative("email,id\nada@example.org,-7\n", "id: ")]
#[case::sign("email,id\nada@example.org,+7\n", "id: ")]
#[case::above_json("email,id\nada@example.org,9007199254740992\n", "id: ")]
#[case::fraction("email,id\nada@example.org,7.0\n", "id: ")]
#[case::boolean("email,is_active\nada@example.org,yes\n", "is_active: ")]
#[case::time("email,created_at\nada@example.org,yesterday\n", "created_at: ")]
#[case::year("email,created_at\nada@example.org,10000-01-01 00:00:00\n", "created_at: ")]
#[case::infinity("email,created_at\nada@example.org,infinity\n", "created_at: ")]
#[case::name("email,display_name\nada@example.org,\"a\u{202e}b\"\n", "display_name: has a control character")]
#[case::name_nul("email,display_name\nada@example.org,a\0b\n", "display_name: has a control character")]
#[case::locale("email,locale\nada@example.org,fr\n", "locale: ")]
#[case::role("email,roles\nada@example.org,admin Editor\n", "roles: holds a text that is not the name of a role")]
#[case::roles("{\"email\": \"ada@example.org\", \"roles\": \"admin\"}\n", "roles: is not an array of texts")]
#[case::few_fields("email,id,locale\nada@example.org,7\n", "the row has 2 fields, and the header 3")]
#[case::many_fields("email\nada@example.org,7\n", "the row has 2 fields, and the header 1")]
#[case::json("{\"email\": }\n", "the line is not valid JSON from column ")]
#[case::array("{}\n[]\n", "the line is not a JSON object")]
#[case::member("{\"email\": \"ada@example.org\", \"password\": \"x\"}\n", "the object has a member that is not known")]
#[case::text("{\"email\": 7}\n", "email: is not a text")]
#[case::number("{\"email\": \"ada@example.org\", \"id\": \"7\"}\n", "id: ")]
#[case::fraction_in_json("{\"email\": \"ada@example.org\", \"id\": 7.5}\n", "id: ")]
#[case::word("{\"email\": \"ada@example.org\", \"is_active\": \"true\"}\n", "is_active: is not true or false")]
#[case::escaped_nul("{\"email\": \"ada@example.org\", \"display_name\": \"a\\u0000b\"}\n", "display_name: ")]
fn a_bad_row_is_named_and_the_next_one_is_read(#[case] file: &str, #[case] expected: &str) {
    let next = if file.starts_with('{') {
        format!("{{\"email\": \"{BOB}\"}}\n")
    } else {
        BOB.to_owned() + &",".repeat(file.lines().next().unwrap().matches(',').count())
    };
    let file = format!("{file}{next}\n");
    let found = faults(file.as_bytes());
    let last = found.last().unwrap();
    assert!(last.1.starts_with(expected), "{found:?}");
    let rows = try_read(file.as_bytes(), None).unwrap();
    assert_eq!(rows.last().unwrap().1.as_ref().map(|user| user.email.as_str()), Ok(BOB), "{rows:?}");
}

#[test]
fn names_have_at_most_a_hundred_letters() {
    let file = |length| format!("email,display_name\nada@example.org,{}\n", "密".repeat(length));
    assert_eq!(faults(file(101).as_bytes()), [(2, "display_name: has more than 100 characters".to_owned())]);
    assert_eq!(users(&file(100)).len(), 1);
}

#[test]
fn bytes_that_are_no_text_spoil_their_row_alone() {
    let csv = b"email\nad\xff@example.org\nbob@example.org\n".as_slice();
    assert_eq!(faults(csv), [(2, "the row is not UTF-8".to_owned())]);
    let json = b"{\"email\": \"ad\xff@example.org\"}\n{\"email\": \"bob@example.org\"}\n".as_slice();
    assert_eq!(faults(json), [(1, "the row is not UTF-8".to_owned())]);
}

#[test]
fn rows_that_are_too_long_are_left_out() {
    let long = "a".repeat(70_000);
    let csv = format!("email,display_name\nada@example.org,{long}\nbob@example.org,\n");
    assert_eq!(faults(csv.as_bytes()), [(2, "the row has more than 65536 bytes".to_owned())]);
    let json = format!("{{\"email\": \"ada@example.org\"}}\n{{\"email\": \"{long}\"}}\n{{\"email\": \"{BOB}\"}}\n");
    assert_eq!(faults(json.as_bytes()), [(2, "the row has more than 65536 bytes".to_owned())]);
    assert_eq!(try_read(json.as_bytes(), None).unwrap().len(), 3);
}

#[rstest]
#[case::empty("", "the file is empty")]
#[case::white_space(" \n\n", "the file is empty")]
#[case::no_header("ada@example.org,$2b$12$secret\n", "column 1 of the header is none that is known")]
#[case::unknown("email,password\n", "column 2 of the header is none that is known")]
#[case::without_address("id,locale\n", "the header has no column email")]
#[case::twice("email,id,email\n", "the header names the column email twice")]
#[case::array("[{\"email\": \"ada@example.org\"}]", "the file is a JSON array")]
fn a_file_that_is_not_understood_is_refused(#[case] file: &str, #[case] expected: &str) {
    let fault = file_fault(file.as_bytes());
    assert!(fault.starts_with(expected) && !fault.contains("secret"), "{fault}");
}

/// Letters without end.
struct Endless(&'static [u8]);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            buffer.fill(b'a');
            return Ok(buffer.len());
        }
        self.0.read(buffer)
    }
}

#[test]
fn a_record_without_end_ends_the_import_and_takes_no_memory() {
    let fault = file_fault(Endless(b"email\nada@example.org\n\"bob"));
    assert!(fault.starts_with("line 3: the record has more than 1048576 bytes"), "{fault}");
    let fault = file_fault(Endless(b""));
    assert!(fault.starts_with("line 1: "), "{fault}");
}

#[test]
fn no_fault_holds_a_value() {
    for file in [
        format!("email,hashed_password,id\n{HASH},{HASH},7\nada@example.org,{HASH},{HASH}\n"),
        format!("{{\"email\": \"{HASH}\"}}\n{{\"{HASH}\": 1}}\n{{\"email\": \"{HASH}\n"),
    ] {
        let found = faults(file.as_bytes());
        assert!(found.len() >= 2 && !format!("{found:?}").contains("$2b$"), "{found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_file_makes_it_panic(bytes in any::<Vec<u8>>(), start in "(email,id\n|\\{\"email\": \"|\"|email\n\"|)") {
        let file = [start.as_bytes(), &bytes].concat();
        let formats = [ImportFormat::Csv, ImportFormat::JsonLines, ImportFormat::Auth0, ImportFormat::Supabase];
        for format in [None].into_iter().chain(formats.map(Some)) {
            let _ = try_read(file.as_slice(), format);
        }
    }

    #[test]
    fn no_text_of_our_alphabet_makes_it_panic(
        text in "(id|email|created_at|encrypted_password|_id|passwordHash|[{}\\[\\]\",:\n a@.0-9]){0,60}",
    ) {
        let _ = try_read(text.as_bytes(), None);
    }
}
