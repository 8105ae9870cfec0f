//! In which form every type's values read back as they were written, and whether an empty value is NULL.
//!
//! In a table of its own that lives for this measurement only, with a column of every type. Rows are written and read in
//! each form as the sink and the scan do it, and compared as a verification compares: a respelt DECIMAL or JSON is the
//! same value. Escapings are tried in their order until one fits.
//! A type whose values differ in every form says nothing of the forms: it is named, and the forms are judged by the others.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{try_join, try_join_all};
use migration::capabilities::{LiteralValues, Measured};
use migration::ident::{ColumnName, DatabaseName};
use migration::limits::STATEMENT_TIMEOUT;
use migration::run::RunId;
use migration::schema::{TargetColumn, TargetTable, TargetType};
use migration::statement_form::{Escaping, StatementForm, ValueForm};
use migration::value::{TargetRow, TargetValue, row_digest};

use crate::classify::Class;
use crate::decode::decode;
use crate::failure::Failure;
use crate::moment::now;
use crate::probe::CONNECTIONS;
use crate::probe::experiment::{answer, inconclusive};
use crate::probe::line::{is_refusal, is_unseen_table};
use crate::probe::samples::{Sample, samples};
use crate::probe::scratch::{SETTLING_PAUSE, SETTLING_TRIES, fresh_key, make, name, table_id};
use crate::send::Size;
use crate::statement::{equal, point_select};
use crate::target::Target;
use crate::upsert::{Texts, Upsert};

const ESCAPINGS: [Escaping; 3] = [Escaping::QuotesDoubled, Escaping::BothDoubled, Escaping::Backslashes];
/// Columns of one statement: the driver keeps as many buffers as a statement ever had columns or parameters, each as large
/// as the largest row that later passes through it.
const COLUMNS: usize = 4;
/// Types that older engines do not have, in the sets in which they came (`lindorm.md` 4.2, 5.3).
const NEWER: [&[TargetType]; 4] = [
    &[],
    &[TargetType::Date, TargetType::Time],
    &[TargetType::Json],
    &[TargetType::Date, TargetType::Time, TargetType::Json],
];

/// What became of the values in one form.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    /// Places of the samples that do not read back.
    lost: BTreeSet<usize>,
    empty: Empty,
}

/// Whether empty values are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Empty {
    pub(super) text: Measured,
    pub(super) bytes: Measured,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) bound: Measured,
    pub(super) literal: LiteralValues,
    pub(super) types_refused: Vec<TargetType>,
    pub(super) types_lost: Vec<TargetType>,
    empty: Vec<(ValueForm, Empty)>,
}

impl Found {
    /// Where nothing could be found out.
    pub(super) fn open(why: &str) -> Self {
        let literal = LiteralValues::Inconclusive { why: why.to_owned() };
        let (types_refused, types_lost) = (Vec::new(), Vec::new());
        Self { bound: inconclusive(why), literal, types_refused, types_lost, empty: Vec::new() }
    }

    /// What becomes of empty values in this form.
    pub(super) fn empty_in(&self, form: ValueForm) -> Empty {
        let known = self.empty.iter().find(|(other, _)| *other == form).map(|(_, empty)| empty.clone());
        let why = "the values' form was not tried";
        known.unwrap_or_else(|| Empty { text: inconclusive(why), bytes: inconclusive(why) })
    }
}

/// The table with a column of every type of a run, without those of these types.
pub(super) fn values_table(run: RunId, database: &DatabaseName, without: &[TargetType]) -> TargetTable {
    let key =
        TargetColumn { name: name("probe_key"), column_type: TargetType::BigInt, key_position: Some(0) };
    let mut columns = vec![key];
    for (at, sample) in samples().into_iter().enumerate() {
        if !without.contains(&sample.column_type) {
            let (name, column_type) = (name(&format!("c{at}")), sample.column_type);
            columns.push(TargetColumn { name, column_type, key_position: None });
        }
    }
    let id = table_id(database, format!("ferry_probe_values_{run}"));
    TargetTable { id, columns, indexes: Vec::new(), attributes: BTreeMap::new() }
}

pub(super) async fn measure(target: &Target, run: RunId, database: &DatabaseName) -> Result<Found, Failure> {
    let mut tries = 1;
    loop {
        let (table, types_refused) = made(target, run, database).await?;
        let bench = Bench::new(target, table, types_refused);
        match bench.measure().await {
            // A node has not heard of the table yet, or another try of this run dropped it.
            Err(failure) if is_unseen_table(&failure) && tries < SETTLING_TRIES => tries += 1,
            found => return found,
        }
        tokio::time::sleep(SETTLING_PAUSE).await;
    }
}

