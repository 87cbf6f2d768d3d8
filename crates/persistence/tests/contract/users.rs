use ore_domain::{Constraint, EmailAddress, Locale, PasswordHash, Profile, StoreError, StoreExt, Timestamp, UserId};
use ore_testkit::{block_on, canonical, new_user};
use rstest::rstest;

use crate::support::{
    StoreUnderTest, count, file, find, find_by_email, find_by_stored_email, insert, memory, postgres, read, try_insert,
    write,
};

/// What `insert` answers is what `find` answers later.
#[rstest]
fn a_user_is_found_by_its_key(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let new = new_user("Ada@example.org").password_hash("$argon2id$first").build();
    let inserted = try_insert(store, new.clone()).expect("the address is free");
    assert_eq!(inserted.email, new.email);
    assert_eq!(inserted.password_hash, new.password_hash);
    assert_eq!(find(store, inserted.id), Some(inserted));
}

/// Case and compatibility forms make no other account.
#[rstest]
fn a_user_is_found_by_its_address_in_any_spelling(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let ada = insert(store, "Ada@Example.org");
    insert(store, "grace@example.org");
    for spelling in ["ada@example.org", "ADA@EXAMPLE.ORG", "ａｄａ@example.org"] {
        assert_eq!(find_by_email(store, spelling).as_ref(), Some(&ada), "{spelling}");
    }
}

/// Byte for byte, whatever else would be the same account.
#[rstest]
fn a_user_is_found_by_the_address_as_it_is_stored_and_by_no_other_spelling(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    for stored in ["Ada@example.org", "ｂob@example.org", "οδος@example.org", "rémy@例子.中国"] {
        let user = insert(store, stored);
        assert_eq!(find_by_stored_email(store, stored), Some(user), "{stored}");
    }
    for other in [
        "ada@example.org",
        "ADA@EXAMPLE.ORG",
        "Ａda@example.org",
        "Ada@example.org.",
        "Ada@example.org ",
        " Ada@example.org",
        "Ada@example.org\0",
        "Ada@example.org\n",
        "bob@example.org",
        "οδοσ@example.org",
        "re\u{301}my@例子.中国",
        "rémy@xn--fsqu00a.xn--fiqs8s",
        "Ada",
        "%",
        "",
    ] {
        assert_eq!(find_by_stored_email(store, other), None, "{other:?}");
    }
}

/// Every letter of an address survives, in both of its forms.
#[rstest]
fn an_address_beyond_ascii_comes_back_as_it_was_written(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    for email in ["用户@例子.中国", "Rémy@exämple.org", "ΟΔΟΣ@example.org"] {
        let inserted = insert(store, email);
        assert_eq!(inserted.email.as_str(), new_user(email).build().email.as_str());
        assert_eq!(find_by_email(store, email), Some(inserted));
    }
}

/// `None`, not an error.
#[rstest]
fn nobody_is_found_in_an_empty_store(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    assert_eq!(find(store, UserId::new(1)), None);
    assert_eq!(find_by_email(store, "ada@example.org"), None);
    assert_eq!(count(store), 0);
}

/// Nobody has to say so.
#[rstest]
fn a_new_user_is_active(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let ada = insert(store, "ada@example.org");
    assert!(ada.is_active);
    assert!(find(store, ada.id).is_some_and(|user| user.is_active));
}

/// Neither rounded nor cut, before and after the epoch, with and without a fraction.
#[rstest]
fn the_time_of_creation_is_kept_to_the_microsecond(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let times = [
        "2026-11-22T10:34:31.656895Z",
        "2026-11-22T10:34:31.500Z",
        "2026-11-22T10:34:31Z",
        "2026-11-22T23:59:59.999999Z",
        "1969-12-31T23:59:59.000001Z",
    ];
    for (index, time) in times.into_iter().enumerate() {
        let created_at = time.parse().expect("the text is a time");
        let new = new_user(&format!("user{index}@example.org")).created_at(created_at).build();
        let inserted = try_insert(store, new).expect("the address is free");
        assert_eq!(inserted.created_at, created_at);
        assert_eq!(find(store, inserted.id).map(|user| user.created_at), Some(created_at));
    }
}

/// A later user has a greater key.
#[rstest]
fn keys_rise(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let keys: Vec<UserId> = (0..5).map(|index| insert(store, &format!("user{index}@example.org")).id).collect();
    assert!(keys.is_sorted_by(|first, second| first < second), "{keys:?}");
}

