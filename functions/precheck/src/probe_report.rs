//! What the probe measured, in words a person understands, and what follows for this run.

use migration::capabilities::{Capabilities, Measured};
use migration::finding::Finding;
use migration::ident::DatabaseName;

use crate::codes::Code;
use crate::draft::Draft;

/// One finding for each measurement.
pub(crate) fn judge(capabilities: &Capabilities, database: &DatabaseName) -> Vec<Finding> {
    let Capabilities { clock, stamp, null_rows, odd_names } = capabilities;
    let unstamped = "this run's rows are written with the target's own time: nobody else may write to the target tables \
                     before it has ended";
    vec![
        needed(
            Code::ProbeClock,
            database,
            clock,
            "the target's clock can be read",
            "the target's clock cannot be read",
            unstamped,
        ),
        needed(
            Code::ProbeStamp,
            database,
            stamp,
            "a copied row keeps the stamp it is given, and the greater stamp wins",
            "a copied row does not keep the stamp it is given",
            unstamped,
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
    database: &DatabaseName,
    measured: &Measured,
    shown: &str,
    not_shown: &str,
    consequence: &str,
) -> Finding {
    let evidence = match measured {
        Measured::Yes => return Draft::pass(code, database, shown).done(),
        Measured::No => not_shown.to_owned(),
        Measured::Inconclusive { why } => format!("not shown: {why}"),
    };
    Draft::alert(code, database, format!("{evidence}; {consequence}"))
        .remedy("give the account the right to make and drop a table in this database, or accept the finding")
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
