//! Definitions of the target in memory, which may also take effect late.

use std::collections::BTreeMap;

use migration::ident::{ColumnName, TableId};
use migration::limits::DDL_TIMEOUT;
use migration::port::{Clock, PortError, TargetDefiner};
use migration::retry::Retry;
use migration::schema::TargetColumn;
use migration::time::UnixMs;

use crate::cells::{StoredTable, refused};
use crate::faults::{Call, Step, after, before};
use crate::target::{MemoryTarget, admit_time};

/// A definition.
#[derive(Clone)]
pub(crate) enum Definition {
    /// ALTER TABLE ... ADD COLUMN.
    AddColumn(TableId, TargetColumn),
    /// ALTER TABLE ... DROP COLUMN.
    DropColumn(TableId, ColumnName),
    /// DROP TABLE IF EXISTS.
    DropTable(TableId),
    /// TRUNCATE TABLE.
    Truncate(TableId),
}

impl Definition {
    fn call(&self) -> Call {
        match self {
            Self::AddColumn(..) => Call::AddColumn,
            Self::DropColumn(..) => Call::DropColumn,
            Self::DropTable(_) => Call::DropTable,
            Self::Truncate(_) => Call::Truncate,
        }
    }

    /// Carries it out.
    pub(crate) fn apply(&self, tables: &mut BTreeMap<TableId, StoredTable>) -> Result<(), PortError> {
        let missing = || refused(1146, "the table is not there");
        match self {
            Self::AddColumn(table, column) => tables.get_mut(table).ok_or_else(missing)?.add_column(column),
            Self::DropColumn(table, column) => tables.get_mut(table).ok_or_else(missing)?.drop_column(column),
            Self::DropTable(table) => {
                tables.remove(table);
                Ok(())
            }
            Self::Truncate(table) => {
                tables.get_mut(table).ok_or_else(missing)?.truncate();
                Ok(())
            }
        }
    }
}

impl MemoryTarget {
    fn define(&self, definition: Definition, settled_by: UnixMs) -> Result<(), PortError> {
        let call = definition.call();
        let step = self.script().step(call);
        admit_time(self.clock.now(), DDL_TIMEOUT, settled_by)?;
        match step {
            Step::Work => self.carry_out(&definition),
            Step::Before(retry) => Err(before(call, retry)),
            Step::Conflict => Err(before(call, Retry::Now)),
            Step::After(retry) => self.carry_out(&definition).and_then(|()| Err(after(call, retry))),
            Step::Half => self.carry_out(&definition).and_then(|()| Err(after(call, Retry::Now))),
            Step::Late(span) => {
                self.carry_out_late(definition, span);
                Err(after(call, Retry::Now))
            }
        }
    }
}

impl TargetDefiner for MemoryTarget {
    async fn add_column(
        &self,
        table: &TableId,
        column: &TargetColumn,
        settled_by: UnixMs,
    ) -> Result<(), PortError> {
        self.define(Definition::AddColumn(table.clone(), column.clone()), settled_by)
    }

    async fn drop_column(
        &self,
        table: &TableId,
        column: &ColumnName,
        settled_by: UnixMs,
    ) -> Result<(), PortError> {
        self.define(Definition::DropColumn(table.clone(), column.clone()), settled_by)
    }

    async fn drop_table(&self, table: &TableId, settled_by: UnixMs) -> Result<(), PortError> {
        self.define(Definition::DropTable(table.clone()), settled_by)
    }

    async fn truncate(&self, table: &TableId, settled_by: UnixMs) -> Result<(), PortError> {
        self.define(Definition::Truncate(table.clone()), settled_by)
    }
}
