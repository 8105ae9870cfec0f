//! Whether a DELETE that fixes the key by `=` finds the row whatever the key's type, and whether keys of several columns do.
//!
//! In tables of their own that live for this measurement only. Written, read and deleted as sink, scan and deleter do it:
//! a key is deleted that has a row, and, where rows are stamped, one that never had any and gets an older row later. Rows
//! next to it, each with one key column a little different, must stay.
//! Types of which fresh values are many have a key to themselves; the others stand behind a fresh number. Where a key of
//! several columns fails, each of its types is tried behind the number alone; where none fails, it is the number of columns.
//! An outcome that is not as wanted is tried again on fresh keys before it is believed.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use migration::capabilities::Measured;
use migration::ident::{ColumnName, DatabaseName};
use migration::limits::{DDL_TIMEOUT, STATEMENT_TIMEOUT};
use migration::run::RunId;
use migration::schema::{TargetColumn, TargetTable, TargetType};
use migration::statement_form::{StatementForm, TimeoutHint};
use migration::time::UnixMs;
use migration::value::{Date, TargetRow, TargetValue, Time};

use crate::cut::row_bytes;
use crate::failure::Failure;
use crate::moment::now;
use crate::probe::experiment::inconclusive;
use crate::probe::line::{is_refusal, is_unseen_table};
use crate::probe::scratch::{
    APART, MINUTE_MS, SETTLING_PAUSE, SETTLING_TRIES, drop_for_good, fresh_key, make, name, table_id,
};
use crate::send::{Size, Window};
use crate::statement::{delete, equal, point_select};
use crate::target::Target;
use crate::upsert::{Texts, Upsert};

const NUMBER: TargetType = TargetType::BigInt;
const DECIMAL: TargetType = TargetType::Decimal { precision_scale: Some((20, 0)) };
const BINARY: TargetType = TargetType::Binary { bytes: Some(4) };
const VARCHAR: TargetType = TargetType::Varchar { chars: None };

/// The keys tried, by their columns' types; integers alone are what every other question of the probe deletes by.
const KEYS: [&[TargetType]; 5] = [
    &[VARCHAR],
    &[DECIMAL],
    &[TargetType::Varbinary],
    &[NUMBER, BINARY, TargetType::Boolean, TargetType::Timestamp, TargetType::Date],
    &[NUMBER, TargetType::Float, TargetType::Double, TargetType::Time],
];
/// How often keys are deleted before a row that stays is believed.
const TRIES: u32 = 3;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyDeletes {
    /// Types in a key by which a row is not deleted.
    pub(super) types: Vec<TargetType>,
    /// Whether a row is deleted by a key of several columns.
    pub(super) composite: Measured,
}

impl KeyDeletes {
    /// Where nothing could be found out.
    pub(super) fn open(why: &str) -> Self {
        Self { types: Vec::new(), composite: inconclusive(why) }
    }
}

/// What is measured with.
#[derive(Clone, Copy)]
pub(super) struct Bench<'t> {
    pub(super) target: &'t Target,
    pub(super) run: RunId,
    pub(super) database: &'t DatabaseName,
    pub(super) form: StatementForm,
    /// The target's time, where rows are stamped and a DELETE hides older ones that arrive after it.
    pub(super) time: Option<i64>,
    /// Types that need not be asked for: the target makes no such columns, or does not keep their values.
    pub(super) without: &'t [TargetType],
}

/// The tables this measurement may leave behind when it is cut off.
pub(super) fn tables(run: RunId, database: &DatabaseName) -> Vec<TargetTable> {
    let behind_number = KEYS.iter().filter(|key| key.len() > 1).flat_map(|key| key[1..].iter());
    let alone = behind_number.map(|column_type| vec![NUMBER, *column_type]);
    let all = KEYS.iter().map(|key| key.to_vec()).chain(alone).chain([vec![NUMBER, NUMBER]]);
    all.map(|key| table(run, database, &key)).collect()
}

