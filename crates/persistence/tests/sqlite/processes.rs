use ore_domain::StoreExt;
use ore_testkit::{block_on, new_user};

use crate::support::{FileStore, memory_store};

#[test]
fn what_was_committed_is_there_for_the_next_process() {
    let before = FileStore::new();
    let user = new_user("用户@例子.中国").created_at("2026-11-22T10:34:31.000001Z".parse().unwrap()).build();
    let inserted = block_on(before.write(move |repositories| repositories.users().insert(user.clone()))).unwrap();

    let after = ore_testkit::InlineStore::new(before.directory.database());
    let found = block_on(after.read(move |repositories| repositories.users().find(inserted.id))).unwrap();
    assert_eq!(found, Some(inserted));
}

#[test]
fn a_database_in_memory_has_one_connection_whatever_is_asked_for() {
    assert_eq!(memory_store().pool_size().get(), 1);
}
