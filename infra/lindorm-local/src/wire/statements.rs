//! The prepared statements of one connection.

use std::collections::BTreeMap;

use crate::answer::SqlError;
use crate::engine::Prepared;
use crate::wire::param::{LongData, ParamType};
use crate::wire::refusal;

/// MySQL's own default for `max_prepared_stmt_count`; a client that never closes must not fill the memory.
const STATEMENTS_MAX: usize = 16_382;

/// One prepared statement.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) prepared: Prepared,
    /// The types of the last execution.
    pub(super) types: Vec<ParamType>,
    /// Parameters sent ahead of the next execution.
    pub(super) long_data: LongData,
    /// Whether parameters were sent ahead although that is refused: the next execution tells, since that command has
    /// no answer of its own.
    pub(super) is_refused: bool,
}

/// All of them, by number.
#[derive(Debug, Default)]
pub(super) struct Statements {
    by_id: BTreeMap<u32, Statement>,
    last_id: u32,
}

impl Statements {
    /// Keeps a statement and numbers it.
    ///
    /// # Errors
    /// The limit is reached.
    pub(super) fn add(&mut self, prepared: Prepared) -> Result<u32, SqlError> {
        if self.by_id.len() >= STATEMENTS_MAX {
            return Err(refusal::too_many_statements(STATEMENTS_MAX));
        }
        self.last_id = self.last_id.wrapping_add(1);
        let statement =
            Statement { prepared, types: Vec::new(), long_data: LongData::new(), is_refused: false };
        self.by_id.insert(self.last_id, statement);
        Ok(self.last_id)
    }

    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut Statement> {
        self.by_id.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: u32) {
        self.by_id.remove(&id);
    }
}
