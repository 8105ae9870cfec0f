//! What Ferry asks of the target when a definition of the source is carried there.

use std::future::Future;

use crate::ident::{ColumnName, TableId};
use crate::port::error::PortError;
use crate::schema::TargetColumn;
use crate::time::UnixMs;

/// Changes tables of the target.
///
/// Each call sends one statement, once, and none whose timeout would pass `settled_by`: its sender's lease ends then, and
/// whoever takes it next relies on nothing of it taking effect any more. *Idempotence*: none. *After an error*: where its effect is unknown the
/// statement may take effect until [`DDL_TIMEOUT`](crate::limits::DDL_TIMEOUT) after it was sent; and an error without
/// effect may mean that an earlier statement had taken effect. So what became of one is told by the target alone, and
/// the caller looks whatever the answer was (protocol H18).
pub trait TargetDefiner: Send + Sync {
    /// Adds a column that is not part of the key. One column a statement, which every edition takes.
    fn add_column(
        &self,
        table: &TableId,
        column: &TargetColumn,
        settled_by: UnixMs,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Drops a column that is not part of the key. Its name cannot be added again before the table was compacted.
    fn drop_column(
        &self,
        table: &TableId,
        column: &ColumnName,
        settled_by: UnixMs,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Drops a table; one that is not there is no error.
    fn drop_table(
        &self,
        table: &TableId,
        settled_by: UnixMs,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Removes every row of a table, and every delete marker.
    fn truncate(
        &self,
        table: &TableId,
        settled_by: UnixMs,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