/// A table with such a key, named by its types.
fn table(run: RunId, database: &DatabaseName, key: &[TargetType]) -> TargetTable {
    let kinds: String = key.iter().map(|column_type| letter(*column_type)).collect();
    let column = |(at, column_type): (usize, &TargetType)| TargetColumn {
        name: name(&format!("k{at}")),
        column_type: *column_type,
        key_position: u32::try_from(at).ok(),
    };
    let mut columns: Vec<TargetColumn> = key.iter().enumerate().map(column).collect();
    columns.push(TargetColumn { name: name("a"), column_type: NUMBER, key_position: None });
    let id = table_id(database, format!("ferry_probe_key_{kinds}_{run}"));
    TargetTable { id, columns, indexes: Vec::new(), attributes: BTreeMap::new() }
}

fn letter(column_type: TargetType) -> char {
    match column_type {
        TargetType::Boolean => 'b',
        TargetType::TinyInt | TargetType::SmallInt | TargetType::Integer | TargetType::BigInt => 'i',
        TargetType::Float => 'f',
        TargetType::Double => 'g',
        TargetType::Decimal { .. } => 'n',
        TargetType::Varchar { .. } | TargetType::Char { .. } => 't',
        TargetType::Binary { .. } => 'p',
        TargetType::Varbinary => 'v',
        TargetType::Date => 'd',
        TargetType::Time => 'h',
        TargetType::Timestamp => 's',
        TargetType::Json => 'j',
    }
}

/// A value of the type, and one next to it; of types with many values they depend on `fresh`.
fn values(column_type: TargetType, fresh: i64) -> Option<[TargetValue; 2]> {
    let date = |day| TargetValue::Date(Date { year: 2024, month: 2, day });
    let time =
        |seconds| TargetValue::Time(Time { negative: false, hours: 23, minutes: 59, seconds, micros: 0 });
    Some(match column_type {
        TargetType::Boolean => [true, false].map(TargetValue::Boolean),
        TargetType::TinyInt | TargetType::SmallInt | TargetType::Integer => [-1, 1].map(TargetValue::Int),
        TargetType::BigInt => [fresh, fresh.wrapping_add(1)].map(TargetValue::Int),
        TargetType::Float => [0.1, 0.2].map(TargetValue::Float),
        TargetType::Double => [0.1, 1.0e300].map(TargetValue::Double),
        TargetType::Decimal { .. } => [0, 1].map(|more| TargetValue::Decimal((fresh - more).to_string())),
        TargetType::Varchar { .. } => {
            ["It's", "it's"].map(|text| TargetValue::Text(format!("{fresh} {text} größe ")))
        }
        TargetType::Binary { .. } => {
            [[0, 1, 39, 255], [0, 1, 39, 0]].map(|bytes| TargetValue::Bytes(bytes.into()))
        }
        TargetType::Varbinary => [39, 92]
            .map(|last| TargetValue::Bytes(fresh.to_be_bytes().into_iter().chain([0, 255, last]).collect())),
        TargetType::Date => [29, 28].map(date),
        TargetType::Time => [59, 58].map(time),
        TargetType::Timestamp => [1_724_976_675_354, 1_724_976_675_355].map(TargetValue::Timestamp),
        TargetType::Char { .. } | TargetType::Json => return None,
    })
}

