//! One side of a table into its partitions.

use std::path::Path;

use anyhow::Context;
use migration::chunk::Pacing;
use migration::key::{KeyRange, KeyTuple};
use migration::limits::{PAGE_BYTES_MAX, PAGE_ROWS_MAX};
use migration::port::{PageRequest, RowSource};
use migration::schema::TableMapping;
use migration::value::{Digest, row_digest};
use mysql::Source;
use tokio::sync::watch;

use crate::verify::pair::Pair;
use crate::verify::rejected::Rejected;
use crate::verify::spill::{Spill, Triple};

/// Stands for a row that cannot be carried: what the target has under its key is another row.
const NO_ROW: Digest = Digest(0);

/// What the scan of the source brings besides its partitions.
#[derive(Debug, Default)]
pub(crate) struct SourceScan {
    /// Rows that were kept.
    pub(crate) rows: u64,
    /// Rows that cannot be carried, as the reject list says; not kept.
    pub(crate) not_carried: u64,
    /// Rows that cannot be carried, although no reject says so; kept, so that their keys are not taken for extra.
    pub(crate) unlisted: u64,
    /// The bound before each page, to read it again by.
    pub(crate) pages: Vec<Option<KeyTuple>>,
}

/// Scans the source; `seen` tells the rows so far.
pub(crate) async fn scan_source(
    source: &Source,
    mapping: &TableMapping,
    folder: &Path,
    partitions: usize,
    rejected: &Rejected,
    seen: &watch::Sender<u64>,
) -> anyhow::Result<SourceScan> {
    let mut spill = Spill::create(folder, "source", partitions)?;
    let mut scan = SourceScan::default();
    let mut after: Option<KeyTuple> = None;
    let mut pacing = Pacing::default();
    let mut zero_dates = 0;
    loop {
        let range = KeyRange { after: after.clone(), through: None };
        let request = PageRequest {
            table: mapping,
            range: &range,
            rows_max: pacing.rows().min(PAGE_ROWS_MAX),
            bytes_max: PAGE_BYTES_MAX,
        };
        let started = std::time::Instant::now();
        let page = source.page(&request).await.with_context(|| format!("reading {}", mapping.source.id))?;
        pacing = pacing.after_page(page.rows.len(), page.bytes, started.elapsed());
        let number = u32::try_from(scan.pages.len()).context("more pages than can be numbered")?;
        scan.pages.push(after);
        for row in page.rows {
            match mapping.convert_row(row, &mut zero_dates) {
                Ok(row) => {
                    spill.push(Triple {
                        key: mapping.key_digest(&row),
                        row: row_digest(&row),
                        page: number,
                    })?;
                }
                Err(bad) if rejected.holds(bad.key) => scan.not_carried += 1,
                Err(bad) => {
                    scan.unlisted += 1;
                    spill.push(Triple { key: bad.key, row: NO_ROW, page: number })?;
                }
            }
        }
        seen.send_modify(|seen| *seen = spill.rows());
        if page.is_last {
            scan.rows = spill.finish()?;
            return Ok(scan);
        }
        after = page.last_key;
    }
}

/// Scans the target; returns its rows.
pub(crate) async fn scan_target(pair: Pair<'_>, folder: &Path, partitions: usize) -> anyhow::Result<u64> {
    let mut spill = Spill::create(folder, "target", partitions)?;
    let Pair { ends, mapping, form } = pair;
    let doing = || format!("reading {}", mapping.target.id);
    let mut scan = ends.target.scan(mapping, form).await.with_context(doing)?;
    while let Some(rows) = scan.next_page().await.with_context(doing)? {
        for row in rows {
            spill.push(Triple { key: mapping.key_digest(&row), row: row_digest(&row), page: 0 })?;
        }
    }
    spill.finish()
}
