use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use ore_domain::{Repositories, StoreError, UserId};
use ore_persistence::DatabaseOptions;
use ore_testkit::cause;

use crate::support::{PostgresStore, find, insert, with_long_timeouts, write};

fn deactivate(store: &PostgresStore, id: UserId) -> Result<bool, StoreError> {
    write(store, move |repositories| Ok(repositories.users().set_active(id, false)?.invalidate(repositories)))
}

/// A body that finds the user, tells so, and stays until it is told to end.
fn hold(
    id: UserId,
    found: Sender<()>,
    end: Receiver<()>,
) -> impl FnMut(&mut dyn Repositories) -> Result<bool, StoreError> + Send + 'static {
    move |repositories| {
        let user = repositories.users().find(id)?;
        found.send(()).map_err(StoreError::other)?;
        end.recv().map_err(StoreError::other)?;
        Ok(repositories.users().find(id)? == user)
    }
}

#[test]
fn a_row_that_was_found_stays_as_it_is_and_no_other_row_waits() {
    let hurried = |options| DatabaseOptions { lock_timeout: Duration::from_millis(50), ..with_long_timeouts(options) };
    let store = PostgresStore::with_options(hurried);
    let (ada, grace) = (insert(&store, "ada@example.org").unwrap().id, insert(&store, "grace@example.org").unwrap().id);
    let (has_found, found) = channel();
    let (end, ended) = channel();
    thread::scope(|scope| {
        let holder = scope.spawn(|| write(&store, hold(ada, has_found, ended)));
        found.recv().unwrap();
        let same_row = deactivate(&store, ada);
        let other_row = deactivate(&store, grace);
        let new_row = insert(&store, "emmy@example.org");
        let reader = find(&store, ada);
        end.send(()).unwrap();
        assert!(holder.join().unwrap().unwrap());
        assert_eq!(cause(same_row), "canceling statement due to lock timeout");
        assert!(other_row.unwrap());
        assert!(new_row.is_ok());
        assert!(reader.unwrap().is_some_and(|user| user.is_active));
    });
    assert!(deactivate(&store, ada).unwrap());
}

/// PostgreSQL lets one of them go on, and the other is run again after it.
#[test]
fn two_writers_that_wait_for_each_other_both_come_to_their_end() {
    let store = PostgresStore::with_options(with_long_timeouts);
    let (ada, grace) = (insert(&store, "ada@example.org").unwrap().id, insert(&store, "grace@example.org").unwrap().id);
    let both_hold_one = Arc::new(Barrier::new(2));
    let find_both = |first: UserId, second: UserId| {
        let both_hold_one = Arc::clone(&both_hold_one);
        let mut runs = 0;
        write(&store, move |repositories| {
            repositories.users().find(first)?;
            runs += 1;
            if runs == 1 {
                both_hold_one.wait();
            }
            repositories.users().find(second)?;
            Ok(runs)
        })
    };
    let mut runs = thread::scope(|scope| {
        let threads = [scope.spawn(|| find_both(ada, grace)), scope.spawn(|| find_both(grace, ada))];
        threads.map(|thread| thread.join().unwrap().unwrap())
    });
    runs.sort_unstable();
    assert_eq!(runs, [1, 2]);
}
