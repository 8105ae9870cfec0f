//! Rules of the protocol that the simulation leaves out, one at a time or with another that covers it, to show that each
//! is needed.
//!
//! Without the feature `mutations` nothing can be left out, and every question below is answered at compile time.
//! With it, only a thread that called `leave_out` lacks a rule; nothing but the simulation does.

/// A rule of the protocol, by the module that argues for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A key change is two positions (H1).
    SecondPart,
    /// The position is stored only after the queue took everything up to it.
    StoreAfterSend,
    /// What may have been shipped is stored before it is sent (H15).
    IntentFirst,
    /// Low-water marks (H2).
    LowWater,
    /// A store raises the low-water mark of a lane that had nothing outstanding (H2).
    IdleRaisesLow,
    /// An epoch starts where every lane is known to be applied, not at the stored position (O1).
    EpochAtLowWater,
    /// A new epoch is stored before its first batch (H11).
    EpochStoredFirst,
    /// A reader that finds an expired lease starts an epoch.
    EpochAfterExpiry,
    /// A lane passes over what it has applied (O3).
    PositionFilter,
    /// A lane takes no batch of an earlier epoch, and none twice.
    StaleBatches,
    /// A lane takes no batch behind a gap.
    Gap,
    /// A lane that does not move asks for a new epoch (H10).
    Stall,
    /// One holder a lane.
    LaneLease,
    /// A lease reaches past the timeout of its holder's last statement.
    LeaseBeyondStatement,
    /// Steps of a holder check its lease's version.
    FencingToken,
    /// The lane's record is stored after the target acknowledged the batch.
    RecordAfterWrite,
    /// A NULL erases by deleting the row first (H4).
    NullDelete,
    /// The fold keeps that a folded event had a value, or deleted the key (H4).
    FoldUnion,
    /// Two writes of one key are apart (H3).
    Spacing,
    /// A lane taken over waits the spacing first (H3).
    SpacingAfterTakeover,
    /// After an uncertain outcome the lane waits (H8).
    UncertainWait,
    /// A barrier waits for the lanes (H2).
    BarrierWait,
    /// A barrier is open only while the position it was declared with stands (H2).
    BarrierPosition,
    /// One executor of a definition at a time (H18).
    DefinitionLease,
    /// After an uncertain definition its timeout is waited for (H18).
    DefinitionUncertainWait,
    /// Passing a barrier raises every low-water mark.
    BarrierRaisesLow,
    /// A definition raises the table's generation (H7).
    Generation,
    /// A definition waits for the leases of copiers of earlier generations (H7).
    GenerationWait,
    /// Copied rows carry the stamp.
    Stamp,
    /// The stamp lies above the clock by the margin (H25).
    StampMargin,
    /// Nothing is applied before the target's clock is past the stamp.
    StampGate,
    /// The start position covers only what is visible.
    StartVisible,
    /// What a page may show is stored before it is written (H15, H22).
    ShownFirst,
    /// A page is not written long after it was read (H9).
    PageAge,
    /// A table is taken only after its former owner's leases have ended (H5).
    OwnerWait,
    /// A re-copy waits until its stamp has passed (H6).
    RecopyGate,
    /// A re-copy waits until the source shows what was shipped (H6).
    RecopyVisible,
    /// Where nothing can be stamped the log is read after the copy.
    Sequential,
    /// A definition is never folded across: a batch holds one schema.
    FoldWithinSchema,
    /// A rejected row deletes its key (H21).
    RejectDeletes,
    /// Finishing waits for every lease to end (H23).
    FinishWaits,
    /// Finishing reads to an end taken after the request (H23).
    FinishEnd,
    /// A chunk and the plan's cursor are stored together (H20).
    ChunkWithCursor,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 43] = [
        Self::SecondPart,
        Self::StoreAfterSend,
        Self::IntentFirst,
        Self::LowWater,
        Self::IdleRaisesLow,
        Self::EpochAtLowWater,
        Self::EpochStoredFirst,
        Self::EpochAfterExpiry,
        Self::PositionFilter,
        Self::StaleBatches,
        Self::Gap,
        Self::Stall,
        Self::LaneLease,
        Self::LeaseBeyondStatement,
        Self::FencingToken,
        Self::RecordAfterWrite,
        Self::NullDelete,
        Self::FoldUnion,
        Self::Spacing,
        Self::SpacingAfterTakeover,
        Self::UncertainWait,
        Self::BarrierWait,
        Self::BarrierPosition,
        Self::DefinitionLease,
        Self::DefinitionUncertainWait,
        Self::BarrierRaisesLow,
        Self::Generation,
        Self::GenerationWait,
        Self::Stamp,
        Self::StampMargin,
        Self::StampGate,
        Self::StartVisible,
        Self::ShownFirst,
        Self::PageAge,
        Self::OwnerWait,
        Self::RecopyGate,
        Self::RecopyVisible,
        Self::Sequential,
        Self::FoldWithinSchema,
        Self::RejectDeletes,
        Self::FinishWaits,
        Self::FinishEnd,
        Self::ChunkWithCursor,
    ];
}

#[cfg(feature = "mutations")]
mod switched {
    use super::Rule;
    use std::cell::Cell;

    thread_local! {
        /// A bit for each rule.
        static LEFT_OUT: Cell<u64> = const { Cell::new(0) };
    }

    const fn bit(rule: Rule) -> u64 {
        1 << rule as u32
    }

    /// Leaves these rules out on this thread, and no others.
    pub fn leave_out(rules: impl IntoIterator<Item = Rule>) {
        LEFT_OUT.set(rules.into_iter().fold(0, |left_out, rule| left_out | bit(rule)));
    }

    /// Whether the rule is left out.
    #[must_use]
    pub fn is_left_out(rule: Rule) -> bool {
        LEFT_OUT.get() & bit(rule) != 0
    }
}

#[cfg(feature = "mutations")]
pub use switched::{is_left_out, leave_out};

/// Whether the rule is left out: never.
#[cfg(not(feature = "mutations"))]
#[must_use]
#[inline]
pub const fn is_left_out(_rule: Rule) -> bool {
    false
}
