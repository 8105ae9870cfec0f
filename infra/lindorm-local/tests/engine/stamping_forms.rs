//! Rules 41, 43, 46 and 48 where a switch decides: which form of a stamp works, and what a marker hides.

use lindorm_local::answer::Datum;

use super::shell::{START_MS, Shell};

const STAMPS: &str = "SELECT /*+ _l_versions_(1) */ a_l_ts, b_l_ts FROM t WHERE id = 1";
const BY_HINT: &str = "UPSERT /*+ _l_ts_(1000) */ INTO t (id, a) VALUES (1, 1)";
const BY_COLUMN: &str = "UPSERT INTO t (id, b, _l_ts_) VALUES (1, 'x', 2000)";
const BY_BOTH: &str = "UPSERT /*+ _l_ts_(1000) */ INTO t (id, a, b, _l_ts_) VALUES (1, 1, 'x', 2000)";

#[test]
fn the_hint_and_the_pseudo_column_can_each_be_without_effect() {
    let mut shell = Shell::with_table(&["stamp_hint=ignored"]);
    shell.done(BY_HINT);
    shell.done(BY_COLUMN);
    assert_eq!(shell.rows(STAMPS), [format!("{START_MS}|2000")]);
    let mut shell = Shell::with_table(&["stamp_column=ignored"]);
    shell.done(BY_HINT);
    shell.done(BY_COLUMN);
    assert_eq!(shell.rows(STAMPS), [format!("1000|{START_MS}")]);
    let mut shell = Shell::with_table(&["stamp_column=ignored"]);
    shell.done(BY_BOTH);
    assert_eq!(shell.rows(STAMPS), ["1000|1000"]);
}

#[test]
fn the_hint_and_the_pseudo_column_can_each_be_refused() {
    let mut shell = Shell::with_table(&["stamp_hint=refused"]);
    assert_eq!(shell.error(BY_HINT), 9001);
    shell.done(BY_COLUMN);
    let mut shell = Shell::with_table(&["stamp_column=refused"]);
    assert_eq!(shell.error(BY_COLUMN), 1054);
    shell.done(BY_HINT);
}

#[test]
fn of_two_stamps_in_one_statement_either_holds_or_none() {
    for (setting, stamp) in [("both_stamps=column_wins", 2000), ("both_stamps=hint_wins", 1000)] {
        let mut shell = Shell::with_table(&[setting]);
        shell.done(BY_BOTH);
        assert_eq!(shell.rows(STAMPS), [format!("{stamp}|{stamp}")], "{setting}");
    }
    let mut shell = Shell::with_table(&["both_stamps=refused"]);
    assert_eq!(shell.error(BY_BOTH), 9001);
    shell.done(BY_HINT);
    shell.done(BY_COLUMN);
}

#[test]
fn a_hint_of_another_name_is_ignored_or_refused() {
    const UNKNOWN: &str = "UPSERT /*+ _l_gravity_(9) */ INTO t (id, a) VALUES (1, 1)";
    Shell::with_table(&[]).done(UNKNOWN);
    let mut shell = Shell::with_table(&["unknown_hint=refused"]);
    assert_eq!(shell.error(UNKNOWN), 9001);
    assert_eq!(shell.error_bound(UNKNOWN, &[]), 9001);
    shell.done(BY_HINT);
    shell.rows("SELECT /*+ _l_hot_only_, _l_ignore_index_, _l_allow_filtering_ */ id FROM t");
}

#[test]
fn hints_of_prepared_statements_are_heeded_dropped_or_refused() {
    let mut shell = Shell::with_table(&[]);
    shell.bound(BY_HINT, &[]);
    assert_eq!(shell.rows(STAMPS), ["1000|NULL"]);
    // The rows of a test are read by a prepared statement, whose own hint is dropped too: the marker shows the stamp.
    let mut shell = Shell::with_table(&["hints_when_prepared=ignored"]);
    shell.done("DELETE FROM t WHERE id = 1");
    shell.done(BY_HINT);
    assert!(shell.rows("SELECT a FROM t").is_empty(), "typed text keeps its hint");
    shell.tick(1);
    shell.bound(BY_HINT, &[]);
    assert_eq!(shell.rows("SELECT a FROM t"), ["1"], "a prepared statement lost its own");
    assert_eq!(shell.rows(STAMPS), ["NULL|NULL"]);
    let mut shell = Shell::with_table(&["hints_when_prepared=refused"]);
    assert_eq!(shell.error_bound(BY_HINT, &[]), 9001);
    assert_eq!(shell.error_bound(STAMPS, &[]), 9001);
    shell.done(BY_HINT);
    shell.bound(BY_COLUMN, &[]);
}

#[test]
fn a_marker_hides_what_arrives_later_or_only_what_is_there() {
    let outcome = |setting: &str| {
        let mut shell = Shell::with_table(&[setting]);
        shell.done(BY_HINT);
        shell.done("DELETE FROM t WHERE id = 1");
        assert!(shell.rows("SELECT id FROM t").is_empty(), "{setting}");
        shell.done(BY_HINT);
        shell.rows("SELECT id FROM t").len()
    };
    assert_eq!(outcome("delete_marker=hides_later"), 0);
    assert_eq!(outcome("delete_marker=hides_present"), 1);
}

#[test]
fn a_delete_that_hides_what_is_there_spares_the_future_and_forgets_an_empty_row() {
    let mut shell = Shell::with_table(&["delete_marker=hides_present", "null_row=exists"]);
    shell.bound("UPSERT INTO t (id, a, _l_ts_) VALUES (1, 1, ?)", &[Datum::Int(START_MS + 1)]);
    shell.done("UPSERT INTO t (id, b) VALUES (1, NULL), (2, NULL)");
    shell.done("DELETE FROM t WHERE id = 1");
    shell.done("DELETE FROM t WHERE id = 2");
    assert_eq!(shell.rows("SELECT id, a FROM t"), ["1|1"]);
    shell.done(BY_COLUMN);
    assert_eq!(shell.rows("SELECT id, a, b FROM t"), ["1|1|x"], "no marker is left on the row that stays");
}

#[test]
fn a_write_older_than_its_time_to_live_is_dropped_or_kept_out_of_sight() {
    let after = |setting: &str| {
        let mut shell = Shell::with_table(&[setting]);
        shell.done("ALTER TABLE t SET 'TTL' = '10'");
        shell.done(BY_HINT);
        assert!(shell.rows("SELECT id FROM t").is_empty(), "{setting}");
        shell.done("ALTER TABLE t SET 'TTL' = ''");
        shell.rows("SELECT id FROM t").len()
    };
    assert_eq!(after("ttl_on_write=dropped"), 0);
    assert_eq!(after("ttl_on_write=kept"), 1);
}

#[test]
fn a_search_index_forbids_stamps_whatever_a_secondary_index_does() {
    let mut shell = Shell::with_table(&["stamp_with_index=accepted"]);
    shell.done("CREATE INDEX by_a ON t (a)");
    shell.done(BY_HINT);
    shell.done("CREATE INDEX search_b USING SEARCH ON t (b)");
    assert_eq!(shell.error(BY_COLUMN), 9001);
    shell.done(BY_HINT);
}
