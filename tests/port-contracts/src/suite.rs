//! The list of all cases, and the macros that make one test of each.
//!
//! The list is written out, so that a case that is not in it is an unused function of this crate's tests and the
//! reader sees at one glance what is promised.

/// Makes a test of every case for a [`Platform`](crate::Platform); needs `tokio` with `macros` and `rt`.
#[macro_export]
macro_rules! contract {
    ($platform:ty) => {
        $crate::cases! { $platform,
            table::reading {
                a_record_is_found_by_its_whole_key_only,
                a_range_is_ordered_bytewise_within_its_partition,
                a_range_holds_exactly_the_records_with_its_prefix,
                a_range_continues_after_the_given_record,
                a_range_gives_at_most_its_limit_and_pages_meet,
                a_read_sees_what_was_stored_before_it,
            }
            table::conditions {
                a_put_that_expects_absence_stores_only_the_first_time,
                a_put_that_expects_a_version_raises_it_by_one,
                a_put_of_an_equal_body_raises_the_version_too,
                a_deleted_record_is_gone_and_starts_again_at_one,
                a_check_guards_its_transaction_and_writes_nothing,
                a_transaction_is_stored_whole_or_not_at_all,
                a_transaction_may_write_records_of_several_partitions,
            }
            table::sizes {
                a_transaction_of_100_writes_is_stored_and_of_101_refused,
                a_transaction_that_makes_no_sense_is_refused,
                a_body_of_350_kib_is_kept_whole,
                a_range_of_several_megabytes_comes_whole,
            }
            queue::sending {
                each_queue_holds_its_own_messages,
                one_call_sends_any_number_of_messages,
                a_body_comes_back_unchanged,
                a_body_of_one_mebibyte_is_the_largest,
                each_message_has_its_own_outcome,
                a_fifo_queue_refuses_what_it_cannot_order,
                the_depth_counts_everything_not_yet_deleted,
            }
            queue::delivery {
                an_empty_queue_gives_nothing,
                a_message_is_handed_to_one_receiver_at_a_time,
                a_deleted_message_never_comes_again,
                a_redelivery_counts_up_and_has_a_new_receipt,
                a_stale_receipt_removes_nothing_and_is_no_error,
                a_foreign_receipt_touches_nothing,
                a_visibility_beyond_twelve_hours_is_refused,
            }
            queue::visibility {
                a_delayed_message_comes_after_its_delay,
                a_received_message_comes_again_after_its_timeout,
                a_longer_visibility_keeps_a_message_away,
                a_shorter_visibility_gives_a_message_back,
            }
            queue::dead_letters {
                a_message_received_too_often_goes_to_the_dead_letters,
                a_dead_letter_makes_way_in_the_same_call,
                a_dead_letter_of_a_group_lets_the_next_one_pass,
            }
            queue::fifo {
                a_group_comes_in_the_order_it_was_sent,
                a_batch_holds_a_group_in_order,
                a_group_is_blocked_while_one_of_it_is_in_flight,
                a_message_that_timed_out_comes_before_its_successors,
                a_message_given_back_comes_before_its_successors,
                a_batch_deleted_in_part_still_blocks_its_group,
            }
            queue::deduplication {
                a_second_message_with_an_id_is_accepted_and_dropped,
                an_id_is_remembered_after_its_message_was_deleted,
            }
        }
        $crate::properties! { $platform,
            table::properties {
                of_transactions_that_conflict_exactly_one_is_stored,
                concurrent_transfers_lose_nothing,
                transactions_do_what_a_map_would,
            }
            queue::properties {
                a_standard_queue_keeps_every_message_until_it_is_deleted,
                a_fifo_queue_keeps_the_order_of_each_group,
            }
        }
    };
}

/// Makes a test of every case that lets minutes or days pass.
#[macro_export]
macro_rules! contract_of_long_spans {
    ($platform:ty) => {
        $crate::cases! { $platform,
            queue::long_spans {
                a_deduplication_id_is_forgotten_after_five_minutes,
                a_message_is_dropped_after_four_days,
                the_longest_delay_and_visibility_are_kept,
            }
        }
    };
}

/// Makes a test of every case for an [`ObjectPlatform`](crate::ObjectPlatform).
#[macro_export]
macro_rules! contract_of_objects {
    ($platform:ty) => {
        $crate::object_cases! { $platform,
            an_object_comes_back_unchanged,
            an_object_is_found_by_its_whole_name_only,
            an_object_put_again_is_replaced_whole,
            a_removed_object_is_gone,
            a_name_outside_the_rules_is_refused,
            puts_at_once_leave_one_whole_object,
        }
    };
}

/// A test for each named case of objects.
#[doc(hidden)]
#[macro_export]
macro_rules! object_cases {
    ($platform:ty, $($case:ident,)+) => { $(
        #[tokio::test]
        async fn $case() {
            let platform = <$platform as $crate::ObjectPlatform>::fresh().await;
            $crate::object::$case(&platform).await;
        }
    )+ };
}

/// A test for each named case, on a platform of its own.
#[doc(hidden)]
#[macro_export]
macro_rules! cases {
    ($platform:ty, $($part:ident :: $module:ident { $($case:ident,)+ })+) => { $($(
        #[tokio::test]
        async fn $case() {
            let platform = <$platform as $crate::Platform>::fresh().await;
            $crate::$part::$module::$case(&platform).await;
        }
    )+)+ };
}

/// A test for each named property.
#[doc(hidden)]
#[macro_export]
macro_rules! properties {
    ($platform:ty, $($part:ident :: $module:ident { $($case:ident,)+ })+) => { $($(
        #[test]
        fn $case() {
            $crate::$part::$module::$case::<$platform>();
        }
    )+)+ };
}
