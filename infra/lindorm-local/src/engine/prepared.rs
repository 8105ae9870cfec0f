//! A parsed statement, ready to run any number of times.

use std::sync::Arc;
use std::time::Duration;

use crate::answer::Column;
use crate::sql::Statement;

/// A parsed statement. Cheap to clone; runs on any session of the same engine.
#[derive(Debug, Clone)]
pub struct Prepared {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    statement: Statement,
    param_count: usize,
    columns: Option<Vec<Column>>,
}

impl Prepared {
    pub(crate) fn new(statement: Statement, param_count: usize, columns: Option<Vec<Column>>) -> Self {
        Self { inner: Arc::new(Inner { statement, param_count, columns }) }
    }

    /// How many `?` it has.
    #[must_use]
    pub fn param_count(&self) -> usize {
        self.inner.param_count
    }

    /// The columns of its rows, none for a statement without rows.
    #[must_use]
    pub fn columns(&self) -> Option<&[Column]> {
        self.inner.columns.as_deref()
    }

    /// The time its hint `_l_operation_timeout_` allows it.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.inner.statement.timeout()
    }

    /// Another statement in its place, with the same parameters.
    pub(crate) fn with_statement(&self, statement: Statement) -> Self {
        Self::new(statement, self.param_count(), self.inner.columns.clone())
    }

    pub(crate) fn statement(&self) -> &Statement {
        &self.inner.statement
    }
}