impl Bench<'_> {
    pub(super) async fn measure(self) -> Result<KeyDeletes, Failure> {
        let keys: Vec<Vec<TargetType>> = KEYS.iter().filter_map(|key| self.asked(key)).collect();
        let found = try_join_all(keys.iter().map(|key| self.deletes(key))).await?;
        let failing: Vec<&[TargetType]> = keys
            .iter()
            .zip(&found)
            .filter(|(_, found)| **found == Some(false))
            .map(|(key, _)| &key[..])
            .collect();
        let mut types: Vec<TargetType> =
            failing.iter().filter(|key| key.len() == 1).map(|key| key[0]).collect();
        let mut composite = if found.contains(&Some(true)) || !failing.is_empty() {
            Measured::Yes
        } else {
            inconclusive("no table for it could be made")
        };
        let several: Vec<&[TargetType]> = failing.into_iter().filter(|key| key.len() > 1).collect();
        if !several.is_empty() {
            let numbers = [NUMBER, NUMBER];
            let mut named = Vec::new();
            if self.deletes(&numbers).await? == Some(true) {
                for column_type in several.into_iter().flat_map(|key| &key[1..]) {
                    if self.deletes(&[NUMBER, *column_type]).await? == Some(false) {
                        named.push(*column_type);
                    }
                }
            }
            if named.is_empty() {
                composite = Measured::No;
            }
            types.extend(named);
        }
        Ok(KeyDeletes { types, composite })
    }

    /// The key without the types that need not be asked for; none where nothing is left to ask.
    fn asked(self, key: &[TargetType]) -> Option<Vec<TargetType>> {
        let is_without = |wanted: TargetType| self.without.iter().any(|other| other.is_same_kind(wanted));
        let is_asked = |column_type: &TargetType| match column_type {
            // Bytes of a fixed length travel as others do.
            TargetType::Binary { .. } => !is_without(TargetType::Varbinary),
            other => !is_without(*other),
        };
        let asked: Vec<TargetType> = key.iter().copied().filter(is_asked).collect();
        (!asked.is_empty() && asked != [NUMBER]).then_some(asked)
    }

    /// Whether rows of a table with this key are deleted by it; none where the target makes no such table.
    async fn deletes(self, key: &[TargetType]) -> Result<Option<bool>, Failure> {
        let table = table(self.run, self.database, key);
        match make(self.target, &table).await {
            Ok(()) => {}
            Err(failure) if is_refusal(&failure) => return Ok(None),
            Err(failure) => return Err(failure),
        }
        let (mut unseen, mut tries) = (1, 1);
        let deletes = loop {
            match self.tried(&table, key).await {
                Ok(true) => break true,
                Err(failure) if is_unseen_table(&failure) && unseen < SETTLING_TRIES => {
                    unseen += 1;
                    tokio::time::sleep(SETTLING_PAUSE).await;
                    // Another try of this run may have dropped it.
                    make(self.target, &table).await?;
                }
                Err(failure) if !is_refusal(&failure) => return Err(failure),
                Ok(false) | Err(_) if tries < TRIES => tries += 1,
                Ok(false) | Err(_) => break false,
            }
        };
        match drop_for_good(self.target, &table.id).await {
            // Whether tables can be dropped is a question of its own.
            Err(failure) if failure.class.is_transient() => Err(failure),
            Ok(()) | Err(_) => Ok(Some(deletes)),
        }
    }

    async fn tried(self, table: &TargetTable, key: &[TargetType]) -> Result<bool, Failure> {
        let (present, absent) = (fresh_key(), fresh_key());
        let of = |fresh| -> Vec<[TargetValue; 2]> {
            key.iter().filter_map(|column_type| values(*column_type, fresh)).collect()
        };
        let first = |pairs: &[[TargetValue; 2]]| -> TargetRow {
            pairs.iter().map(|[value, _]| value.clone()).collect()
        };
        let pairs = of(present);
        let deleted = first(&pairs);
        let neighbours: Vec<TargetRow> = (0..pairs.len())
            .map(|other| {
                pairs.iter().enumerate().map(|(at, pair)| pair[usize::from(at == other)].clone()).collect()
            })
            .collect();
        let below = self.time.map(|time| time - MINUTE_MS);
        for row in neighbours.iter().chain([&deleted]) {
            self.put(table, row, below).await?;
        }
        if self.time.is_none() {
            tokio::time::sleep(APART).await;
        }
        if !self.exists(table, &deleted).await? {
            return Ok(false);
        }
        self.delete(table, &deleted).await?;
        if self.exists(table, &deleted).await? {
            return Ok(false);
        }
        for row in &neighbours {
            if !self.exists(table, row).await? {
                return Ok(false);
            }
        }
        if below.is_none() {
            return Ok(true);
        }
        let late = first(&of(absent));
        self.delete(table, &late).await?;
        self.put(table, &late, below).await?;
        Ok(!self.exists(table, &late).await?)
    }

    async fn put(self, table: &TargetTable, key: &TargetRow, stamp: Option<i64>) -> Result<(), Failure> {
        let upsert = Upsert {
            table: &table.id,
            columns: table.columns.iter().map(|column| &column.name).collect(),
            key: key.len(),
            marker: false,
            stamp: stamp.and_then(|stamp| u64::try_from(stamp).ok()).map(UnixMs),
            form: self.form,
            settled_by: now().plus(STATEMENT_TIMEOUT * 6),
            texts: Texts::default(),
        };
        let row: TargetRow = key.iter().cloned().chain([TargetValue::Int(1)]).collect();
        self.target.upsert(&upsert, &[row], Size::Least).await
    }

    async fn delete(self, table: &TargetTable, key: &TargetRow) -> Result<(), Failure> {
        let timeout = match self.form.delete_timeout {
            TimeoutHint::Given => STATEMENT_TIMEOUT,
            TimeoutHint::Left => DDL_TIMEOUT,
        };
        let window = Window { settled_by: now().plus(timeout * 2), stamped: false, timeout };
        let make = || {
            let conditions = equal(names(table, key), key);
            delete(&table.id, &conditions, self.form.delete_timeout, self.form.values)
        };
        self.target.send(make, row_bytes(key), window, Size::Least).await
    }

    async fn exists(self, table: &TargetTable, key: &TargetRow) -> Result<bool, Failure> {
        let conditions = equal(names(table, key), key);
        let request = point_select(&table.id, [&name("a")], &conditions, self.form.values);
        Ok(!self.target.read(&request).await?.is_empty())
    }
}

