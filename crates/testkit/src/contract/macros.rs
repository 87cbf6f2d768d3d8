/// One `#[test]` for each promise of [`contract`](crate::contract), each on a store of its own.
///
/// The argument is an expression that makes an empty store inside a guard that implements
/// [`StoreUnderTest`](crate::StoreUnderTest).
#[macro_export]
macro_rules! store_contract {
    ($make:expr) => {
        $crate::store_contract! {
            @tests $make;
            a_user_is_found_by_its_key
            a_user_is_found_by_its_address_in_any_spelling
            a_user_is_found_by_the_address_as_it_is_stored_and_by_no_other_spelling
            an_address_beyond_ascii_comes_back_as_it_was_written
            nobody_is_found_in_an_empty_store
            a_new_user_is_active
            the_time_of_creation_is_kept_to_the_microsecond
            keys_rise
            a_taken_address_is_a_conflict_in_any_spelling
            users_are_listed_in_pages_in_the_order_of_their_keys
            a_hash_is_replaced_only_while_it_is_the_expected_one
            a_password_hash_is_set_whatever_it_was
            a_user_is_deactivated_and_activated
            a_new_password_and_a_new_state_are_noted_as_changes
            a_renewed_hash_and_an_unchanged_state_are_no_changes
            changing_somebody_who_is_not_there_answers_so
            a_change_touches_nobody_else
            a_read_sees_what_a_write_committed
            a_write_sees_its_own_changes
            an_error_from_the_body_undoes_everything
            a_conflict_undoes_what_came_before_it
            a_body_that_goes_on_after_a_store_error_is_not_committed
            a_panicking_body_leaves_nothing_behind
            writers_at_once_lose_nothing
            one_of_many_who_register_one_address_at_once_wins
        }
    };
    (@tests $make:expr; $($promise:ident)+) => {
        $(
            #[test]
            fn $promise() {
                let guard = $make;
                $crate::contract::$promise($crate::StoreUnderTest::store(&guard));
            }
        )+
    };
}
