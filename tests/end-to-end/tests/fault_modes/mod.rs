//! Full migrations through every fault the stand-in has: each ends equal, or stops in a state from which the same command
//! goes on.
//!
//! A run waits some 15 s for a possible unknown owner of its tables, so all of them run at once, each with a stand-in of
//! its own. A scenario fails too where its faults never struck: then it has shown nothing.

mod definitions;
mod reach;
mod stand;
mod storage;
mod writes;

use std::thread;

use stand::Stand;

type Scenario = (&'static str, fn(&Stand));

const SCENARIOS: &[Scenario] = &[
    ("storm", reach::connections_are_refused_in_storms),
    ("idle", reach::connections_are_few_and_closed_when_they_are_idle),
    ("cut", reach::lines_are_cut_before_and_after_and_long_before_a_write_is_applied),
    ("chaos", reach::anything_may_fail_now_and_then),
    ("clock", reach::clocks_of_nodes_differ_and_step_while_rows_are_written),
    ("stall", reach::statements_stall_now_and_then_and_all_at_once_for_a_while),
    ("limit", writes::bursts_of_limits_apply_nothing_or_a_few_rows),
    ("timeout", writes::writes_time_out_before_and_after_they_are_applied),
    ("error", writes::writes_fail_at_random),
    ("block", writes::a_range_of_keys_hangs_for_longer_than_a_statement_may_take),
    ("ddl", definitions::definitions_time_out_and_complete_at_once_or_late),
    ("ddl_lost", definitions::definitions_time_out_and_never_complete),
    ("full", storage::a_full_storage_gets_room_while_the_run_waits),
    ("full_stop", storage::a_run_is_stopped_on_a_full_storage_and_goes_on_when_there_is_room),
    ("full_odd", storage::a_full_storage_of_an_unknown_number_is_the_operators),
];

/// What a scenario's stand-in is started with, besides its control port.
fn arguments(scenario: &str) -> &'static [&'static str] {
    match scenario {
        "idle" => &["--idle-timeout", "1", "--max-connections", "4"],
        "clock" => &["--node-skew", "0ms,40ms,-25ms"],
        _ => &[],
    }
}

#[test]
fn a_full_migration_through_each_fault_ends_equal() {
    let failed: Vec<&str> = thread::scope(|scope| {
        let running: Vec<_> = SCENARIOS
            .iter()
            .map(|(name, scenario)| {
                (*name, scope.spawn(move || scenario(&Stand::new(name, arguments(name)))))
            })
            .collect();
        running.into_iter().filter_map(|(name, thread)| thread.join().is_err().then_some(name)).collect()
    });
    assert!(failed.is_empty(), "failed, and said why above: {failed:?}");
}
