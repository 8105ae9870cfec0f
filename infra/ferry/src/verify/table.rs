//! One table from scan to outcome.

use std::path::Path;

use clock::SystemClock;
use migration::schema::TableMapping;
use migration::statement_form::StatementForm;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::connect::Ends;
use crate::verify::confirm::{Difference, confirm_extra, confirm_source, find_extra};
use crate::verify::pair::Pair;
use crate::verify::rejected::Rejected;
use crate::verify::repair_lease::RepairLease;
use crate::verify::{join, repair, scan, spill};

/// Differences that are listed one by one; the others are counted.
const LISTED_MAX: usize = 10;

/// Rows repaired under one lease.
const BATCH_ROWS: usize = 500;

/// How a row differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// The target lacks it.
    Missing,
    /// Only the target has it.
    Extra,
    /// Both have it with different values.
    Different,
}

/// A difference as it is reported: digest and column names, no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub(crate) kind: Kind,
    pub(crate) key: String,
    pub(crate) columns: Vec<String>,
}

/// What was found for a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableOutcome {
    pub(crate) source_rows: u64,
    pub(crate) target_rows: u64,
    pub(crate) missing: u64,
    pub(crate) extra: u64,
    pub(crate) different: u64,
    /// Rows on the reject list that still cannot be carried.
    pub(crate) not_carried: u64,
    /// Rows that cannot be carried, although no reject says so.
    pub(crate) unlisted: u64,
    /// Mismatches beyond the bound, not read again.
    pub(crate) unconfirmed: u64,
    pub(crate) repaired: u64,
    /// Rows that still differ after they were written or deleted.
    pub(crate) unrepaired: u64,
    pub(crate) listed: Vec<Listed>,
}

impl TableOutcome {
    /// Whether the two sides are equal now.
    pub(crate) fn is_equal(&self) -> bool {
        self.missing + self.extra + self.different == self.repaired
            && self.unconfirmed == 0
            && self.unlisted == 0
    }

    fn count(&mut self, mapping: &TableMapping, difference: &Difference) {
        let kind = match (&difference.wanted, &difference.found) {
            (Some(_), None) => Kind::Missing,
            (None, _) => Kind::Extra,
            (Some(_), Some(_)) => Kind::Different,
        };
        match kind {
            Kind::Missing => self.missing += 1,
            Kind::Extra => self.extra += 1,
            Kind::Different => self.different += 1,
        }
        if self.listed.len() < LISTED_MAX {
            let columns = difference.columns(mapping);
            self.listed.push(Listed { kind, key: difference.key.to_string(), columns });
        }
    }
}

/// Verifies tables one by one.
pub(crate) struct TableVerifier<'a> {
    pub(crate) ends: &'a Ends,
    /// How the run's statements are written.
    pub(crate) form: StatementForm,
    pub(crate) clock: &'a SystemClock,
    /// Present where differences are repaired.
    pub(crate) repair: Option<RepairLease<'a>>,
    /// Tells the source rows read of the current table.
    pub(crate) seen: &'a watch::Sender<u64>,
}

impl TableVerifier<'_> {
    /// Compares one table, of which the copy has counted `copied` rows.
    pub(crate) async fn verify(
        &self,
        mapping: &TableMapping,
        copied: u64,
        rejected: &Rejected,
        folder: &Path,
    ) -> anyhow::Result<TableOutcome> {
        let pair = Pair { ends: self.ends, mapping, form: self.form };
        let partitions = spill::partitions(mapping.source.rows_estimate.max(copied));
        let (source, target) = tokio::try_join!(
            scan::scan_source(&self.ends.source, mapping, folder, partitions, rejected, self.seen),
            scan::scan_target(pair, folder, partitions),
        )?;
        let mut mismatches = join::join(folder, partitions)?;
        std::fs::remove_dir_all(folder)?;
        let mut outcome = TableOutcome {
            source_rows: source.rows + source.not_carried,
            target_rows: target,
            not_carried: source.not_carried,
            unlisted: source.unlisted,
            unconfirmed: mismatches.dropped + mismatches.collisions,
            ..TableOutcome::default()
        };
        let mut settle_carried = async |differences: Vec<Difference>| {
            let (known, real): (Vec<_>, Vec<_>) =
                differences.into_iter().partition(|difference| rejected.holds_by_target(difference.key));
            outcome.not_carried += known.len() as u64;
            self.settle(pair, &mut outcome, &real).await
        };
        confirm_source(pair, &source, &mut mismatches, &mut settle_carried).await?;
        confirm_extra(pair, &mut mismatches, &mut settle_carried).await?;
        find_extra(pair, &mismatches, async |differences| {
            self.settle(pair, &mut outcome, &differences).await
        })
        .await?;
        Ok(outcome)
    }

    async fn settle(
        &self,
        pair: Pair<'_>,
        outcome: &mut TableOutcome,
        differences: &[Difference],
    ) -> anyhow::Result<()> {
        for difference in differences {
            outcome.count(pair.mapping, difference);
        }
        if let Some(lease) = &self.repair {
            for batch in differences.chunks(BATCH_ROWS) {
                let settled_by = lease.take(pair.mapping).await?;
                let left = repair::repair(pair, self.clock, batch, settled_by).await?;
                lease.give_back().await?;
                outcome.unrepaired += left as u64;
                outcome.repaired += batch.len().saturating_sub(left) as u64;
            }
        }
        Ok(())
    }
}
