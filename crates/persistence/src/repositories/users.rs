use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp as SqlTimestamp};
use ore_domain::{
    CanonicalEmail, Changed, EmailAddress, Factors, ListPage, ListedUser, Locale, NewUser, PasswordHash, Profile,
    Stale, StoreError, Timestamp, User, UserId, UserListRequest, Users, folded,
};

use crate::adoption::canonical_form;
use crate::any_connection::{AnyConnection, MultiBackend};
use crate::connection::DatabaseConnection;
use crate::role_rows::granted_roles_of;
use crate::schema::users;
use crate::static_query::{StaticQuery, static_query};
use crate::stored_timestamp::StoredTimestamp;
use crate::user_row::{NewUserRow, UserRow};

/// One statement finds the user as expected, and has everybody else wait who would change that.
const NOTE_LOG_IN: &str = concat!(
    "UPDATE users SET last_login_at = $1
    WHERE id = $2 AND is_active AND credentials_changed_at IS NOT DISTINCT FROM $3 RETURNING *, ",
    granted_roles_of!("users.id"),
);

const LOCK_BY_KEY: &str = "SELECT id FROM users WHERE id = $1 FOR UPDATE";
const LOCK_BY_EMAIL: &str = "SELECT id FROM users WHERE email_canonical = $1 FOR UPDATE";

impl DatabaseConnection {
    /// Holds a user until the end of the transaction, where there is one. By itself and before the user is read: a statement
    /// that waits for a row sees the roles as they were before it waited. SQLite lets no other writer in.
    fn lock_user<'a>(
        &mut self,
        sql: &'static str,
        bind: impl FnOnce(StaticQuery<'a>) -> StaticQuery<'a>,
    ) -> Result<(), StoreError> {
        if !self.is_in_transaction() || !matches!(self.inner, AnyConnection::Postgres(_)) {
            return Ok(());
        }
        let lock = bind(static_query(sql));
        self.query(|connection| lock.execute(connection)).map(drop)
    }
}

