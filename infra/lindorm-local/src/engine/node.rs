//! The nodes of a cluster, as far as a client notices them: each has a clock of its own, which may go wrong.
//!
//! All nodes share one engine. A session belongs to a node for good, and sessions belong to the nodes in turn, as if the address
//! were a load balancer's. Cells and delete markers that a statement does not stamp get the clock of its session's node; so do
//! `NOW()` and times to live. Nothing else differs from node to node, and no clock of a node is ever corrected by another.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use crate::engine::Clock;

/// The most nodes.
pub const NODES_MAX: usize = 64;

/// A node, counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(pub usize);

/// There is no such node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no node {}, nodes are counted from 0 to {}", node.0, nodes - 1)]
pub struct NoSuchNode {
    node: Node,
    nodes: usize,
}

/// The nodes of an engine. Safe to use from many threads.
#[derive(Debug)]
pub struct Nodes {
    clock: Clock,
    /// How far each node's clock is ahead.
    skews_ms: Vec<AtomicI64>,
    /// How many sessions there were.
    sessions: AtomicUsize,
}

impl Nodes {
    /// One node for each skew; without any, one that goes right.
    pub(crate) fn new(clock: Clock, skews_ms: &[i64]) -> Self {
        let skews_ms = if skews_ms.is_empty() { &[0] } else { skews_ms };
        let skews_ms = skews_ms.iter().map(|skew| AtomicI64::new(*skew)).collect();
        Self { clock, skews_ms, sessions: AtomicUsize::new(0) }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.skews_ms.len()
    }

    /// Moves a node's clock forward, or back by a negative number.
    ///
    /// # Errors
    /// For a node there is not.
    pub fn step(&self, node: Node, millis: i64) -> Result<(), NoSuchNode> {
        let skew = self.skews_ms.get(node.0).ok_or(NoSuchNode { node, nodes: self.count() })?;
        skew.fetch_add(millis, Ordering::SeqCst);
        Ok(())
    }

    /// The node of the next session.
    pub(crate) fn take_turn(&self) -> Node {
        Node(self.sessions.fetch_add(1, Ordering::Relaxed) % self.count())
    }

    /// What a node's clock shows, in milliseconds since 1970.
    pub(crate) fn now_ms(&self, node: Node) -> i64 {
        let skew = self.skews_ms.get(node.0).map_or(0, |skew| skew.load(Ordering::SeqCst));
        self.clock.now_ms().saturating_add(skew)
    }
}
