//! Texts that are no statements, or nearly are: each ends in an answer or an error and leaves the session usable.

use lindorm_local::answer::Answer;
use proptest::prelude::Strategy;
use proptest::{collection, prop_assert_eq, prop_oneof, proptest, sample};

use super::shell::Shell;

/// Pieces of the dialect, in any order.
const PIECES: [&str; 60] = [
    "SELECT",
    "UPSERT",
    "INSERT",
    "INTO",
    "DELETE",
    "UPDATE",
    "SET",
    "FROM",
    "t",
    "id",
    "a",
    "b",
    "`b`",
    "VALUES",
    "(",
    ")",
    ",",
    ".",
    "*",
    "=",
    "<",
    ">=",
    "!=",
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS",
    "NULL",
    "LIKE",
    "BETWEEN",
    "WHERE",
    "ORDER",
    "BY",
    "LIMIT",
    "OFFSET",
    "1",
    "-2",
    "0.5",
    "1e3",
    "'x'",
    "''",
    "x'00'",
    "?",
    "/*+ _l_ts_(5) */",
    "/*+ _l_versions_(2), */",
    "/*+",
    "CREATE",
    "TABLE",
    "DATABASE",
    "ALTER",
    "ADD",
    "COLUMN",
    "INT",
    "PRIMARY",
    "KEY",
    "SHOW",
    "@@time_zone",
    ";",
    "COUNT",
];

fn text() -> impl Strategy<Value = String> {
    let soup = collection::vec(sample::select(PIECES.to_vec()), 0..16).prop_map(|pieces| pieces.join(" "));
    prop_oneof![
        soup,
        ".{0,40}",
        "SELECT .{0,20} FROM t WHERE .{0,20}",
        "UPSERT /\\*.{0,9}\\*/ INTO t .{0,20}"
    ]
}

proptest! {
    #[test]
    fn no_text_brings_the_engine_down(text in text()) {
        let mut shell = Shell::with_table(&[]);
        shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
        if let Ok(Answer::Rows { mut rows, .. }) = shell.engine.query(&mut shell.session, &text) {
            while let Ok(true) = rows.next_batch(&mut |_| {}) {}
        }
        prop_assert_eq!(shell.rows("SELECT 1"), ["1"]);
    }
}
