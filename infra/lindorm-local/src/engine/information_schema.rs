//! The views of `information_schema`, whose names know no case. One is documented: KEYWORDS, with the word and whether it is
//! reserved. A view is an ordinary table made at start that no statement can find to write to.

use std::sync::Arc;

use crate::answer::{ColumnKind, SqlError};
use crate::engine::durable::TableId;
use crate::engine::key::push_component;
use crate::engine::row::{Merging, NEVER, push_shared};
use crate::engine::schema::{ColumnDef, Index, KeyColumn, Place, Schema};
use crate::engine::table::Table;
use crate::engine::{Assumptions, EqualStamp, NullWrite, Presence};
use crate::refusal;
use crate::sql::{RESERVED, TableName};

const NAME: &str = "information_schema";
/// Words of the dialect that may stand as names without quotes.
const UNRESERVED: [&str; 20] = [
    "boolean",
    "char",
    "column",
    "comment",
    "compact",
    "data",
    "database",
    "date",
    "duplicate",
    "filter",
    "hour",
    "include",
    "level",
    "name",
    "share",
    "show",
    "time",
    "timestamp",
    "truncate",
    "use",
];

/// The views of one server.
#[derive(Debug)]
pub(crate) struct InformationSchema {
    /// None where there is no such database.
    keywords: Option<Arc<Table>>,
}

impl InformationSchema {
    pub(crate) fn new(assumptions: &Assumptions) -> Self {
        let present = assumptions.information_schema == Presence::Present;
        Self { keywords: present.then(|| Arc::new(keywords())) }
    }

    /// The view of this name; nothing if the name is of another database.
    pub(crate) fn find(&self, name: &TableName) -> Option<Result<Arc<Table>, SqlError>> {
        let database = name.database.as_deref().filter(|database| database.eq_ignore_ascii_case(NAME))?;
        Some(match &self.keywords {
            None => Err(refusal::unknown_database(database)),
            Some(view) if name.table.eq_ignore_ascii_case(&view.name) => Ok(Arc::clone(view)),
            Some(_) => Err(refusal::no_such_table(database, &name.table)),
        })
    }

    /// The database's name, where there is one.
    pub(crate) fn shown(&self) -> Option<&'static str> {
        self.keywords.is_some().then_some(NAME)
    }
}

fn keywords() -> Table {
    let text = ColumnKind::Varchar { length: None };
    let column = |name: &str, kind, place| ColumnDef {
        name: name.to_owned(),
        kind,
        place,
        not_null: true,
        default: None,
    };
    let columns =
        vec![column("WORD", text, Place::Key(0)), column("RESERVED", ColumnKind::Integer, Place::Cell(0))];
    let mut schema = Schema::new(columns, vec![KeyColumn { column: 0, kind: text, descending: false }], 1);
    // So that one can ask for the reserved ones without a hint.
    let (name, columns) = ("RESERVED".to_owned(), vec!["RESERVED".to_owned()]);
    schema.indexes.push(Index { name, search: false, columns, include: Vec::new() });
    let table = Table::new(TableId(0), NAME, "KEYWORDS", schema, None);
    let merging = Merging { versions: 1, equal_stamp: EqualStamp::LaterWins, null_write: NullWrite::Removes };
    let words = RESERVED.iter().map(|word| (word, 1_i32)).chain(UNRESERVED.iter().map(|word| (word, 0)));
    for (word, reserved) in words {
        let (mut key, mut cells) = (Vec::new(), Vec::new());
        push_component(text, false, word.to_uppercase().as_bytes(), &mut key);
        push_shared(0, Some(&reserved.to_le_bytes()), &mut cells);
        table.write(&key, 0, NEVER, &cells, merging);
    }
    table
}