/// The rule of one account for each canonical address.
#[rstest]
fn a_taken_address_is_a_conflict_in_any_spelling(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    insert(store, "Ada@example.org");
    for spelling in ["Ada@example.org", "aDA@Example.org", "ａｄａ@example.org"] {
        let refused = try_insert(store, new_user(spelling).build());
        assert!(matches!(refused, Err(StoreError::Conflict(Constraint::UserEmail))), "{spelling}: {refused:?}");
    }
    assert_eq!(count(store), 1);
}

/// `after` is exclusive, `limit` a maximum.
#[rstest]
fn users_are_listed_in_pages_in_the_order_of_their_keys(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let all: Vec<_> = (0..5).map(|index| insert(store, &format!("user{}@example.org", 9 - index))).collect();
    let page = |after: Option<UserId>, limit| {
        let listed = read(store, move |repositories| repositories.users().list(after, limit));
        listed.into_iter().collect::<Result<Vec<_>, _>>().expect("every user can be read")
    };
    assert_eq!(page(None, 2), all[..2]);
    assert_eq!(page(Some(all[1].id), 2), all[2..4]);
    assert_eq!(page(Some(all[3].id), 2), all[4..]);
    assert_eq!(page(Some(all[4].id), 2), []);
    assert_eq!(page(None, u32::MAX), all);
    assert_eq!(page(None, 0), []);
}

/// Compares and replaces in one step.
#[rstest]
fn a_hash_is_replaced_only_while_it_is_the_expected_one(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let ada = insert(store, "ada@example.org");
    let (first, second) = (ada.password_hash.clone(), PasswordHash::new("$argon2id$second".to_owned()));
    let replace = |current: PasswordHash, renewed: PasswordHash| {
        write(store, move |repositories| {
            Ok(repositories.users().replace_password_hash(ada.id, &current, &renewed)?.invalidate(repositories))
        })
    };
    assert!(replace(first.clone(), second.clone()));
    assert!(!replace(first.clone(), first));
    assert_eq!(find(store, ada.id).map(|user| user.password_hash), Some(second));
}

/// Unlike replacing, asks for no present hash.
#[rstest]
fn a_password_hash_is_set_whatever_it_was(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let ada = insert(store, "ada@example.org");
    let hash = PasswordHash::new("$argon2id$second".to_owned());
    let set = hash.clone();
    assert!(write(store, move |repositories| Ok(repositories
        .users()
        .set_password_hash(ada.id, &set)?
        .invalidate(repositories))));
    assert_eq!(find(store, ada.id).map(|user| user.password_hash), Some(hash));
}

/// Answers that there was somebody, also when nothing changes.
#[rstest]
fn a_user_is_deactivated_and_activated(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let ada = insert(store, "ada@example.org");
    for is_active in [false, false, true] {
        assert!(write(store, move |repositories| Ok(repositories
            .users()
            .set_active(ada.id, is_active)?
            .invalidate(repositories))));
        assert_eq!(find(store, ada.id).map(|user| user.is_active), Some(is_active));
    }
}

/// Each at its own time.
#[rstest]
fn a_new_password_and_a_new_state_are_noted_as_changes(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let (ada, bob) = (insert(store, "ada@example.org"), insert(store, "bob@example.org"));
    assert_eq!((ada.credentials_changed_at, bob.credentials_changed_at), (None, None));
    let hash = PasswordHash::new("$argon2id$second".to_owned());
    write(store, move |repositories| {
        Ok(repositories.users().set_password_hash(ada.id, &hash)?.invalidate(repositories))
    });
    write(store, move |repositories| Ok(repositories.users().set_active(bob.id, false)?.invalidate(repositories)));
    let changed_at = |id| find(store, id).and_then(|user| user.credentials_changed_at).expect("the change is noted");
    assert!(changed_at(ada.id) <= changed_at(bob.id));
}

/// A password remains what it is when it is hashed anew.
#[rstest]
fn a_renewed_hash_and_an_unchanged_state_are_no_changes(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let ada = insert(store, "ada@example.org");
    let (first, second) = (ada.password_hash, PasswordHash::new("$argon2id$second".to_owned()));
    for (current, renewed) in [(first.clone(), second.clone()), (second, first)] {
        assert!(write(store, move |repositories| {
            let is_set = repositories.users().set_active(ada.id, true)?.invalidate(repositories);
            let replaced = repositories.users().replace_password_hash(ada.id, &current, &renewed)?;
            Ok(is_set && replaced.invalidate(repositories))
        }));
        assert_eq!(find(store, ada.id).map(|user| user.credentials_changed_at), Some(None));
    }
}

