use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use ore_domain::{
    Access, BlockingStore, CanonicalEmail, ListedUser, NewUser, PasswordHash, Repositories, StoreError, User, UserId,
    Users, Work,
};

use crate::RecentUsers;

/// A store whose changes [`RecentUsers`] hears of, whoever makes them, before they are reported.
///
/// It stands below the threads of the store, so that this holds for work whose caller is gone as well. A commit that
/// ends after the store has given up on it is seen like one of another process.
pub struct WatchedStore {
    store: Arc<dyn BlockingStore>,
    recent_users: Arc<RecentUsers>,
}

impl WatchedStore {
    /// Tells `recent_users` what changes in `store`.
    pub fn new(store: Arc<dyn BlockingStore>, recent_users: Arc<RecentUsers>) -> Self {
        Self { store, recent_users }
    }
}

impl BlockingStore for WatchedStore {
    fn run(&self, access: Access, mut work: Work) -> Result<(), StoreError> {
        if access == Access::Read {
            return self.store.run(access, work);
        }
        let changed = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&changed);
        let watched: Work = Box::new(move |repositories| {
            let mut watched = Watched { repositories, changed: Vec::new() };
            let completion = work(&mut watched);
            *noted.lock().unwrap_or_else(PoisonError::into_inner) = watched.changed;
            completion
        });
        let result = self.store.run(access, watched);
        for id in mem::take(&mut *changed.lock().unwrap_or_else(PoisonError::into_inner)) {
            self.recent_users.forget(id);
        }
        result
    }
}

struct Watched<'a> {
    repositories: &'a mut dyn Repositories,
    changed: Vec<UserId>,
}

impl Watched<'_> {
    fn change(&mut self, id: UserId) -> &mut dyn Users {
        self.changed.push(id);
        self.repositories.users()
    }
}

impl Repositories for Watched<'_> {
    fn users(&mut self) -> &mut dyn Users {
        self
    }
}

impl Users for Watched<'_> {
    fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.repositories.users().find(id)
    }

    fn find_by_email(&mut self, email: &CanonicalEmail) -> Result<Option<User>, StoreError> {
        self.repositories.users().find_by_email(email)
    }

    fn find_by_stored_email(&mut self, email: &str) -> Result<Option<User>, StoreError> {
        self.repositories.users().find_by_stored_email(email)
    }

    fn list(&mut self, after: Option<UserId>, limit: u32) -> Result<Vec<ListedUser>, StoreError> {
        self.repositories.users().list(after, limit)
    }

    fn insert(&mut self, user: NewUser) -> Result<User, StoreError> {
        self.repositories.users().insert(user)
    }

    fn replace_password_hash(
        &mut self,
        id: UserId,
        current: &PasswordHash,
        renewed: &PasswordHash,
    ) -> Result<bool, StoreError> {
        self.change(id).replace_password_hash(id, current, renewed)
    }

    fn set_password_hash(&mut self, id: UserId, hash: &PasswordHash) -> Result<bool, StoreError> {
        self.change(id).set_password_hash(id, hash)
    }

    fn set_active(&mut self, id: UserId, is_active: bool) -> Result<bool, StoreError> {
        self.change(id).set_active(id, is_active)
    }
}