impl Users for DatabaseConnection {
    fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.lock_user(LOCK_BY_KEY, |lock| lock.bind::<BigInt, _>(id.get()))?;
        let row = users::table.find(id.get()).select(UserRow::as_select());
        let row = self.query(|connection| row.first::<UserRow>(connection).optional())?;
        Ok(row.map(UserRow::into_user).transpose()?)
    }

    fn find_by_email(&mut self, email: &CanonicalEmail) -> Result<Option<User>, StoreError> {
        self.lock_user(LOCK_BY_EMAIL, |lock| lock.bind::<Text, _>(email.as_str()))?;
        let rows = users::table.filter(users::email_canonical.eq(email.as_str()));
        let row = rows.select(UserRow::as_select());
        let row = self.query(|connection| row.first::<UserRow>(connection).optional())?;
        Ok(row.map(UserRow::into_user).transpose()?)
    }

    fn find_by_stored_email(&mut self, email: &str) -> Result<Option<User>, StoreError> {
        // PostgreSQL stores none, and refuses the question.
        if email.contains('\0') {
            return Ok(None);
        }
        // The address itself need not have an index. Its canonical form has one, and is ours or that of the triggers.
        let (canonical, _) = canonical_form(email);
        let forms = users::email_canonical.eq_any([canonical.as_str().to_owned(), email.to_ascii_lowercase()]);
        let query = users::table.filter(users::email.eq(email)).filter(forms).select(UserRow::as_select()).limit(2);
        let mut rows = self.query(|connection| query.load::<UserRow>(connection))?;
        let row = rows.pop();
        Ok(row.filter(|_| rows.is_empty()).map(UserRow::into_user).transpose()?)
    }

    fn list(&mut self, after: Option<UserId>, limit: u32) -> Result<Vec<ListedUser>, StoreError> {
        let after = after.map_or(i64::MIN, UserId::get);
        let page =
            users::table.filter(users::id.gt(after)).order(users::id).limit(limit.into()).select(UserRow::as_select());
        let rows = self.query(|connection| page.load::<UserRow>(connection))?;
        Ok(rows.into_iter().map(UserRow::into_user).collect())
    }

    fn page(&mut self, request: &UserListRequest) -> Result<ListPage<ListedUser>, StoreError> {
        self.page_of_users(request)
    }

    fn insert(&mut self, user: NewUser) -> Result<User, StoreError> {
        // `as_returning` is of one backend, and the derived connection writes the query for each.
        let columns = <UserRow as Selectable<MultiBackend>>::construct_selection();
        let insertion = diesel::insert_into(users::table).values(NewUserRow::from(&user)).returning(columns);
        Ok(self.query(|connection| insertion.get_result::<UserRow>(connection))?.into_user()?)
    }

    fn replace_password_hash(
        &mut self,
        id: UserId,
        current: &PasswordHash,
        renewed: &PasswordHash,
    ) -> Result<Changed<bool>, StoreError> {
        let expected = users::table.find(id.get()).filter(users::hashed_password.eq(current.expose()));
        let renewals = users::password_renewals.eq(users::password_renewals + 1);
        let update = diesel::update(expected).set((users::hashed_password.eq(renewed.expose()), renewals));
        self.query(|connection| update.execute(connection)).map(|rows| change_of(id, rows))
    }

    fn set_password_hash(&mut self, id: UserId, hash: &PasswordHash) -> Result<Changed<bool>, StoreError> {
        let update = diesel::update(users::table.find(id.get())).set(users::hashed_password.eq(hash.expose()));
        self.query(|connection| update.execute(connection)).map(|rows| change_of(id, rows))
    }

    fn set_email(&mut self, id: UserId, email: &EmailAddress) -> Result<Changed<bool>, StoreError> {
        let update = diesel::update(users::table.find(id.get()))
            .set((users::email.eq(email.as_str()), users::email_canonical.eq(email.canonical().as_str())));
        self.query(|connection| update.execute(connection)).map(|rows| change_of(id, rows))
    }

    fn set_verified_email(&mut self, id: UserId, email: Option<&CanonicalEmail>) -> Result<Changed<bool>, StoreError> {
        let email = email.map(CanonicalEmail::as_str);
        let update = diesel::update(users::table.find(id.get())).set(users::verified_email.eq(email));
        self.query(|connection| update.execute(connection)).map(|rows| change_of(id, rows))
    }

    fn set_profile(&mut self, id: UserId, profile: &Profile) -> Result<Changed<bool>, StoreError> {
        let update = diesel::update(users::table.find(id.get())).set((
            users::display_name.eq(profile.display_name.as_deref()),
            users::folded_name.eq(profile.display_name.as_deref().map(folded)),
            users::locale.eq(profile.locale.map(Locale::tag)),
            users::profile_changed_at.eq(profile.changed_at.map(StoredTimestamp::from)),
        ));
        self.query(|connection| update.execute(connection)).map(|rows| change_of(id, rows))
    }

    fn set_factors(&mut self, id: UserId, factors: Factors) -> Result<Changed<bool>, StoreError> {
        let update = diesel::update(users::table.find(id.get()))
            .set((users::has_totp.eq(factors.totp), users::has_passkey.eq(factors.passkey)));
        self.query(|connection| update.execute(connection)).map(|rows| change_of(id, rows))
    }

    fn record_log_in(
        &mut self,
        id: UserId,
        credentials_changed_at: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Changed<Option<User>>, StoreError> {
        let update = static_query(NOTE_LOG_IN)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(at))
            .bind::<BigInt, _>(id.get())
            .bind::<Nullable<SqlTimestamp>, _>(credentials_changed_at.map(StoredTimestamp::from));
        let row = self.query(|connection| update.get_result::<UserRow>(connection).optional())?;
        let user = row.map(UserRow::into_user).transpose()?;
        Ok(Changed::new(user, Stale::User(id)))
    }

    fn delete(&mut self, id: UserId) -> Result<Changed<bool>, StoreError> {
        let deletion = diesel::delete(users::table.find(id.get()));
        self.query(|connection| deletion.execute(connection)).map(|rows| change_of(id, rows))
    }

    fn set_active(&mut self, id: UserId, is_active: bool) -> Result<Changed<bool>, StoreError> {
        let update = diesel::update(users::table.find(id.get())).set(users::is_active.eq(is_active));
        self.query(|connection| update.execute(connection)).map(|rows| change_of(id, rows))
    }
}