/// Makes the table with as many types as the target takes; also the types it does not take.
async fn made(
    target: &Target,
    run: RunId,
    database: &DatabaseName,
) -> Result<(TargetTable, Vec<TargetType>), Failure> {
    let mut refused = None;
    for without in NEWER {
        let table = values_table(run, database, without);
        match make(target, &table).await {
            Ok(()) => return there(target, run, database, table).await,
            Err(failure) if is_refusal(&failure) => drop(refused.get_or_insert(failure)),
            Err(failure) => return Err(failure),
        }
    }
    Err(refused.unwrap_or_else(|| Failure::of(Class::Unlisted, "no table was tried")))
}

/// The table as it is there, which may be an earlier try's that had to do without some types; also these types.
async fn there(
    target: &Target,
    run: RunId,
    database: &DatabaseName,
    made: TargetTable,
) -> Result<(TargetTable, Vec<TargetType>), Failure> {
    let columns = match target.described(&made.id).await {
        Ok(Some(lines)) => lines.into_iter().map(|line| line.name).collect(),
        // A node that has not heard of it yet, or describes nothing: then it is taken as it was asked for.
        Ok(None) | Err(_) => made.columns.iter().map(|column| column.name.to_string()).collect::<Vec<_>>(),
    };
    let samples = samples().into_iter().enumerate();
    let absent = samples.filter(|(at, _)| !columns.contains(&format!("c{at}")));
    let refused: Vec<TargetType> = absent.map(|(_, sample)| sample.column_type).collect();
    Ok((values_table(run, database, &refused), refused))
}

/// The table, and what is written into it.
struct Bench<'t> {
    target: &'t Target,
    table: TargetTable,
    /// Behind the key, as the columns are.
    samples: Vec<Sample>,
    types_refused: Vec<TargetType>,
}

impl<'t> Bench<'t> {
    fn new(target: &'t Target, table: TargetTable, types_refused: Vec<TargetType>) -> Self {
        let mut samples = samples();
        samples.retain(|sample| !types_refused.contains(&sample.column_type));
        Self { target, table, samples, types_refused }
    }

    async fn measure(&self) -> Result<Found, Failure> {
        let bound = self.kept(ValueForm::Bound).await?;
        let mut literals = Vec::new();
        for escaping in ESCAPINGS {
            let kept = self.kept(ValueForm::Literal { escaping }).await?;
            let fits = kept.lost.is_empty();
            literals.push((escaping, kept));
            if fits {
                break;
            }
        }
        let types: Vec<TargetType> = self.samples.iter().map(|sample| sample.column_type).collect();
        let found = conclude(&types, bound, literals);
        Ok(Found { types_refused: self.types_refused.clone(), ..found })
    }

    async fn kept(&self, form: ValueForm) -> Result<Kept, Failure> {
        let all: Vec<usize> = (0..self.samples.len()).collect();
        let mut lost = BTreeSet::new();
        for some in all.chunks(COLUMNS) {
            match self.differing(form, some).await {
                Ok(differing) => lost.extend(differing),
                Err(failure) if is_refusal(&failure) => {
                    let alone = some.iter().map(async |at| match self.differing(form, &[*at]).await {
                        Err(failure) if is_refusal(&failure) => Ok(BTreeSet::from([*at])),
                        outcome => outcome,
                    });
                    lost.extend(try_join_all(alone).await?.into_iter().flatten());
                }
                Err(failure) => return Err(failure),
            }
        }
        let (text, bytes) = (TargetValue::Text(String::new()), TargetValue::Bytes(Vec::new()));
        let (text, bytes) = try_join(self.empty(form, &text), self.empty(form, &bytes)).await?;
        Ok(Kept { lost, empty: Empty { text, bytes } })
    }