fn names<'a>(table: &'a TargetTable, key: &TargetRow) -> impl Iterator<Item = &'a ColumnName> {
    table.columns.iter().take(key.len()).map(|column| &column.name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use migration::ident::DatabaseName;
    use migration::limits::KEY_COLUMNS_MAX;
    use migration::run::RunId;
    use migration::schema::TargetType;

    use super::{KEYS, tables, values};
    use crate::probe::samples::samples;

    #[test]
    fn every_type_a_key_can_have_is_asked_for() {
        let asked =
            |wanted: TargetType| KEYS.iter().any(|key| key.iter().any(|found| found.is_same_kind(wanted)));
        for sample in samples() {
            let is_number = matches!(
                sample.column_type,
                TargetType::TinyInt | TargetType::SmallInt | TargetType::Integer | TargetType::Json
            );
            assert_eq!(asked(sample.column_type), !is_number, "{}", sample.column_type);
        }
        assert!(asked(TargetType::Binary { bytes: None }));
    }

    #[test]
    fn keys_are_within_the_targets_limits_and_neighbours_differ() {
        for key in KEYS {
            assert!(key.len() <= KEY_COLUMNS_MAX);
            for column_type in key {
                let [one, other] = values(*column_type, 7).unwrap();
                assert_ne!(one, other, "{column_type}");
            }
        }
    }

    #[test]
    fn no_two_tables_have_one_name() {
        let tables = tables(
            "6f9619ff-8b86-d011-b42d-00cf4fc964ff".parse::<RunId>().unwrap(),
            &DatabaseName::new("shop").unwrap(),
        );
        let names: BTreeSet<String> = tables.iter().map(|table| table.id.to_string()).collect();
        assert_eq!(names.len(), tables.len());
    }
}
