//! The statements of a definition: looked for, sent, looked for again.

use std::time::Duration;

use migration::definition::{Passage, TargetDefinition};
use migration::ident::TableId;
use migration::mutation::{self, Rule};
use migration::outcome::HandlerError;
use migration::port::{
    CheckpointTable, Clock, PortError, Queue, Surface, TargetCatalog, TargetClock, TargetDefiner,
};
use migration::retry::{Effect, Retry};
use migration::schema::{TargetColumn, TargetTable};
use migration::task::NotEmptyPolicy;

use super::{Definer, Held, Step};

/// How often the target is looked at after it answered that a definition is done.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);
/// How long the target's other nodes are given to learn of a definition; the real time is not documented (`lindorm.md`
/// 4.3), and a lane that meets a node without the column would stop the run.
const PROPAGATION: Duration = Duration::from_secs(2);

/// One statement.
#[derive(Debug, Clone, Copy)]
enum Statement<'a> {
    Create(&'a TargetTable),
    Drop(&'a TableId),
    AddColumn(&'a TableId, &'a TargetColumn),
    DropColumn(&'a TableId, &'a migration::ident::ColumnName),
    Truncate(&'a TableId),
}

impl<R, Q, T, C> Definer<'_, R, Q, T, C>
where
    R: CheckpointTable,
    Q: Queue,
    T: TargetCatalog + TargetDefiner + TargetClock,
    C: Clock,
{
    pub(crate) async fn execute_all(&self, held: &mut Held, passage: &Passage) -> Result<Step, HandlerError> {
        for definition in &passage.definitions {
            for statement in statements(definition) {
                let step = self.execute(held, statement).await?;
                if step != Step::Over {
                    return Ok(step);
                }
            }
        }
        Ok(Step::Over)
    }

    async fn execute(&self, held: &mut Held, statement: Statement<'_>) -> Result<Step, HandlerError> {
        if self.is_done(held, statement).await? {
            return Ok(Step::Over);
        }
        if !self.store(held, Vec::new()).await? {
            return Ok(Step::Later(Duration::ZERO));
        }
        held.uncertain = true;
        let sent = self.send(held, statement).await;
        let effect = sent.as_ref().err().map_or(Effect::None, |error| error.effect);
        held.uncertain = effect == Effect::Unknown && !mutation::is_left_out(Rule::DefinitionUncertainWait);
        match sent {
            // The table may read empty only for a moment: somebody else may write to it.
            Ok(()) if matches!(statement, Statement::Truncate(_)) => return Ok(Step::Over),
            Ok(()) => {}
            // Refused: it may be so already, by a statement whose answer was lost.
            Err(error) if error.effect == Effect::None => {
                return if self.is_done(held, statement).await? { Ok(Step::Over) } else { Err(error.into()) };
            }
            // The lease is left to run out; whoever takes it then looks.
            Err(error) => return Err(error.into()),
        }
        for _ in 0..LOOKS {
            if self.is_done(held, statement).await? {
                self.clock.sleep(PROPAGATION).await;
                return Ok(Step::Over);
            }
            self.clock.sleep(PAUSE).await;
        }
        let summary = "the target answered that a definition is done, and does not show it".to_owned();
        Err(PortError { retry: Retry::Operator, ..PortError::permanent(Surface::Target, summary) }.into())
    }

    async fn send(&self, held: &Held, statement: Statement<'_>) -> Result<(), PortError> {
        let settled_by = held.lease.value.until;
        match statement {
            Statement::Create(table) => {
                if !held.open.task.tables_on_target.create {
                    let summary = format!("target table {} does not exist", table.id);
                    return Err(operator(summary));
                }
                if !self.target.databases().await?.contains(&table.id.database) {
                    self.target.create_database(&table.id.database).await?;
                }
                self.target.create_table(table).await
            }
            Statement::Drop(table) => self.target.drop_table(table, settled_by).await,
            Statement::AddColumn(table, column) => self.target.add_column(table, column, settled_by).await,
            Statement::DropColumn(table, column) => self.target.drop_column(table, column, settled_by).await,
            Statement::Truncate(table) => self.target.truncate(table, settled_by).await,
        }
    }

    /// Whether the target is as the statement would leave it.
    async fn is_done(&self, held: &Held, statement: Statement<'_>) -> Result<bool, HandlerError> {
        match statement {
            Statement::Create(wanted) => self.is_there(held, wanted).await,
            Statement::Drop(table) => Ok(self.target.describe(table).await?.is_none()),
            Statement::AddColumn(table, column) => {
                let found = self.described(table).await?;
                match found.column(&column.name) {
                    None => Ok(false),
                    Some(there) if there.column_type.agrees_with(column.column_type) => Ok(true),
                    Some(_) => {
                        let name = &column.name;
                        let what = format!("column {name} of {table} is there with another type");
                        Err(operator(what).into())
                    }
                }
            }
            Statement::DropColumn(table, column) => Ok(self.described(table).await?.column(column).is_none()),
            Statement::Truncate(table) => Ok(self.target.is_empty(table).await?),
        }
    }

    async fn is_there(&self, held: &Held, wanted: &TargetTable) -> Result<bool, HandlerError> {
        let Some(found) = self.target.describe(&wanted.id).await? else { return Ok(false) };
        if !found.takes_rows_of(wanted) {
            let what = format!("target table {} is there and takes no rows of the new table", wanted.id);
            return Err(operator(what).into());
        }
        let may_hold_rows = held.open.task.tables_on_target.if_not_empty == NotEmptyPolicy::Allow;
        if !may_hold_rows && !self.target.is_empty(&wanted.id).await? {
            return Err(operator(format!("target table {} is not empty", wanted.id)).into());
        }
        Ok(true)
    }

    async fn described(&self, table: &TableId) -> Result<TargetTable, HandlerError> {
        let found = self.target.describe(table).await?;
        found.ok_or_else(|| operator(format!("target table {table} does not exist")).into())
    }
}

/// What stands against a definition until a person has changed it.
fn operator(summary: String) -> PortError {
    PortError { retry: Retry::Operator, ..PortError::permanent(Surface::Target, summary) }
}

fn statements(definition: &TargetDefinition) -> Vec<Statement<'_>> {
    match definition {
        TargetDefinition::CreateTable { table } => vec![Statement::Create(table)],
        TargetDefinition::DropTable { table } => vec![Statement::Drop(table)],
        TargetDefinition::AddColumns { table, columns } => {
            columns.iter().map(|column| Statement::AddColumn(table, column)).collect()
        }
        TargetDefinition::DropColumn { table, column } => vec![Statement::DropColumn(table, column)],
        TargetDefinition::Truncate { table } => vec![Statement::Truncate(table)],
    }
}