    /// Which of these columns do not read back as they were written.
    async fn differing(&self, form: ValueForm, places: &[usize]) -> Result<BTreeSet<usize>, Failure> {
        let samples: Vec<&Sample> = places.iter().filter_map(|at| self.samples.get(*at)).collect();
        let rows = samples.iter().map(|sample| sample.values.len()).max().unwrap_or(0);
        let row = |number| -> Vec<TargetValue> {
            samples.iter().filter_map(|sample| sample.values.iter().cycle().nth(number).cloned()).collect()
        };
        let rows: Vec<Vec<TargetValue>> = (0..rows).map(row).collect();
        let mut differing = BTreeSet::new();
        // As many at once as there are connections: a row that waits for one would lose of the time it may be sent in.
        for some in rows.chunks(CONNECTIONS) {
            let back = some.iter().map(|row| self.there_and_back(form, places, row));
            for (row, read) in some.iter().zip(try_join_all(back).await?) {
                let pairs = places.iter().zip(row.iter().zip(read));
                let differ = pairs.filter(|(_, (written, read))| {
                    read.as_ref().is_none_or(|read| row_digest([*written]) != row_digest([read]))
                });
                differing.extend(differ.map(|(at, _)| *at));
            }
        }
        Ok(differing)
    }

    async fn empty(&self, form: ValueForm, empty: &TargetValue) -> Result<Measured, Failure> {
        let is_of = |sample: &Sample| match empty {
            TargetValue::Text(_) => matches!(sample.column_type, TargetType::Varchar { .. }),
            _ => sample.column_type == TargetType::Varbinary,
        };
        let place = |is: &dyn Fn(&Sample) -> bool| self.samples.iter().position(is);
        let (Some(at), Some(beside)) =
            (place(&is_of), place(&|sample| sample.column_type == TargetType::BigInt))
        else {
            return Ok(inconclusive("the probe has no such column"));
        };
        // The number beside it keeps the row in existence whatever becomes of the empty value.
        match self.there_and_back(form, &[beside, at], &[TargetValue::Int(1), empty.clone()]).await {
            Err(failure) if is_refusal(&failure) => {
                Ok(inconclusive(&format!("the target answered {}", answer(&failure))))
            }
            outcome => Ok(judge_empty(outcome?.get(1).cloned().flatten(), empty)),
        }
    }

    /// Writes a row of these columns and reads it; none for a value that is not of its column's type, or not there.
    async fn there_and_back(
        &self,
        form: ValueForm,
        places: &[usize],
        values: &[TargetValue],
    ) -> Result<Vec<Option<TargetValue>>, Failure> {
        let column = |at: &usize| self.table.columns.get(at + 1);
        let columns: Vec<&TargetColumn> = places.iter().filter_map(column).collect();
        let key_name = [name("probe_key")];
        let names = key_name.iter().chain(columns.iter().map(|column| &column.name));
        let key = TargetValue::Int(fresh_key());
        let row: TargetRow = std::iter::once(&key).chain(values).cloned().collect();
        let upsert = Upsert {
            table: &self.table.id,
            columns: names.collect(),
            key: 1,
            marker: false,
            stamp: None,
            form: StatementForm { values: form, ..StatementForm::documented() },
            settled_by: now().plus(STATEMENT_TIMEOUT * 6),
            texts: Texts::default(),
        };
        self.target.upsert(&upsert, &[row], Size::Divisible).await?;
        let names: Vec<&ColumnName> = columns.iter().map(|column| &column.name).collect();
        let condition = equal(&key_name, [&key]);
        let request = point_select(&self.table.id, names, &condition, form);
        let mut rows = self.target.read(&request).await?;
        let mut row = if rows.len() == 1 { rows.pop() } else { None };
        let read = columns.iter().enumerate().map(|(at, column)| {
            row.as_mut().and_then(|row| row.take(at)).and_then(|value| decode(value, column.column_type))
        });
        Ok(read.collect())
    }
}

fn judge_empty(read: Option<TargetValue>, written: &TargetValue) -> Measured {
    match read {
        Some(TargetValue::Null) => Measured::No,
        Some(read) if read == *written => Measured::Yes,
        Some(_) | None => inconclusive("an empty value reads back as another one"),
    }
}

