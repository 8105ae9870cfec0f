//! Compares every row of every table, in bounded memory, and repairs on request.
//!
//! # Why a difference cannot hide
//!
//! 1. The two sides sort keys differently, so neither order is used: each side is scanned once in its own key order,
//!    and of each row only (key digest, row digest, page number) is kept. A digest has 128 bits.
//! 2. The triples are spilled into partitions by key digest; equal keys meet in the same partition, and a partition is
//!    joined in memory. Its size follows from the number of rows, not from their size.
//! 3. A source row goes through the mapping and conversion of the copy before it is digested, so both sides are
//!    digested in the target's types. A row on the reject list is counted apart; one that cannot be carried and is on no
//!    list is a difference.
//! 4. Rows that differ are read again on both sides, by their pages and keys, before they are reported: a digest alone
//!    never accuses a row.
//!
//! - `pair`: one table on both sides
//! - `spill`: the partitions on disk
//! - `scan`: one side into its partitions
//! - `join`: two partitions into mismatches
//! - `confirm`: mismatches read again
//! - `rejected`: the rows a reject excuses
//! - `repair`: what `--repair` writes
//! - `repair_lease`: the right to write it
//! - `table`: one table from scan to outcome
//! - `state`: which tables are done, so that a killed verification goes on

mod confirm;
mod join;
mod pair;
mod rejected;
mod repair;
mod repair_lease;
mod scan;
mod spill;
mod state;
mod table;

pub(crate) use rejected::Rejected;
pub(crate) use repair_lease::RepairLease;
pub(crate) use state::VerifyState;
pub(crate) use table::{Kind, TableOutcome, TableVerifier};
