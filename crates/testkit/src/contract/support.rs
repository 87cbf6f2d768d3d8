use ore_domain::{BlockingStore, NewUser, Repositories, Store, StoreError, StoreExt, User, UserId};

use crate::{Inline, block_on, canonical, new_user};

/// Something that holds a store, and whatever must live as long as the store: a directory, a server.
pub trait StoreUnderTest {
    /// The store.
    fn store(&self) -> &dyn Store;
}

impl<S: BlockingStore> StoreUnderTest for Inline<S> {
    fn store(&self) -> &dyn Store {
        self
    }
}

pub(super) fn read<T: Send + 'static>(
    store: &dyn Store,
    body: impl FnMut(&mut dyn Repositories) -> Result<T, StoreError> + Send + 'static,
) -> T {
    block_on(store.read(body)).expect("the store can be read")
}

pub(super) fn write<T: Send + 'static>(
    store: &dyn Store,
    body: impl FnMut(&mut dyn Repositories) -> Result<T, StoreError> + Send + 'static,
) -> T {
    block_on(store.write(body)).expect("the store can be written")
}

pub(super) fn try_insert(store: &dyn Store, user: NewUser) -> Result<User, StoreError> {
    block_on(store.write(move |repositories| repositories.users().insert(user.clone())))
}

pub(super) fn insert(store: &dyn Store, email: &str) -> User {
    try_insert(store, new_user(email).build()).expect("the address is free")
}

pub(super) fn find(store: &dyn Store, id: UserId) -> Option<User> {
    read(store, move |repositories| repositories.users().find(id))
}

pub(super) fn find_by_email(store: &dyn Store, email: &str) -> Option<User> {
    let email = canonical(email);
    read(store, move |repositories| repositories.users().find_by_email(&email))
}

pub(super) fn find_by_stored_email(store: &dyn Store, email: &str) -> Option<User> {
    let email = email.to_owned();
    read(store, move |repositories| repositories.users().find_by_stored_email(&email))
}

pub(super) fn count(store: &dyn Store) -> usize {
    read(store, |repositories| repositories.users().list(None, u32::MAX)).len()
}
