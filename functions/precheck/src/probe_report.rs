//! What the probe measured, in words a person understands, and what follows for this run.

use migration::capabilities::{Capabilities, Measured};
use migration::finding::Finding;
use migration::ident::DatabaseName;

use crate::codes::Code;
use crate::draft::Draft;
use crate::quote;

/// What follows where rows cannot be stamped.
const UNSTAMPED: &str = "this run's rows are written with the target's own time: nobody else may write to the target \
                         tables before it has ended";

/// One finding for each measurement.
pub(crate) fn judge(capabilities: &Capabilities, database: &DatabaseName, user: &str) -> Vec<Finding> {
    let Capabilities { clock, stamp_hint: stamp, null_rows, odd_names, .. } = capabilities;
    vec![
        needed(
            Code::ProbeClock,
            (database, user),
            clock,
            "the target's clock can be read",
            "the target's clock cannot be read",
        ),
        needed(
            Code::ProbeStamp,
            (database, user),
            stamp,
            "a copied row keeps the stamp it is given, and the greater stamp wins",
            "a copied row does not keep the stamp it is given",
        ),
        informs(
            Code::ProbeNullRows,
            database,
            null_rows,
            "a row whose columns besides the key are all NULL exists",
            "a row whose columns besides the key are all NULL does not exist: where that can happen, tables that Ferry \
             makes get a column `ferry_row`",
        ),
        informs(
            Code::ProbeOddNames,
            database,
            odd_names,
            "names with characters outside letters, digits, `.`, `-` and `_` are taken",
            "names with characters outside letters, digits, `.`, `-` and `_` are refused and must be given other names",
        ),
    ]
}

fn needed(
    code: Code,
    (database, user): (&DatabaseName, &str),
    measured: &Measured,
    shown: &str,
    not_shown: &str,
) -> Finding {
    let (evidence, grants) = match measured {
        Measured::Yes => return Draft::pass(code, database, shown).done(),
        Measured::No => (not_shown.to_owned(), Vec::new()),
        Measured::Inconclusive { why } => {
            let rights = ["READ", "WRITE", "ADMIN", "TRASH"];
            (format!("not shown: {why}"), quote::target_grants(&rights, database.as_str(), user))
        }
    };
    Draft::alert(code, database, format!("{evidence}; {UNSTAMPED}"))
        .remedy("give the account the right to make and drop a table in this database, or accept the finding")
        .statements(grants)
        .done()
}

fn informs(
    code: Code,
    database: &DatabaseName,
    measured: &Measured,
    shown: &str,
    not_shown: &str,
) -> Finding {
    let evidence = match measured {
        Measured::Yes => shown.to_owned(),
        Measured::No => not_shown.to_owned(),
        Measured::Inconclusive { why } => format!("not known ({why}); taken as: {not_shown}"),
    };
    Draft::pass(code, database, evidence).done()
}
