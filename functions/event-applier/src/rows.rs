//! From a folded key to the statements it takes.

use migration::capabilities::Measured;
use migration::mutation::{Rule, is_left_out};
use migration::port::RowImages;
use migration::position::Position;
use migration::schema::BadRow;
use migration::value::{TargetRow, TargetValue};

use crate::decode::Known;
use crate::fold::Folded;
use crate::handler::Stop;
use crate::hold::Held;
use crate::spacing::KeyName;

/// What is still to be written of a key.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) key: KeyName,
    /// The key's values.
    pub(crate) key_values: TargetRow,
    /// By which of the group's tables it is written.
    pub(crate) table: usize,
    /// Of the last operation.
    pub(crate) position: Position,
    pub(crate) next: Next,
}

/// The next statement of a key.
#[derive(Debug)]
pub(crate) enum Next {
    /// Delete the row, then write this one.
    Delete {
        /// None where the row is gone.
        then: Option<TargetRow>,
    },
    /// Write this row.
    Upsert(TargetRow),
}

/// A row that cannot be carried.
#[derive(Debug)]
pub(crate) struct BadKey {
    pub(crate) key: KeyName,
    pub(crate) table: usize,
    pub(crate) position: Position,
    pub(crate) bad: BadRow,
    /// The key's values, where they can be written.
    pub(crate) key_values: Option<TargetRow>,
}

/// What a folded key comes to.
#[derive(Debug)]
pub(crate) enum Judged {
    /// Statements.
    Pending(Pending),
    /// A row that cannot be carried.
    Bad(BadKey),
    /// Nothing: a key that was never written is gone.
    Nothing,
}

impl Held {
    /// Decodes and converts the last image of a key, and says what it takes to get it to the target.
    pub(crate) fn judge<I: RowImages>(
        &self,
        images: &I,
        known: &Known<I>,
        folded: Folded<'_>,
    ) -> Result<Judged, Stop> {
        let Folded { key, key_values, table, position, last, erased } = folded;
        let pending = |key_values, next| Judged::Pending(Pending { key, key_values, table, position, next });
        let Some(image) = last else {
            let gone = key_values.map(|values| pending(values, Next::Delete { then: None }));
            return Ok(gone.unwrap_or(Judged::Nothing));
        };
        let row = match (known.convert(images, image.bytes)?, key_values) {
            (Err(bad), key_values) => {
                return Ok(Judged::Bad(BadKey { key, table, position, bad, key_values }));
            }
            (Ok(row), Some(values)) => (row, values),
            (Ok(row), None) => {
                let values = row.iter().take(known.key_columns).cloned().collect();
                (row, values)
            }
        };
        let (row, key_values) = row;
        let always_null =
            erased.always_null.as_deref().map(|nulls| images.are_null(&known.shape, &known.columns, nulls));
        let erases = !self.null_erases
            && !is_left_out(Rule::NullDelete)
            && erased.needs_delete(&row, known.key_columns, always_null.as_deref().unwrap_or_default());
        let next = if erases { Next::Delete { then: Some(row) } } else { Next::Upsert(row) };
        Ok(pending(key_values, next))
    }

    /// Whether this row, written as it is, may not exist on the target: every column outside the key is NULL.
    pub(crate) fn may_not_exist<I: RowImages>(&self, known: &Known<I>, row: &TargetRow) -> bool {
        let exist =
            self.run.capabilities.as_ref().is_some_and(|measured| measured.null_rows == Measured::Yes);
        let mut values = row.iter().skip(known.key_columns);
        !exist && !known.record.mapping.marker && values.all(|value| *value == TargetValue::Null)
    }
}
