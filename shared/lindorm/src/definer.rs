//! Columns added and dropped, tables dropped and emptied: one statement each, sent once.

use migration::ident::{ColumnName, TableId};
use migration::port::{PortError, TargetDefiner};
use migration::schema::TargetColumn;
use migration::time::UnixMs;

use crate::statement::{add_column, drop_column, drop_table, truncate};
use crate::target::Target;

impl TargetDefiner for Target {
    async fn add_column(
        &self,
        table: &TableId,
        column: &TargetColumn,
        settled_by: UnixMs,
    ) -> Result<(), PortError> {
        let doing = format!("adding column {} to {table}", column.name);
        self.define_by(&add_column(table, column), settled_by)
            .await
            .map_err(|failure| failure.into_port(&doing))
    }

    async fn drop_column(
        &self,
        table: &TableId,
        column: &ColumnName,
        settled_by: UnixMs,
    ) -> Result<(), PortError> {
        let doing = format!("dropping column {column} of {table}");
        self.define_by(&drop_column(table, column), settled_by)
            .await
            .map_err(|failure| failure.into_port(&doing))
    }

    async fn drop_table(&self, table: &TableId, settled_by: UnixMs) -> Result<(), PortError> {
        let doing = format!("dropping table {table}");
        self.define_by(&drop_table(table), settled_by).await.map_err(|failure| failure.into_port(&doing))
    }

    async fn truncate(&self, table: &TableId, settled_by: UnixMs) -> Result<(), PortError> {
        let doing = format!("truncating table {table}");
        self.define_by(&truncate(table), settled_by).await.map_err(|failure| failure.into_port(&doing))
    }
}
