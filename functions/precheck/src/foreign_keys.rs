//! Foreign keys that change rows by themselves: ON DELETE or ON UPDATE with CASCADE or SET NULL.
//!
//! Where the storage engine carries them out, the binary log holds the statement's own rows only, and the rows it
//! cascades to change unseen. From version 9.6 on the SQL layer carries them out and logs them row by row, unless
//! `innodb_native_foreign_keys` gives them back to the engine; a server without that variable is older. (The end-to-end
//! tests look at the log of a real server for both.)

use migration::finding::Finding;
use migration::port::SourceFacts;
use migration::task::MigrationMode;

use crate::codes::Code;
use crate::draft::{Draft, listed};
use crate::facts::Selected;

/// One finding about all tables concerned.
pub(crate) fn judge(selected: &[Selected], facts: &SourceFacts, mode: MigrationMode) -> Finding {
    let code = Code::ForeignKeys;
    let cascading: Vec<String> = selected
        .iter()
        .filter(|table| !table.source.cascading_foreign_keys.is_empty())
        .map(|table| table.source.id.to_string())
        .collect();
    if cascading.is_empty() {
        return Draft::pass(code, "all tables", "none changes rows by itself").done();
    }
    let subject = listed(&cascading);
    if are_logged(facts) {
        let evidence = "carried without their foreign keys; the rows they cascade to are in the log";
        return Draft::pass(code, &subject, evidence).done();
    }
    if !mode.follows() {
        let evidence =
            "carried without their foreign keys; an incremental migration cannot see what they cascade to";
        return Draft::pass(code, &subject, evidence).done();
    }
    let evidence = "rows that their foreign keys change or delete by themselves (CASCADE, SET NULL) are not in the log of \
                    this server: they would stay as they were on the target";
    Draft::alert(code, &subject, evidence)
        .remedy(
            "change the rows by statements of their own and make the keys RESTRICT, leave the tables out, or accept the \
             finding and repair them with `ferry verify --repair` after `finish`",
        )
        .done()
}

fn are_logged(facts: &SourceFacts) -> bool {
    let native = facts.variables.get("innodb_native_foreign_keys");
    native.is_some_and(|value| matches!(value.to_ascii_uppercase().as_str(), "OFF" | "0"))
}
