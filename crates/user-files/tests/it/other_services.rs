use ore_user_files::ImportFormat;

use crate::support::{HASH, faults, time, try_read, users};

#[test]
fn what_support_of_auth0_hands_out_is_read() {
    let file = format!(
        r#"{{"_id":{{"$oid":"60425dc43519d90068f82973"}},"email_verified":true,"email":"ada@example.org","passwordHash":"{HASH}","password_set_date":{{"$date":"2021-03-05T16:34:44.502Z"}},"tenant":"t","connection":"c","_tmp_is_unique":true,"created_at":{{"$date":{{"$numberLong":"1614962084502"}}}},"name":"Ada"}}
{{"_id":{{"$oid":"60425da93519d90068f82966"}},"email_verified":false,"email":"bob@example.org","blocked":true,"name":"bob@example.org","created_at":{{"$date":"2021-03-05T16:34:44.502Z"}}}}
"#
    );
    let users = users(&file);
    let [ada, bob] = users.as_slice() else { panic!("{users:?}") };
    assert_eq!((ada.password_hash.expose(), ada.email_verified, ada.is_active), (HASH, true, true));
    assert_eq!((ada.id, ada.display_name.as_deref()), (None, Some("Ada")));
    assert_eq!(ada.created_at, Some(time("2021-03-05T16:34:44.502Z")));
    assert_eq!((bob.password_hash.expose(), bob.email_verified, bob.is_active), ("", false, false));
    assert_eq!((bob.created_at, bob.display_name.as_deref()), (ada.created_at, None));
}

#[test]
fn what_a_job_of_auth0_exports_is_read() {
    let file = r#"{"user_id":"auth0|60425dc43519d90068f82973","email":"ada@example.org","email_verified":true,"created_at":"2021-03-05T16:34:44.502Z","name":"Ada","nickname":"ada","picture":"https://example.org/a.png"}
"#;
    let users = users(file);
    assert_eq!((users[0].email.as_str(), users[0].display_name.as_deref()), ("ada@example.org", Some("Ada")));
    assert!(users[0].password_hash.expose().is_empty());
}

#[test]
fn bad_objects_of_auth0_are_named() {
    let file =
        "{\"_id\": 1}\n{\"email\": \"ada@example.org\", \"created_at\": true}\n{\"email\": \"a\"}\n{\"email\": 7}\n";
    let found = faults(file.as_bytes());
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

const HEADER: &str = "instance_id,id,aud,role,email,encrypted_password,email_confirmed_at,raw_user_meta_data,created_at,\
    phone,banned_until,deleted_at\n";

#[test]
fn the_table_of_supabase_is_read() {
    let file = format!(
        "{HEADER}0,6f1c8bfa-0000-4000-8000-000000000000,authenticated,authenticated,ada@example.org,{HASH},\
         2023-01-05 12:00:01.5+00,\"{{\"\"full_name\"\": \"\"Ada\"\"}}\",2023-01-05 12:00:00.123456+00,,,\n\
         0,6f1c8bfa-0000-4000-8000-000000000001,authenticated,authenticated,bob@example.org,,,{{}},\
         2023-01-05 12:00:00+00,,2026-11-30 00:00:00+00,\n\
         0,6f1c8bfa-0000-4000-8000-000000000002,authenticated,authenticated,eve@example.org,,,,,,2026-11-28 00:00:00+00,\n"
    );
    let users = users(&file);
    let [ada, bob, eve] = users.as_slice() else { panic!("{users:?}") };
    assert_eq!((ada.password_hash.expose(), ada.email_verified, ada.is_active), (HASH, true, true));
    assert_eq!((ada.display_name.as_deref(), ada.id), (Some("Ada"), None));
    assert_eq!(ada.created_at, Some(time("2023-01-05T12:00:00.123456Z")));
    assert_eq!((bob.password_hash.expose(), bob.email_verified, bob.is_active), ("", false, false));
    assert!(eve.is_active, "the ban is over");
}

#[test]
fn who_was_deleted_at_supabase_or_has_no_address_there_is_left_out() {
    let file = format!("{HEADER}0,1,a,a,ada@example.org,,,,,,,2026-11-28 00:00:00+00\n0,2,a,a,,,,,,+41000,,\n");
    let expected = [(2, "the account was deleted".to_owned()), (3, "email: is missing".to_owned())];
    assert_eq!(faults(file.as_bytes()), expected);
}

#[test]
fn a_format_that_is_named_is_not_guessed() {
    let plain = "{\"email\": \"ada@example.org\", \"name\": \"Ada\"}\n";
    let as_auth0 = try_read(plain.as_bytes(), Some(ImportFormat::Auth0)).unwrap();
    assert!(as_auth0[0].1.is_ok(), "{as_auth0:?}");
    let as_ours = try_read(plain.as_bytes(), Some(ImportFormat::JsonLines)).unwrap();
    assert!(as_ours[0].1.is_err(), "{as_ours:?}");
    let named: Vec<String> =
        ["csv", "jsonl", "auth0", "supabase"].map(|name| name.parse::<ImportFormat>().unwrap().to_string()).to_vec();
    assert_eq!(named, ["csv", "jsonl", "auth0", "supabase"]);
    assert!("ldif".parse::<ImportFormat>().is_err());
}
