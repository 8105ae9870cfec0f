//! What the imagined target does where the documentation leaves it open.

use migration::value::TargetValue;

/// What a NULL in an UPSERT does to the cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Nothing: what is there stays.
    Ignored,
    /// It removes what is there, and hides nothing that arrives later.
    Removes,
    /// It removes, and hides what is stamped before it and arrives later.
    Hides,
}

/// Which of two cells of one stamp is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    /// The one that arrived later.
    Later,
    /// The one that arrived first.
    First,
    /// The one with the greater value.
    Greater,
    /// The one with the lesser value.
    Lesser,
}

/// The answers to all open questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nature {
    /// NULLs.
    pub nulls: Nulls,
    /// Equal stamps.
    pub ties: Ties,
    /// How many milliseconds the clock of each node is ahead; any node may stamp any row of a statement.
    pub nodes: Vec<i64>,
}

impl Default for Nature {
    fn default() -> Self {
        Self { nulls: Nulls::Hides, ties: Ties::Later, nodes: vec![0] }
    }
}

impl Ties {
    /// Whether a cell that arrives replaces one of the same stamp.
    pub(crate) fn replaces(self, found: &TargetValue, arrives: &TargetValue) -> bool {
        let order = || format!("{arrives:?}").cmp(&format!("{found:?}"));
        match self {
            Self::Later => true,
            Self::First => false,
            Self::Greater => order().is_gt(),
            Self::Lesser => order().is_lt(),
        }
    }
}
