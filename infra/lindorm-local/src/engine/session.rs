//! What one connection remembers: its node, whose it is, its database, its time zone, whether backslash escapes.

use crate::engine::Node;
use crate::engine::privilege::Access;

/// The state of one connection. The connection owns it; the engine changes it by `USE` and `SET`.
#[derive(Debug, Clone)]
pub struct Session {
    pub(crate) node: Node,
    pub(crate) access: Access,
    pub(crate) database: String,
    pub(crate) zone: Zone,
    pub(crate) no_backslash_escapes: bool,
}

/// A fixed distance from UTC with the spelling it was set by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) offset_ms: i64,
    pub(crate) spelling: String,
}

impl Session {
    pub(crate) fn new(database: &str, node: Node) -> Self {
        let zone = Zone { offset_ms: 8 * 3_600_000, spelling: "+08:00".to_owned() };
        Self {
            node,
            access: Access::unchecked(),
            database: database.to_owned(),
            zone,
            no_backslash_escapes: false,
        }
    }

    /// The node it belongs to.
    #[must_use]
    pub fn node(&self) -> Node {
        self.node
    }

    /// The current database.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }
}
