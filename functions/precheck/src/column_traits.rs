//! What is worth knowing about columns that are carried: invisible and generated ones.

use migration::finding::Finding;
use migration::schema::SourceColumn;

use crate::codes::Code;
use crate::draft::{Draft, listed};
use crate::facts::Selected;

/// The name MySQL gives the primary key it makes by itself.
const GENERATED_KEY: &str = "my_row_id";

/// One finding of each kind, with the tables concerned.
pub(crate) fn judge(selected: &[Selected]) -> Vec<Finding> {
    let invisible = of_columns(selected, |column| column.invisible);
    let keys = invisible.iter().filter(|name| name.ends_with(&format!(".{GENERATED_KEY}"))).count();
    let generated = of_columns(selected, |column| column.generated.is_some());
    vec![
        note(
            Code::InvisibleColumns,
            &invisible,
            &format!(
                "carried like any other column, {keys} of them keys the server generated; on the target they are visible"
            ),
        ),
        note(Code::GeneratedColumns, &generated, "carried as plain values; the target does not compute them"),
    ]
}

fn of_columns(selected: &[Selected], has: impl Fn(&SourceColumn) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for table in selected {
        let carried = |column: &&SourceColumn| table.selection.columns.target_of(&column.name).is_some();
        let columns = table.source.columns.iter().filter(carried).filter(|column| has(column));
        found.extend(columns.map(|column| format!("{}.{}", table.source.id, column.name)));
    }
    found
}

fn note(code: Code, found: &[String], what: &str) -> Finding {
    if found.is_empty() {
        return Draft::pass(code, "all tables", "none").done();
    }
    Draft::pass(code, &listed(found), what).done()
}
