//! Rules 42 to 48: cells with stamps.

use lindorm_local::answer::Datum;

use super::shell::{START_MS, Shell};

const STAMPS: &str = "SELECT /*+ _l_versions_(1) */ a, a_l_ts, b, b_l_ts FROM t WHERE id = 1";

#[test]
fn a_cell_is_stamped_by_the_servers_clock_unless_the_hint_stamps_it() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.done("UPSERT /*+ _l_ts_(5000) */ INTO t (id, b) VALUES (1, 'x')");
    assert_eq!(shell.rows(STAMPS), [format!("1|{START_MS}|x|5000")]);
}

#[test]
fn the_greatest_stamp_wins_per_cell_whatever_the_order_of_arrival() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT /*+ _l_ts_(2000) */ INTO t (id, a, b) VALUES (1, 2, 'two')");
    shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a, b) VALUES (1, 1, 'one')");
    shell.done("UPSERT /*+ _l_ts_(3000) */ INTO t (id, a) VALUES (1, 3)");
    assert_eq!(shell.rows(STAMPS), ["3|3000|two|2000"]);
}

#[test]
fn the_pseudo_column_stamps_each_row_and_beats_the_hint() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT /*+ _l_ts_(9000) */ INTO t (id, a, _l_ts_) VALUES (1, 1, 1000), (2, 2, 2000)");
    assert_eq!(shell.rows("SELECT /*+ _l_versions_(1) */ id, a_l_ts FROM t"), ["1|1000", "2|2000"]);
    shell.bound("UPSERT INTO t (id, a, `_l_ts_`) VALUES (3, 3, ?)", &[Datum::Int(3000)]);
    assert_eq!(shell.rows("SELECT /*+ _l_versions_(1) */ a_l_ts FROM t WHERE id = 3"), ["3000"]);
}

#[test]
fn the_pseudo_column_takes_a_natural_number_and_nothing_else() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("UPSERT INTO t (id, a, _l_ts_) VALUES (1, 1, -1)"), 1264);
    assert_eq!(shell.error("UPSERT INTO t (id, a, _l_ts_) VALUES (1, 1, 'now')"), 1366);
    assert_eq!(shell.error("UPSERT INTO t (id, a, _l_ts_) VALUES (1, 1, NULL)"), 1366);
    assert_eq!(shell.error("UPSERT INTO t (id, _l_ts_) VALUES (1, 1000)"), 1064);
    assert_eq!(shell.error("UPSERT /*+ _l_ts_(-1) */ INTO t (id, a) VALUES (1, 1)"), 1064);
}

fn after_a_tie(setting: &str) -> Vec<String> {
    let mut shell = Shell::with_table(&[setting]);
    for (a, b) in [(5, "p"), (3, "q")] {
        shell.done(&format!("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a, b) VALUES (1, {a}, '{b}')"));
    }
    shell.rows("SELECT a, b FROM t")
}

#[test]
fn of_equal_stamps_the_later_the_first_or_the_greater_value_wins_by_choice() {
    assert_eq!(after_a_tie("equal_stamp=later_wins"), ["3|q"]);
    assert_eq!(after_a_tie("equal_stamp=first_wins"), ["5|p"]);
    assert_eq!(after_a_tie("equal_stamp=value_order"), ["5|q"]);
}

#[test]
fn stamps_are_null_without_a_hint_on_versions_and_the_key_has_none() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    assert_eq!(shell.rows("SELECT a, a_l_ts, b_l_ts FROM t"), ["1|NULL|NULL"]);
    assert_eq!(shell.rows("SELECT /*+ _l_versions_(1) */ b_l_ts FROM t"), ["NULL"]);
    assert_eq!(shell.error("SELECT id_l_ts FROM t"), 1054);
    assert_eq!(shell.error("SELECT c_l_ts FROM t"), 1054);
}

#[test]
fn a_table_of_several_versions_shows_as_many_as_are_asked_for() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE t (id INT, a INT, PRIMARY KEY (id)) WITH (VERSIONS = '3')");
    for stamp in [1000, 3000, 2000, 4000] {
        shell.done(&format!("UPSERT /*+ _l_ts_({stamp}) */ INTO t (id, a) VALUES (1, {stamp})"));
    }
    assert_eq!(shell.rows("SELECT a FROM t"), ["4000"]);
    assert_eq!(shell.rows("SELECT /*+ _l_versions_(2) */ a, a_l_ts FROM t"), ["4000|4000", "3000|3000"]);
    assert_eq!(shell.rows("SELECT /*+ _l_versions_(9) */ a FROM t"), ["4000", "3000", "2000"]);
}

