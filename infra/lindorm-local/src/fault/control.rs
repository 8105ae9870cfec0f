//! Carries out commands: one line in, one line out.

use std::sync::Arc;

use crate::answer::SqlError;
use crate::engine::{Engine, Node};
use crate::fault::command::{Command, CommandError};
use crate::fault::registry::Faults;
use crate::sql::TableName;

/// What commands are carried out on.
#[derive(Debug, Clone)]
pub struct Control {
    engine: Arc<Engine>,
    faults: Arc<Faults>,
}

impl Control {
    pub(crate) fn new(engine: Arc<Engine>, faults: Arc<Faults>) -> Self {
        Self { engine, faults }
    }

    /// Answers one line: `ok` or `error`, and what there is to say.
    #[must_use]
    pub fn answer(&self, line: &str) -> String {
        match line.parse().and_then(|command| self.run(command)) {
            Ok(text) if text.is_empty() => "ok".to_owned(),
            Ok(text) => format!("ok {text}"),
            Err(error) => format!("error {error}"),
        }
    }

    /// Carries out one command and says what came of it.
    ///
    /// # Errors
    /// As [`CommandError`] says.
    pub fn run(&self, command: Command) -> Result<String, CommandError> {
        match command {
            Command::Set(recipe) => self.faults.set(*recipe).map(|id| id.to_string()),
            Command::List => Ok(self.faults.list().join("; ")),
            Command::Clear(which) => {
                let (cleared, struck) = self.faults.clear(which)?;
                Ok(format!("cleared={cleared} struck={struck}"))
            }
            Command::Compact(table) => self.compact(&table).map(|()| String::new()),
            Command::Clock(step) => {
                self.engine.nodes().step(Node(step.node), step.ahead_ms)?;
                Ok(String::new())
            }
        }
    }

    fn compact(&self, TableName { database, table }: &TableName) -> Result<(), CommandError> {
        let sql = match database {
            Some(database) => format!("ALTER TABLE `{database}`.`{table}` COMPACT"),
            None => format!("ALTER TABLE `{table}` COMPACT"),
        };
        let refused = |error: SqlError| CommandError::Refused { code: error.code };
        let mut session = self.engine.session(None).map_err(refused)?;
        self.engine.query(&mut session, &sql).map(drop).map_err(refused)
    }
}
