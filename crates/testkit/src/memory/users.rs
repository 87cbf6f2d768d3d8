use std::collections::{BTreeMap, BTreeSet};

use ore_domain::{
    CanonicalEmail, Constraint, ListedUser, NewUser, PasswordHash, StoreError, UnreadableUser, User, UserId, Users,
};

use super::store::Transaction;

#[derive(Debug, Clone, Default)]
pub(super) struct UserTable {
    rows: BTreeMap<UserId, User>,
    last_id: i64,
    pub(super) unreadable: BTreeSet<UserId>,
}

impl Users for Transaction<'_> {
    fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.query("users.find", |tables| {
            Ok(tables.users.rows.get(&id).map(|user| tables.users.read(user)).transpose()?)
        })
    }

    fn find_by_email(&mut self, email: &CanonicalEmail) -> Result<Option<User>, StoreError> {
        self.query("users.find_by_email", |tables| {
            let found = tables.users.rows.values().find(|user| user.email.canonical() == email);
            Ok(found.map(|user| tables.users.read(user)).transpose()?)
        })
    }

    fn find_by_stored_email(&mut self, email: &str) -> Result<Option<User>, StoreError> {
        self.query("users.find_by_stored_email", |tables| {
            let found = tables.users.rows.values().find(|user| user.email.as_str() == email);
            Ok(found.map(|user| tables.users.read(user)).transpose()?)
        })
    }

    fn list(&mut self, after: Option<UserId>, limit: u32) -> Result<Vec<ListedUser>, StoreError> {
        self.query("users.list", |tables| {
            let later = tables.users.rows.values().filter(|user| Some(user.id) > after);
            Ok(later.take(usize::try_from(limit).unwrap_or(usize::MAX)).map(|user| tables.users.read(user)).collect())
        })
    }

    fn insert(&mut self, user: NewUser) -> Result<User, StoreError> {
        self.query("users.insert", |tables| tables.users.insert(user))
    }

    fn replace_password_hash(
        &mut self,
        id: UserId,
        current: &PasswordHash,
        renewed: &PasswordHash,
    ) -> Result<bool, StoreError> {
        self.query("users.replace_password_hash", |tables| {
            let user = tables.users.rows.get_mut(&id).filter(|user| user.password_hash == *current);
            Ok(user.map(|user| user.password_hash = renewed.clone()).is_some())
        })
    }

    fn set_password_hash(&mut self, id: UserId, hash: &PasswordHash) -> Result<bool, StoreError> {
        let now = self.now;
        self.update_user("users.set_password_hash", id, |user| {
            user.password_hash = hash.clone();
            user.credentials_changed_at = Some(now);
        })
    }

    fn set_active(&mut self, id: UserId, is_active: bool) -> Result<bool, StoreError> {
        let now = self.now;
        self.update_user("users.set_active", id, |user| {
            if user.is_active != is_active {
                user.is_active = is_active;
                user.credentials_changed_at = Some(now);
            }
        })
    }
}

impl Transaction<'_> {
    fn update_user(
        &mut self,
        name: &'static str,
        id: UserId,
        change: impl FnOnce(&mut User),
    ) -> Result<bool, StoreError> {
        self.query(name, |tables| Ok(tables.users.rows.get_mut(&id).map(change).is_some()))
    }
}

impl UserTable {
    fn read(&self, user: &User) -> ListedUser {
        let fault = || UnreadableUser { id: user.id, fault: "a test made it so".to_owned() };
        if self.unreadable.contains(&user.id) { Err(fault()) } else { Ok(user.clone()) }
    }

    fn insert(&mut self, user: NewUser) -> Result<User, StoreError> {
        if self.rows.values().any(|other| other.email.canonical() == user.email.canonical()) {
            return Err(StoreError::Conflict(Constraint::UserEmail));
        }
        self.last_id += 1;
        let NewUser { email, password_hash, created_at } = user;
        let id = UserId::new(self.last_id);
        let user = User { id, email, password_hash, is_active: true, created_at, credentials_changed_at: None };
        self.rows.insert(user.id, user.clone());
        Ok(user)
    }
}
