use ore_domain::{Locale, UserId};
use rstest::rstest;

use crate::support::{HASH, read, time, users};

#[test]
fn csv_is_read_in_any_order_of_columns() {
    let file = format!(
        "locale,email,email_verified,id,hashed_password,is_active,created_at,display_name\r\n\
         zh,Ada@Example.org,true,7,{HASH},false,2026-11-22T10:34:31.656895Z,\"Ada, \"\"the\"\" first\"\r\n\
         ,bob@example.org,,,,,,\r\n"
    );
    let users = users(&file);
    let [ada, bob] = users.as_slice() else { panic!("{users:?}") };
    assert_eq!((ada.id, ada.email.as_str()), (Some(UserId::new(7)), "Ada@example.org"));
    assert_eq!((ada.password_hash.expose(), ada.is_active, ada.email_verified), (HASH, false, true));
    assert_eq!((ada.created_at, ada.locale), (Some(time("2026-11-22T10:34:31.656895Z")), Some(Locale::ZhCn)));
    assert_eq!(ada.display_name.as_deref(), Some("Ada, \"the\" first"));
    assert_eq!((bob.id, bob.password_hash.expose(), bob.is_active, bob.email_verified), (None, "", true, false));
    assert_eq!((bob.created_at, bob.locale, bob.display_name.as_deref()), (None, None, None));
}

#[test]
fn json_lines_say_the_same() {
    let file = format!(
        "{{\"id\": 7, \"email\": \"Ada@Example.org\", \"hashed_password\": \"{HASH}\", \"is_active\": false,
         \"created_at\": null}}"
    )
    .replace('\n', " ");
    let csv = format!("id,email,hashed_password,is_active,created_at\n7,Ada@Example.org,{HASH},f,\n");
    assert_eq!(users(&file), users(&csv));
}

#[test]
fn a_mark_of_utf8_and_empty_lines_are_no_rows() {
    assert_eq!(users("\u{feff}email\n\nada@example.org\n").len(), 1);
    assert_eq!(users("\u{feff}\n{\"email\": \"ada@example.org\"}\n\n \n").len(), 1);
}

#[test]
fn a_row_is_named_by_the_line_on_which_it_begins() {
    let csv = "email,display_name\nada@example.org,\"a\nb\"\nbob@example.org,b\n\nnobody,c\n\nno,\"\n\n\"";
    let lines: Vec<(u64, bool)> = read(csv).into_iter().map(|(line, user)| (line, user.is_ok())).collect();
    assert_eq!(lines, [(2, false), (4, true), (6, false), (8, false)]);
    let json = "{\"email\": \"ada@example.org\"}\n\n{}\n";
    let lines: Vec<(u64, bool)> = read(json).into_iter().map(|(line, user)| (line, user.is_ok())).collect();
    assert_eq!(lines, [(1, true), (3, false)]);
}

#[rstest]
#[case::rfc3339("2026-11-22T10:34:31.656895Z", "2026-11-22T10:34:31.656895Z")]
#[case::offset("2026-11-22T10:34:31+08:00", "2026-11-22T02:34:31Z")]
#[case::postgres("2026-11-22 10:34:31.6+00", "2026-11-22T10:34:31.6Z")]
#[case::postgres_with_minutes("2026-11-22 10:34:31-03:30", "2026-11-22T14:04:31Z")]
#[case::sqlalchemy("2026-11-22 10:34:31.000042", "2026-11-22T10:34:31.000042Z")]
#[case::without_fraction("2026-11-22 10:34:31", "2026-11-22T10:34:31Z")]
#[case::without_zone("2026-11-22T10:34:31", "2026-11-22T10:34:31Z")]
#[case::nanoseconds("2026-11-22T10:34:31.656895999Z", "2026-11-22T10:34:31.656895Z")]
fn times_are_read_as_programs_write_them(#[case] text: &str, #[case] expected: &str) {
    let users = users(&format!("email,created_at\nada@example.org,{text}\n"));
    assert_eq!(users[0].created_at, Some(time(expected)));
}

#[rstest]
#[case("TRUE", true)]
#[case("t", true)]
#[case("1", true)]
#[case("False", false)]
#[case("f", false)]
#[case("0", false)]
fn booleans_are_read_as_databases_write_them(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(users(&format!("email,is_active\nada@example.org,{text}\n"))[0].is_active, expected);
}

#[test]
fn what_django_stores_for_no_password_is_none() {
    let file = "email,hashed_password\nada@example.org,!4tLy8FZeGN5bIjuMQf5QD40gs438A3DJdhFr3JiH\n";
    assert_eq!(users(file)[0].password_hash.expose(), "");
}