fn conclude(types: &[TargetType], bound: Kept, literals: Vec<(Escaping, Kept)>) -> Found {
    let mut everywhere = bound.lost.clone();
    everywhere.retain(|at| literals.iter().all(|(_, kept)| kept.lost.contains(at)));
    if everywhere.len() == types.len() {
        // Then it is not the types.
        everywhere.clear();
    }
    let of = |places: &BTreeSet<usize>| -> Vec<TargetType> {
        places.iter().filter_map(|at| types.get(*at).copied()).collect()
    };
    let differ = |kept: &Kept| {
        let types: Vec<String> = of(&kept.lost).iter().map(|found| found.to_string()).collect();
        format!("values of {} read back differently or are refused", types.join(", "))
    };
    let fitting = literals.iter().find(|(_, kept)| kept.lost.is_subset(&everywhere));
    let literal = match fitting {
        Some((escaping, _)) => LiteralValues::Shown { escaping: *escaping },
        None => LiteralValues::Inconclusive {
            why: literals.iter().map(|(_, kept)| differ(kept)).next_back().unwrap_or_default(),
        },
    };
    if !bound.lost.is_empty() {
        tracing::info!(answer = differ(&bound), "bound values do not all read back");
    }
    let is_bound = bound.lost.is_subset(&everywhere);
    let types_lost = of(&everywhere);
    let literals = literals.into_iter().map(|(escaping, kept)| (ValueForm::Literal { escaping }, kept.empty));
    Found {
        bound: if is_bound { Measured::Yes } else { Measured::No },
        literal,
        types_refused: Vec::new(),
        types_lost,
        empty: std::iter::once((ValueForm::Bound, bound.empty)).chain(literals).collect(),
    }
}

#[cfg(test)]
mod tests {
    use migration::capabilities::{LiteralValues, Measured};
    use migration::schema::TargetType;
    use migration::statement_form::{Escaping, ValueForm};
    use migration::value::TargetValue;

    use super::{Empty, Found, Kept, conclude, judge_empty};

    const TYPES: [TargetType; 3] = [TargetType::Boolean, TargetType::Date, TargetType::Json];

    fn kept(lost: &[usize]) -> Kept {
        let empty = Empty { text: Measured::Yes, bytes: Measured::Yes };
        Kept { lost: lost.iter().copied().collect(), empty }
    }

    fn concluded(bound: &[usize], literals: &[&[usize]]) -> Found {
        let escapings = [Escaping::QuotesDoubled, Escaping::BothDoubled, Escaping::Backslashes];
        let literals = escapings.into_iter().zip(literals.iter().map(|lost| kept(lost))).collect();
        conclude(&TYPES, kept(bound), literals)
    }

    #[test]
    fn the_first_escaping_that_keeps_everything_is_the_one() {
        let found = concluded(&[], &[&[2], &[2], &[]]);
        assert_eq!(found.literal, LiteralValues::Shown { escaping: Escaping::Backslashes });
        assert_eq!((found.bound, found.types_lost), (Measured::Yes, Vec::new()));
    }

    #[test]
    fn a_type_that_is_lost_in_every_form_is_named_and_the_forms_are_judged_by_the_others() {
        let found = concluded(&[0, 1], &[&[1]]);
        assert_eq!(found.types_lost, [TargetType::Date]);
        assert_eq!(found.bound, Measured::No);
        assert_eq!(found.literal, LiteralValues::Shown { escaping: Escaping::QuotesDoubled });
    }

    #[test]
    fn where_every_type_is_lost_in_every_form_it_is_the_forms() {
        let found = concluded(&[0, 1, 2], &[&[0, 1, 2], &[0, 1, 2], &[0, 1, 2]]);
        assert_eq!((found.bound, found.types_lost), (Measured::No, Vec::new()));
        let LiteralValues::Inconclusive { why } = found.literal else { panic!("shown") };
        assert_eq!(why, "values of BOOLEAN, DATE, JSON read back differently or are refused");
    }

    #[test]
    fn empty_values_are_told_for_the_form_that_is_used() {
        let found = concluded(&[], &[&[]]);
        assert_eq!(found.empty_in(ValueForm::Bound).text, Measured::Yes);
        let untried = ValueForm::Literal { escaping: Escaping::Backslashes };
        assert!(matches!(found.empty_in(untried).text, Measured::Inconclusive { .. }));
    }

    #[test]
    fn an_empty_value_is_kept_lost_or_something_else() {
        let empty = TargetValue::Text(String::new());
        assert_eq!(judge_empty(Some(empty.clone()), &empty), Measured::Yes);
        assert_eq!(judge_empty(Some(TargetValue::Null), &empty), Measured::No);
        let other = Some(TargetValue::Text(" ".to_owned()));
        assert!(matches!(judge_empty(other, &empty), Measured::Inconclusive { .. }));
        assert!(matches!(judge_empty(None, &empty), Measured::Inconclusive { .. }));
    }
}