#[test]
fn the_lower_bound_of_stamps_is_inclusive_and_the_upper_exclusive() {
    let mut shell = Shell::with_table(&[]);
    for id in [1, 2, 3] {
        shell.done(&format!("UPSERT /*+ _l_ts_({id}000) */ INTO t (id, a) VALUES ({id}, 0)"));
    }
    assert_eq!(shell.rows("SELECT /*+ _l_ts_min_(2000) */ id, a_l_ts FROM t"), ["2|2000", "3|3000"]);
    assert_eq!(shell.rows("SELECT /*+ _l_ts_max_(2000) */ id FROM t"), ["1"]);
    assert_eq!(shell.rows("SELECT /*+ _l_ts_min_(1000), _l_ts_max_(3000) */ id FROM t"), ["1", "2"]);
    assert_eq!(shell.rows("SELECT /*+ _l_ts_(2000) */ id FROM t"), ["2"]);
}

#[test]
fn a_table_of_no_versions_discards_every_write() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE t (id INT, a INT, PRIMARY KEY (id)) WITH (VERSIONS = '0')");
    assert_eq!(shell.done("UPSERT INTO t (id, a) VALUES (1, 1)"), 1);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
}

#[test]
fn a_cell_lives_from_its_stamp_not_from_its_arrival() {
    let mut shell = Shell::with_table(&[]);
    shell.done("ALTER TABLE t SET 'TTL' = '10'");
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a) VALUES (2, 2)");
    assert_eq!(shell.rows("SELECT id FROM t"), ["1"]);
    shell.tick(10_000);
    assert_eq!(shell.rows("SELECT id FROM t"), ["1"]);
    shell.tick(1);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
    shell.done("ALTER TABLE t SET 'TTL' = ''");
    assert_eq!(shell.rows("SELECT id FROM t"), ["1"]);
}

#[test]
fn a_stamp_on_an_indexed_column_needs_mutable_all() {
    let mut shell = Shell::with_table(&[]);
    shell.done("CREATE INDEX by_a ON t (a)");
    assert_eq!(shell.error("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a) VALUES (1, 1)"), 9001);
    assert_eq!(shell.error("UPSERT INTO t (id, a, _l_ts_) VALUES (1, 1, 1000)"), 9001);
    shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, b) VALUES (1, 'x')");
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");

    let mut shell = Shell::with_table(&[]);
    shell.done("ALTER TABLE t SET 'MUTABILITY' = 'MUTABLE_ALL'");
    shell.done("CREATE INDEX by_a ON t (a)");
    shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a) VALUES (1, 1)");
}

#[test]
fn a_stamp_in_the_future_is_legal_and_beats_plain_writes() {
    let mut shell = Shell::with_table(&[]);
    shell.done(&format!("UPSERT /*+ _l_ts_({}) */ INTO t (id, a) VALUES (1, 1)", START_MS * 1000));
    shell.done("UPSERT INTO t (id, a) VALUES (1, 2)");
    assert_eq!(shell.rows("SELECT a FROM t"), ["1"]);
}

#[test]
fn a_removed_cell_hides_every_older_version_of_it() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE t (id INT, a INT, b INT, PRIMARY KEY (id)) WITH (VERSIONS = '3')");
    shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a, b) VALUES (1, 1, 1)");
    shell.done("UPSERT /*+ _l_ts_(3000) */ INTO t (id, a) VALUES (1, NULL)");
    shell.done("UPSERT /*+ _l_ts_(2000) */ INTO t (id, a) VALUES (1, 2)");
    assert_eq!(shell.rows("SELECT /*+ _l_versions_(3) */ a, b FROM t"), ["NULL|1"]);
    shell.done("UPSERT /*+ _l_ts_(4000) */ INTO t (id, a) VALUES (1, 4)");
    assert_eq!(shell.rows("SELECT /*+ _l_versions_(3) */ a FROM t"), ["4"]);
}
