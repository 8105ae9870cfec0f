//! Folds the operations of a lane to one for each key.
//!
//! # Why the folded operation leaves the target as the single ones would
//!
//! 1. Of a key only the last operation counts: the row it leaves, or none. So only that image is decoded, and whether a row can be
//!    carried is judged of that one (protocol H21).
//! 2. What a cell store does not forget by itself is what a NULL must erase. A column that is NULL in the last image may still
//!    hold a value on the target if any folded operation knew one: in its image before or after, or by deleting the
//!    key, whose row may have held anything (H4). So the fold keeps, over all operations of a key, which columns were
//!    NULL in every image, and whether the key was deleted.
//! 3. An insert has no image before: what the key held earlier went with a DELETE that is applied already, or is
//!    folded here. The DELETE hides what is copied late, too.
//! 4. The fold is a function of the operations alone. A batch applied again, by itself or together with later ones, gives
//!    the same final rows, and erases at least what the single operations would have.
//!
//! Two rows are never folded into one: a key whose values cannot be converted keeps an entry that no delete removes.

use std::borrow::Cow;
use std::collections::HashMap;

use migration::mutation::{Rule, is_left_out};
use migration::position::Position;
use migration::value::{TargetRow, TargetValue};

use crate::spacing::KeyName;

/// One operation, as far as folding needs it.
#[derive(Debug, Clone)]
pub(crate) struct Event<'b> {
    /// Its key.
    pub(crate) key: KeyName,
    /// The key's values, where they can be converted.
    pub(crate) key_values: Option<TargetRow>,
    /// By which of the group's tables its image is read.
    pub(crate) table: usize,
    pub(crate) position: Position,
    pub(crate) kind: EventKind<'b>,
}

/// What happens to the key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum EventKind<'b> {
    /// The row is there.
    Row {
        /// The NULL bitmap of the image before, where there was a row.
        nulls_before: Option<&'b [u8]>,
        image: Image<'b>,
    },
    /// The row is gone.
    Gone,
}

/// A row's image and its NULL bitmap.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Image<'b> {
    pub(crate) bytes: &'b [u8],
    pub(crate) nulls: &'b [u8],
}

/// What is left of the operations of one key.
#[derive(Debug)]
pub(crate) struct Folded<'b> {
    pub(crate) key: KeyName,
    pub(crate) key_values: Option<TargetRow>,
    pub(crate) table: usize,
    /// Of the last operation.
    pub(crate) position: Position,
    /// The last image; none where the row is gone.
    pub(crate) last: Option<Image<'b>>,
    pub(crate) erased: Erased<'b>,
}

/// What may be on the target of a key.
#[derive(Debug, Default)]
pub(crate) struct Erased<'b> {
    /// A folded operation deleted the key.
    pub(crate) deleted: bool,
    /// Columns that are NULL in every image but the last; none where there is no such image.
    pub(crate) always_null: Option<Cow<'b, [u8]>>,
}

/// The operations of one flush, folded.
#[derive(Debug, Default)]
pub(crate) struct Fold<'b> {
    places: HashMap<KeyName, usize>,
    entries: Vec<Folded<'b>>,
}

impl<'b> Fold<'b> {
    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Everything folded so far, in the order in which the keys came up.
    pub(crate) fn take(&mut self) -> Vec<Folded<'b>> {
        self.places.clear();
        std::mem::take(&mut self.entries)
    }

    /// Adds the next operation.
    pub(crate) fn add(&mut self, event: Event<'b>) {
        let Event { key, key_values, table, position, kind } = event;
        let next = self.entries.len();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            let (last, erased) = (None, Erased::default());
            self.entries.push(Folded { key, key_values, table, position, last, erased });
        }
        let Some(entry) = self.entries.get_mut(place) else { return };
        if is_left_out(Rule::FoldUnion) {
            entry.erased = Erased::default();
        } else if let Some(image) = entry.last {
            entry.erased.knows(image.nulls);
        }
        (entry.table, entry.position) = (table, position);
        match kind {
            EventKind::Row { nulls_before, image } => {
                if let Some(nulls) = nulls_before {
                    entry.erased.knows(nulls);
                }
                entry.last = Some(image);
            }
            EventKind::Gone if entry.key_values.is_some() => {
                entry.erased.deleted = true;
                entry.last = None;
            }
            EventKind::Gone => {}
        }
    }
}

impl<'b> Erased<'b> {
    /// An image with these NULLs may be on the target.
    fn knows(&mut self, nulls: &'b [u8]) {
        match &mut self.always_null {
            None => self.always_null = Some(Cow::Borrowed(nulls)),
            Some(known) if known.len() == nulls.len() => {
                if known.as_ref() != nulls {
                    for (known, more) in known.to_mut().iter_mut().zip(nulls) {
                        *known &= more;
                    }
                }
            }
            // Images of two layouts: anything may be there.
            Some(_) => self.deleted = true,
        }
    }

    /// Whether the row must be deleted before it is written: a column outside the key is NULL and may hold a value.
    /// `always_null` are the mapping's columns by the bitmap of the same name.
    pub(crate) fn needs_delete(&self, row: &TargetRow, key_columns: usize, always_null: &[bool]) -> bool {
        let is_null = |value: &TargetValue| *value == TargetValue::Null;
        let may_hold = |at: usize| self.deleted || !always_null.get(at).copied().unwrap_or(true);
        row.iter().enumerate().skip(key_columns).any(|(at, value)| is_null(value) && may_hold(at))
    }
}
