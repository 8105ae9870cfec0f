//! Reads mismatches again, on both sides, and says what really differs.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use migration::key::KeyRange;
use migration::limits::{PAGE_BYTES_MAX, PAGE_ROWS_MAX};
use migration::port::{PageRequest, RowSource};
use migration::schema::TableMapping;
use migration::value::{Digest, TargetRow, TargetValue, row_digest};

use crate::verify::join::Mismatches;
use crate::verify::pair::Pair;
use crate::verify::scan::SourceScan;

/// Rows confirmed, and repaired, at a time.
const ROWS_AT_A_TIME: usize = 500;

/// A row that differs, as both sides have it now.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) key: Digest,
    /// The row as it should be; none where the source has none.
    pub(crate) wanted: Option<TargetRow>,
    /// The row as it is; none where the target has none.
    pub(crate) found: Option<TargetRow>,
}

impl Difference {
    /// The target columns whose values differ, for a row both sides have.
    pub(crate) fn columns(&self, mapping: &TableMapping) -> Vec<String> {
        let (Some(wanted), Some(found)) = (&self.wanted, &self.found) else { return Vec::new() };
        let pairs = mapping.columns.iter().zip(wanted.iter().zip(found));
        pairs
            .filter(|(_, (wanted, found))| row_digest([*wanted]) != row_digest([*found]))
            .map(|(column, _)| column.target.to_string())
            .collect()
    }
}

/// Key values of a row, which the target's point reads take.
pub(crate) fn key_of(mapping: &TableMapping, row: &TargetRow) -> Vec<TargetValue> {
    row.iter()
        .zip(&mapping.columns)
        .filter(|(_, column)| column.in_key)
        .map(|(value, _)| value.clone())
        .collect()
}

/// Reads the mismatches with a source row again and hands on, some hundred at a time, those that still differ.
/// A key the source has no more is moved to the extra ones: the target may still have it.
pub(crate) async fn confirm_source(
    pair: Pair<'_>,
    scan: &SourceScan,
    mismatches: &mut Mismatches,
    mut each: impl AsyncFnMut(Vec<Difference>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut pages: BTreeMap<u32, BTreeSet<Digest>> = BTreeMap::new();
    for (key, page) in &mismatches.on_source {
        pages.entry(*page).or_default().insert(*key);
    }
    for (page, mut keys) in pages {
        let number = usize::try_from(page).unwrap_or(usize::MAX);
        let after = scan.pages.get(number).context("a page was not noted")?.clone();
        let through = scan.pages.get(number + 1).cloned().flatten();
        find_on_source(pair, KeyRange { after, through }, &mut keys, &mut each).await?;
        mismatches.extra.extend(keys.into_iter().map(|key| (key, ())));
    }
    Ok(())
}

/// Looks once more for the keys that only the target had: what the source has got meanwhile is compared, not deleted.
pub(crate) async fn confirm_extra(
    pair: Pair<'_>,
    mismatches: &mut Mismatches,
    mut each: impl AsyncFnMut(Vec<Difference>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if mismatches.extra.is_empty() {
        return Ok(());
    }
    let mut keys: BTreeSet<Digest> = mismatches.extra.keys().copied().collect();
    find_on_source(pair, KeyRange::default(), &mut keys, &mut each).await?;
    mismatches.extra.retain(|key, ()| keys.contains(key));
    Ok(())
}

/// Reads a range of the source, compares the rows with these keys with the target, and takes their keys out.
async fn find_on_source(
    pair: Pair<'_>,
    mut range: KeyRange,
    keys: &mut BTreeSet<Digest>,
    each: &mut impl AsyncFnMut(Vec<Difference>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mapping = pair.mapping;
    let mut zero_dates = 0;
    while !keys.is_empty() {
        let request =
            PageRequest { table: mapping, range: &range, rows_max: PAGE_ROWS_MAX, bytes_max: PAGE_BYTES_MAX };
        let read = pair
            .ends
            .source
            .page(&request)
            .await
            .with_context(|| format!("reading {}", mapping.source.id))?;
        let mut rows = Vec::new();
        for row in read.rows {
            match mapping.convert_row(row, &mut zero_dates) {
                Ok(row) if keys.remove(&mapping.key_digest(&row)) => rows.push(row),
                Ok(_) => {}
                // A row that cannot be carried is there all the same: its key is not extra.
                Err(bad) => {
                    keys.remove(&bad.key);
                }
            }
        }
        for rows in rows.chunks(ROWS_AT_A_TIME) {
            each(compare(pair, rows).await?).await?;
        }
        if read.is_last {
            break;
        }
        range.after = read.last_key;
    }
    Ok(())
}

/// Compares source rows with what the target has under their keys now.
pub(crate) async fn compare(pair: Pair<'_>, rows: &[TargetRow]) -> anyhow::Result<Vec<Difference>> {
    let Pair { ends, mapping, form } = pair;
    let keys: Vec<Vec<TargetValue>> = rows.iter().map(|row| key_of(mapping, row)).collect();
    let found = ends
        .target
        .read_rows(mapping, &keys, form)
        .await
        .with_context(|| format!("reading {}", mapping.target.id))?;
    let pairs = rows.iter().zip(found);
    let differing = pairs.filter(|(wanted, found)| {
        found.as_ref().is_none_or(|found| row_digest(*wanted) != row_digest(found))
    });
    Ok(differing
        .map(|(wanted, found)| Difference {
            key: mapping.key_digest(wanted),
            wanted: Some(wanted.clone()),
            found,
        })
        .collect())
}

/// Finds the rows that only the target has, by a second scan of it, and hands them on.
pub(crate) async fn find_extra(
    pair: Pair<'_>,
    mismatches: &Mismatches,
    mut each: impl AsyncFnMut(Vec<Difference>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if mismatches.extra.is_empty() {
        return Ok(());
    }
    let Pair { ends, mapping, form } = pair;
    let doing = || format!("reading {}", mapping.target.id);
    let mut scan = ends.target.scan(mapping, form).await.with_context(doing)?;
    while let Some(rows) = scan.next_page().await.with_context(doing)? {
        let extra = rows.into_iter().filter_map(|row| {
            let key = mapping.key_digest(&row);
            let is_extra = mismatches.extra.contains_key(&key);
            is_extra.then_some(Difference { key, wanted: None, found: Some(row) })
        });
        let extra: Vec<Difference> = extra.collect();
        if !extra.is_empty() {
            each(extra).await?;
        }
    }
    Ok(())
}
