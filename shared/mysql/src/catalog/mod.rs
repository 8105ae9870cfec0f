//! What the source's catalog says: the server's facts, tables with their columns and keys, and counts of rows.

mod column_type;
mod count;
mod facts;
pub(crate) mod fields;
mod grants;
mod key_choice;
mod tables;

pub(crate) use column_type::column_type;
pub(crate) use fields::Fields;
pub(crate) use key_choice::{IndexPart, choose_key};

use migration::ident::{DatabaseName, TableId};
use migration::port::{PortError, SourceCatalog, SourceFacts, SourceQuestion};
use migration::schema::SourceTable;

use crate::session::Source;

impl SourceCatalog for Source {
    async fn facts(&self) -> Result<SourceFacts, PortError> {
        facts::facts(self).await
    }

    async fn table_names(&self, database: &DatabaseName) -> Result<Option<Vec<TableId>>, PortError> {
        tables::table_names(self, database).await
    }

    async fn describe(&self, tables: &[TableId]) -> Result<Vec<SourceTable>, PortError> {
        tables::describe(self, tables).await
    }

    async fn count(&self, table: &SourceTable, question: &SourceQuestion) -> Result<Option<u64>, PortError> {
        count::count(self, table, question).await
    }
}
