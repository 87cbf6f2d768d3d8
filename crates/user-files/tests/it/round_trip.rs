use std::path::Path;

use ore_domain::{
    EmailAddress, Factors, Locale, PasswordHash, PermissionSet, Profile, RoleName, User, UserId, UserRoles,
};
use ore_user_files::{ExportFormat, UserWriter};
use rstest::rstest;

use crate::support::{HASH, time, users};

fn user(id: i64, name: Option<&str>, hash: &str) -> User {
    User {
        id: UserId::new(id),
        email: EmailAddress::parse(&format!("Ada{id}@example.org")).unwrap(),
        password_hash: PasswordHash::new(hash.to_owned()),
        is_active: id % 2 == 0,
        created_at: time("2026-11-22T10:34:31.656895Z"),
        credentials_changed_at: None,
        email_verified: id % 2 == 1,
        profile: Profile { display_name: name.map(str::to_owned), locale: Some(Locale::En), changed_at: None },
        last_login_at: None,
        roles: UserRoles::new([
            (RoleName::admin(), PermissionSet::ALL),
            ("a-b.c_1".parse().unwrap(), PermissionSet::default()),
        ]),
        factors: Factors::default(),
    }
}

#[rstest]
fn what_is_written_is_read_as_the_same(#[values(ExportFormat::Csv, ExportFormat::JsonLines)] format: ExportFormat) {
    let written = [user(1, Some("Ada, \"the\" first; 密"), HASH), user(2, None, ""), user(3, Some("=1+1"), HASH)];
    let mut file = Vec::new();
    let mut writer = UserWriter::new(&mut file, format).unwrap();
    for user in &written {
        writer.write(user).unwrap();
    }
    writer.finish().unwrap();
    let read = users(std::str::from_utf8(&file).unwrap());
    assert_eq!(read.len(), written.len());
    for (read, written) in read.into_iter().zip(written) {
        assert_eq!(read.id, Some(written.id));
        assert_eq!(read.email, written.email);
        assert_eq!(read.password_hash, written.password_hash);
        assert_eq!((read.is_active, read.email_verified), (written.is_active, written.email_verified));
        assert_eq!((read.created_at, read.locale), (Some(written.created_at), written.profile.locale));
        assert_eq!(read.roles, written.roles.names());
        assert_eq!(read.display_name, written.profile.display_name);
    }
}

#[test]
fn the_name_of_a_file_tells_the_format() {
    let of = |name: &str| ExportFormat::of_path(Path::new(name));
    assert_eq!((of("a.csv"), of("b/c.jsonl")), (Some(ExportFormat::Csv), Some(ExportFormat::JsonLines)));
    assert_eq!((of("a.txt"), of("csv")), (None, None));
}
