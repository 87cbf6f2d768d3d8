use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use ore_domain::{
    Constraint, Permission, PermissionSet, Role, RoleName, Stale, Store, StoreError, StoreExt, Timestamp, User,
};
use ore_testkit::{block_on, canonical};
use rstest::rstest;

use crate::support::{StoreUnderTest, file, find, insert, memory, postgres, read, write};

fn role(name: &str, permissions: &[Permission]) -> Role {
    let at: Timestamp = "2026-11-29T10:34:31.656895Z".parse().unwrap();
    Role {
        name: name.parse().unwrap(),
        description: Some(format!("of {name}")),
        permissions: permissions.iter().copied().collect(),
        created_at: at,
        updated_at: at,
    }
}

fn insert_role(store: &dyn Store, role: &Role) -> Result<(), StoreError> {
    let role = role.clone();
    block_on(store.write(move |r| r.roles().insert_role(&role)))
}

fn give(store: &dyn Store, user: &User, roles: &[RoleName]) {
    let (id, roles) = (user.id, roles.to_vec());
    write(store, move |r| {
        r.roles().set_roles_of(id, &roles)?.invalidate(r);
        Ok(())
    });
}

fn permissions_of(store: &dyn Store, user: &User) -> PermissionSet {
    find(store, user.id).unwrap().roles.permissions()
}

#[rstest]
fn roles_are_kept_as_they_are(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (support, audit) = (role("support", &[Permission::UsersRead]), role("audit", &[Permission::AuditRead]));
    insert_role(store, &support).unwrap();
    insert_role(store, &audit).unwrap();
    let refused = insert_role(store, &Role { description: None, ..audit.clone() });
    assert!(matches!(refused, Err(StoreError::Conflict(Constraint::RoleName))), "{refused:?}");
    let listed = read(store, |r| r.roles().list_roles());
    assert_eq!(listed[0].name, RoleName::admin());
    assert_eq!(listed[0].permissions, PermissionSet::ALL);
    assert_eq!(listed[1..], [audit, support.clone()]);
    let changed = Role { description: None, permissions: PermissionSet::NONE, ..support };
    let update = changed.clone();
    assert!(write(store, move |r| Ok(r.roles().update_role(&update)?.invalidate(r))));
    assert_eq!(guard.caches.take(), [Stale::EveryUser]);
    let name = changed.name.clone();
    assert_eq!(read(store, move |r| r.roles().find_role(&name)), Some(changed));
}

#[rstest]
fn a_user_may_what_the_roles_allow_together(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (ada, bob) = (insert(store, "ada@example.org"), insert(store, "bob@example.org"));
    let (support, audit) = (role("support", &[Permission::UsersRead]), role("audit", &[Permission::AuditRead]));
    insert_role(store, &support).unwrap();
    insert_role(store, &audit).unwrap();
    give(store, &ada, &[support.name.clone(), audit.name.clone()]);
    assert_eq!(guard.caches.take(), [Stale::User(ada.id)]);
    assert_eq!(permissions_of(store, &ada).to_string(), "users.read audit.read");
    assert_eq!(permissions_of(store, &bob), PermissionSet::NONE);
    let email = ada.email.canonical().clone();
    let by_email = read(store, move |r| r.users().find_by_email(&email)).unwrap();
    assert_eq!(by_email.roles.names(), [audit.name.clone(), support.name]);

    let name = audit.name.clone();
    assert!(write(store, move |r| Ok(r.roles().delete_role(&name)?.invalidate(r))));
    assert_eq!(permissions_of(store, &ada).to_string(), "users.read");
    give(store, &ada, &[RoleName::admin()]);
    assert_eq!(permissions_of(store, &ada), PermissionSet::ALL);
    give(store, &ada, &[]);
    assert_eq!(permissions_of(store, &ada), PermissionSet::NONE);
}

#[rstest]
fn an_admin_counts_who_can_sign_in(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (ada, bob) = (insert(store, "ada@example.org"), insert(store, "bob@example.org"));
    let than = ada.id;
    let is_another_there = || write(store, move |r| r.roles().is_another_admin_there(than, false));
    give(store, &ada, &[RoleName::admin()]);
    assert!(!is_another_there());
    give(store, &bob, &[RoleName::admin()]);
    assert!(is_another_there());
    let id = bob.id;
    let is_another_verified = || write(store, move |r| r.roles().is_another_admin_there(than, true));
    assert!(!is_another_verified());
    write(store, move |r| Ok(r.users().set_verified_email(id, Some(&canonical("bob@example.org")))?.invalidate(r)));
    assert!(is_another_verified());
    write(store, move |r| Ok(r.users().set_active(id, false)?.invalidate(r)));
    assert!(!is_another_there());
    write(store, move |r| Ok(r.users().set_active(id, true)?.invalidate(r)));
    write(store, move |r| {
        Ok(r.users().set_password_hash(id, &ore_domain::PasswordHash::new(String::new()))?.invalidate(r))
    });
    assert!(!is_another_there());
}

/// Each gives its role up if another is left.
#[rstest]
fn of_admins_who_leave_at_once_one_stays(#[values(file(), postgres())] guard: StoreUnderTest) {
    const ADMINS: usize = 8;
    let store = guard.store();
    let admins: Vec<_> = (0..ADMINS).map(|number| insert(store, &format!("admin{number}@example.org"))).collect();
    for admin in &admins {
        give(store, admin, &[RoleName::admin()]);
    }
    thread::scope(|scope| {
        for admin in &admins {
            let id = admin.id;
            scope.spawn(move || {
                write(store, move |r| {
                    r.users().find(id)?;
                    if r.roles().is_another_admin_there(id, false)? {
                        r.roles().set_roles_of(id, &[])?.invalidate(r);
                    }
                    Ok(())
                });
            });
        }
    });
    let left = admins.iter().filter(|admin| find(store, admin.id).unwrap().roles.is_admin()).count();
    assert_eq!(left, 1);
}

/// The second writer waits for the first, and sees what the first has done.
#[rstest]
fn who_waits_for_a_user_sees_the_roles_as_they_are_then(#[values(file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let ada = insert(store, "ada@example.org");
    give(store, &ada, &[RoleName::admin()]);
    let (id, email) = (ada.id, ada.email.canonical().clone());
    let (held, is_held) = mpsc::channel();
    let (waits, is_waiting) = mpsc::channel();
    let is_waiting = Mutex::new(is_waiting);
    thread::scope(|scope| {
        scope.spawn(move || {
            write(store, move |r| {
                r.users().find(id)?;
                let _ = held.send(());
                // The other has begun to ask; it gets no answer before this transaction ends.
                let _ = is_waiting.lock().unwrap().recv_timeout(Duration::from_millis(300));
                r.roles().set_roles_of(id, &[])?.invalidate(r);
                Ok(())
            });
        });
        is_held.recv().unwrap();
        let seen = [false, true].map(|by_email| {
            let (email, waits) = (email.clone(), waits.clone());
            scope.spawn(move || {
                write(store, move |r| {
                    let user = if by_email { r.users().find_by_email(&email)? } else { r.users().find(id)? };
                    let _ = waits.send(());
                    Ok(user.unwrap().roles.is_admin())
                })
            })
        });
        assert_eq!(seen.map(|seen| seen.join().unwrap()), [false, false]);
    });
}