/// `false`, not an error, and nobody comes into being.
#[rstest]
fn changing_somebody_who_is_not_there_answers_so(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let (nobody, hash) = (UserId::new(4711), PasswordHash::new("$argon2id$second".to_owned()));
    let changed = write(store, move |repositories| {
        Ok([
            repositories.users().set_active(nobody, false)?.invalidate(repositories),
            repositories.users().set_password_hash(nobody, &hash)?.invalidate(repositories),
            repositories.users().replace_password_hash(nobody, &hash, &hash)?.invalidate(repositories),
        ])
    });
    assert_eq!(changed, [false; 3]);
    assert_eq!(count(store), 0);
}

/// Each change is to one user.
#[rstest]
fn a_change_touches_nobody_else(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let (ada, grace) = (insert(store, "ada@example.org"), insert(store, "grace@example.org"));
    let hash = PasswordHash::new("$argon2id$second".to_owned());
    write(store, move |repositories| {
        repositories.users().set_active(ada.id, false)?.invalidate(repositories);
        repositories.users().replace_password_hash(ada.id, &ada.password_hash, &hash)?.invalidate(repositories);
        Ok(repositories.users().set_password_hash(ada.id, &hash)?.invalidate(repositories))
    });
    assert_eq!(find(store, grace.id), Some(grace));
}

#[rstest]
fn an_address_counts_as_verified_as_long_as_it_is_that_one(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let (ada, bob) = (insert(store, "ada@example.org"), insert(store, "bob@example.org"));
    let verify = |email: &'static str| {
        write(store, move |r| Ok(r.users().set_verified_email(ada.id, Some(&canonical(email)))?.invalidate(r)))
    };
    let is_verified = || find(store, ada.id).unwrap().email_verified;
    assert!(!is_verified());
    assert!(verify("ada@example.org") && is_verified());
    let change = |email: &'static str| {
        let email = EmailAddress::parse(email).unwrap();
        block_on(store.write(move |r| Ok::<_, StoreError>(r.users().set_email(ada.id, &email)?.invalidate(r))))
    };
    assert!(change("Ada@Example.com").unwrap() && !is_verified());
    let changed = find(store, ada.id).unwrap();
    assert_eq!((changed.email.as_str(), changed.credentials_changed_at.is_some()), ("Ada@example.com", true));
    assert!(verify("ada@example.com") && is_verified());
    assert!(matches!(change("BOB@example.org"), Err(StoreError::Conflict(Constraint::UserEmail))));
    assert!(is_verified() && !find(store, bob.id).unwrap().email_verified);
}

#[rstest]
fn a_log_in_is_noted_unless_the_credentials_are_others(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let (ada, bob) = (insert(store, "ada@example.org"), insert(store, "bob@example.org"));
    let at: Timestamp = "2026-11-29T10:34:31.656895Z".parse().unwrap();
    let log_in = |before| write(store, move |r| Ok(r.users().record_log_in(ada.id, before, at)?.invalidate(r)));
    assert_eq!(log_in(None).and_then(|user| user.last_login_at), Some(at));
    assert_eq!(find(store, ada.id).and_then(|user| user.last_login_at), Some(at));
    assert!(log_in(Some(at)).is_none());
    write(store, move |r| Ok(r.users().set_active(ada.id, false)?.invalidate(r)));
    let changed_at = find(store, ada.id).unwrap().credentials_changed_at;
    assert!(log_in(changed_at).is_none());
    write(store, move |r| Ok(r.users().set_active(ada.id, true)?.invalidate(r)));
    let changed_at = find(store, ada.id).unwrap().credentials_changed_at;
    assert!(log_in(None).is_none() && log_in(changed_at).is_some());
    assert_eq!(find(store, bob.id).unwrap().last_login_at, None);
}

#[rstest]
fn a_profile_is_kept_as_it_is_given(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let ada = insert(store, "ada@example.org");
    assert_eq!(ada.profile, Profile::default());
    let changed_at = Some("2026-11-29T10:34:31.656895Z".parse().unwrap());
    let profile = Profile { display_name: Some("Ada \u{1F98B}".to_owned()), locale: Some(Locale::ZhCn), changed_at };
    for profile in [profile, Profile { changed_at, ..Profile::default() }] {
        let new = profile.clone();
        write(store, move |r| Ok(r.users().set_profile(ada.id, &new)?.invalidate(r)));
        let found = find(store, ada.id).unwrap();
        assert_eq!((found.profile, found.credentials_changed_at), (profile, None));
    }
}
