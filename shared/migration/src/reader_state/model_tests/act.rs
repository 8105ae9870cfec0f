//! What happens to the model, drawn at random.

use proptest::prelude::{Just, Strategy};
use proptest::prop_oneof;

/// Lanes of the model.
pub(super) const LANES: usize = 3;

/// What the source commits: rows of some lanes, or a definition.
#[derive(Debug, Clone)]
pub(super) enum Transaction {
    Rows(Vec<usize>),
    Definition,
}

#[derive(Debug, Clone)]
pub(super) enum Act {
    /// The source commits.
    Commit(Transaction),
    /// The reader ships this many rows, cut into batches of this size, and stores.
    Ship { rows: usize, batch: usize },
    /// The reader ships and dies before it stores; the next starts an epoch.
    ShipAndDie { rows: usize, batch: usize },
    /// The reader is replaced while it sends: what it sent lands later, behind what its successor sends.
    ShipLate { rows: usize, batch: usize },
    /// What was sent late lands.
    Land,
    /// A lane takes its oldest message.
    Apply(usize),
    /// A lane's oldest message is lost.
    Lose(usize),
    /// Everything in the queue is lost.
    Purge,
    /// A new epoch.
    Restart,
    /// The barrier is passed, where it is open.
    Pass,
    /// Another server takes over, with files of its own.
    Switch,
}

/// Random acts.
pub(super) fn acts() -> impl Strategy<Value = Vec<Act>> {
    let lane = 0..LANES;
    let transaction = prop_oneof![
        9 => proptest::collection::vec(0..LANES, 1..6).prop_map(Transaction::Rows),
        1 => Just(Transaction::Definition),
    ];
    let act = prop_oneof![
        8 => transaction.prop_map(Act::Commit),
        8 => (1usize..12, 1usize..4).prop_map(|(rows, batch)| Act::Ship { rows, batch }),
        2 => (1usize..12, 1usize..4).prop_map(|(rows, batch)| Act::ShipAndDie { rows, batch }),
        1 => (1usize..12, 1usize..4).prop_map(|(rows, batch)| Act::ShipLate { rows, batch }),
        2 => Just(Act::Land),
        16 => lane.clone().prop_map(Act::Apply),
        1 => lane.prop_map(Act::Lose),
        1 => Just(Act::Purge),
        2 => Just(Act::Restart),
        4 => Just(Act::Pass),
        1 => Just(Act::Switch),
    ];
    proptest::collection::vec(act, 1..120)
}