fn change_of(id: UserId, changed_rows: usize) -> Changed<bool> {
    Changed::new(changed_rows == 1, Stale::User(id))
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use ore_testkit::{canonical, new_user};
    use rstest::rstest;

    use super::*;
    use crate::query_plans::{plans, postgres_plan, queries};
    use crate::test_support::{migrated_connection, migrated_postgres, postgres_connection};
    use crate::transaction::WriteTransaction;

    const ID: UserId = UserId::new(1);

    fn hash() -> PasswordHash {
        PasswordHash::new("$argon2id$x".to_owned())
    }

    #[rstest]
    #[case::by_key(|users: &mut dyn Users| drop(users.find(ID).unwrap()), "users_pkey", "(id = $n)")]
    #[case::by_address(
        |users: &mut dyn Users| drop(users.find_by_email(&canonical("ada@example.org")).unwrap()),
        "users_email_canonical_key",
        "((email_canonical)::text = $n)"
    )]
    #[case::by_stored_address(
        |users: &mut dyn Users| drop(users.find_by_stored_email("ada@example.org").unwrap()),
        "users_email_canonical_key",
        "((email_canonical)::text = ANY ($n))"
    )]
    #[case::page(|users: &mut dyn Users| drop(users.list(Some(ID), 5).unwrap()), "users_pkey", "(id > $n)")]
    #[case::replace_hash(
        |users: &mut dyn Users| drop(users.replace_password_hash(ID, &hash(), &hash()).unwrap()),
        "users_pkey",
        "(id = $n)"
    )]
    #[case::set_hash(
        |users: &mut dyn Users| drop(users.set_password_hash(ID, &hash()).unwrap()),
        "users_pkey",
        "(id = $n)"
    )]
    #[case::delete(|users: &mut dyn Users| drop(users.delete(ID).unwrap()), "users_pkey", "(id = $n)")]
    #[case::set_active(
        |users: &mut dyn Users| drop(users.set_active(ID, true).unwrap()),
        "users_pkey",
        "(id = $n)"
    )]
    fn every_search_uses_an_index_on_postgresql(
        #[case] search: fn(&mut dyn Users),
        #[case] index: &str,
        #[case] condition: &str,
        #[values(false, true)] in_transaction: bool,
    ) {
        let database = migrated_postgres();
        let mut connection = postgres_connection(&database);
        // Without them the planner reads an empty table whole, and plans for one value of each parameter.
        connection.inner.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
        let plan = if in_transaction {
            let mut transaction = WriteTransaction::begin(&mut connection).unwrap();
            postgres_plan(transaction.connection(), |users| search(users))
        } else {
            postgres_plan(&mut connection, |users| search(users))
        };
        let scans = [format!("Index Scan using {index} on users"), format!("Bitmap Index Scan on {index}")];
        assert!(scans.iter().any(|scan| plan.contains(scan)), "{plan}");
        let is_meant = |line: &str| line.trim_start() == format!("Index Cond: {condition}");
        assert!(plan.lines().any(|line| is_meant(&without_numbers(line))), "{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
    }

    /// What stands before a parameter may have parameters too.
    fn without_numbers(line: &str) -> String {
        let mut pieces = line.split('$');
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |text, piece| text + "$n" + piece.trim_start_matches(|digit: char| digit.is_ascii_digit()))
    }

    #[test]
    fn a_search_locks_its_row_in_a_transaction_alone() {
        let database = migrated_postgres();
        let mut connection = postgres_connection(&database);
        let find = |users: &mut dyn Users| drop(users.find(ID).unwrap());
        assert!(!queries(&mut connection, |users| find(users))[0].contains("FOR UPDATE"));
        let mut transaction = WriteTransaction::begin(&mut connection).unwrap();
        assert!(queries(transaction.connection(), |users| find(users))[0].contains("FOR UPDATE"));
    }

    type Search = fn(&mut DatabaseConnection);

    #[test]
    fn every_search_uses_an_index() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        let by_key = "SEARCH users USING INTEGER PRIMARY KEY (rowid=?)";
        let by_email = "SEARCH users USING INDEX users_email_canonical_key (email_canonical=?)";
        let later_keys = "SEARCH users USING INTEGER PRIMARY KEY (rowid>?)";
        let searches: [(&str, Search); 5] = [
            (by_key, |users| drop(users.find(UserId::new(1)).unwrap())),
            (later_keys, |users| drop(users.list(Some(UserId::new(1)), 5).unwrap())),
            (by_email, |users| drop(users.find_by_email(&canonical("ada@example.org")).unwrap())),
            (by_email, |users| drop(users.find_by_stored_email("ada@example.org").unwrap())),
            (by_key, |users| drop(users.set_active(UserId::new(1), true).unwrap())),
        ];
        for (expected, search) in searches {
            let steps = plans(&mut connection, search);
            assert_eq!(steps[0], expected);
            assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{steps:?}");
        }
    }

    #[derive(QueryableByName)]
    struct StoredTime {
        #[diesel(sql_type = Text)]
        created_at: String,
    }

    #[test]
    fn times_are_written_as_sqlalchemy_writes_them() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        for (index, time) in ["2026-11-22T10:34:31.656895Z", "2026-11-22T10:34:31Z"].into_iter().enumerate() {
            let email = format!("user{index}@example.org");
            connection.insert(new_user(&email).created_at(time.parse().unwrap()).build()).unwrap();
        }
        let query = diesel::sql_query("SELECT CAST(created_at AS TEXT) AS created_at FROM users ORDER BY id");
        let times: Vec<StoredTime> = query.load(&mut connection.inner).unwrap();
        let times: Vec<String> = times.into_iter().map(|row| row.created_at).collect();
        assert_eq!(times, ["2026-11-22 10:34:31.656895", "2026-11-22 10:34:31.000000"]);
    }

    #[test]
    fn a_row_of_sqlalchemy_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        let row = "INSERT INTO users (id, email, hashed_password, is_active, created_at, email_canonical) VALUES
            (7, 'Ada@example.org', '$argon2id$x', 0, '2026-11-22 10:34:31.000042', 'ada@example.org')";
        diesel::sql_query(row).execute(&mut connection.inner).unwrap();
        let user = connection.find(UserId::new(7)).unwrap().unwrap();
        assert_eq!((user.email.as_str(), user.email.canonical().as_str()), ("Ada@example.org", "ada@example.org"));
        assert_eq!((user.password_hash.expose(), user.is_active), ("$argon2id$x", false));
        assert_eq!(user.created_at.to_rfc3339(), "2026-11-22T10:34:31.000042+00:00");
    }

    #[test]
    fn the_key_of_a_deleted_user_is_not_given_again() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        let first = connection.insert(new_user("ada@example.org").build()).unwrap();
        diesel::delete(users::table).execute(&mut connection.inner).unwrap();
        let second = connection.insert(new_user("ada@example.org").build()).unwrap();
        assert!(second.id > first.id);
    }
}
