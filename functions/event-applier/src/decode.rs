//! The tables of a group of batches, and an operation as the fold wants it.

use migration::batch::{BatchTable, Change, ChangeKind};
use migration::port::{ImageFault, RowImages};
use migration::record::TableNumber;
use migration::table_plan::TableRecord;
use migration::value::TargetRow;

use crate::fold::{Event, EventKind, Image};
use crate::handler::Stop;
use crate::hold::fault;

/// A table with the way its images are read.
pub(crate) struct Known<I: RowImages> {
    pub(crate) record: TableRecord,
    pub(crate) shape: I::Shape,
    /// The mapping's columns in its order.
    pub(crate) columns: I::Columns,
    /// Those of the key, which come first.
    key: I::Columns,
    pub(crate) key_columns: usize,
    map: Vec<u8>,
}

/// The tables a group has met, each once for every table map.
pub(crate) struct Tables<I: RowImages>(Vec<Known<I>>);

impl<I: RowImages> Tables<I> {
    /// None met yet.
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn get(&self, at: usize) -> &Known<I> {
        self.0.get(at).expect("invariant: an event names a table that was met")
    }

    /// Where this table stands, if it was met.
    pub(crate) fn place(&self, table: &BatchTable) -> Option<usize> {
        self.0.iter().position(|known| known.record.number == table.number && known.map == table.map)
    }

    /// The record of this table, if it was met with whatever map.
    pub(crate) fn record(&self, number: TableNumber) -> Option<&TableRecord> {
        self.0.iter().map(|known| &known.record).find(|record| record.number == number)
    }

    /// Adds a table.
    pub(crate) fn meet(&mut self, images: &I, table: BatchTable, record: TableRecord) -> Result<usize, Stop> {
        let source = record.mapping.source.id.clone();
        let known = Known::join(images, table.map, record);
        self.0.push(
            known.map_err(|cause| {
                fault(format!("the log's rows of {source} do not fit the table: {cause}"))
            })?,
        );
        Ok(self.0.len() - 1)
    }
}

impl<I: RowImages> Known<I> {
    fn join(images: &I, map: Vec<u8>, record: TableRecord) -> Result<Self, ImageFault> {
        let shape = images.shape(&map, &record.mapping.source)?;
        let mapped = &record.mapping.columns;
        let columns = images.columns(&shape, mapped.iter().map(|column| &column.source))?;
        let in_key = mapped.iter().filter(|column| column.in_key);
        let key_columns = in_key.clone().count();
        let key = images.columns(&shape, in_key.map(|column| &column.source))?;
        Ok(Self { record, shape, columns, key, key_columns, map })
    }

    /// The operation with its key.
    pub(crate) fn event<'b>(&self, images: &I, table: usize, change: &Change<'b>) -> Result<Event<'b>, Stop> {
        let (image, kind) = match change.kind {
            ChangeKind::Insert { after } => (after, self.row(images, None, after)?),
            ChangeKind::Update { nulls_before, after } => {
                (after, self.row(images, Some(nulls_before), after)?)
            }
            ChangeKind::Delete { key } => (key, EventKind::Gone),
        };
        let values = images.decode(&self.shape, &self.key, image).map_err(|cause| self.fault(&cause))?;
        let mapping = &self.record.mapping;
        let (digest, key_values) = match mapping.convert_row(values, &mut 0) {
            Ok(key) => (mapping.key_digest(&key), Some(key)),
            Err(bad) => (bad.key, None),
        };
        let key = (self.record.number, digest);
        Ok(Event { key, key_values, table, position: change.position, kind })
    }

    fn row<'b>(
        &self,
        images: &I,
        nulls_before: Option<&'b [u8]>,
        after: &'b [u8],
    ) -> Result<EventKind<'b>, Stop> {
        let nulls = images.nulls(&self.shape, after).map_err(|cause| self.fault(&cause))?;
        Ok(EventKind::Row { nulls_before, image: Image { bytes: after, nulls } })
    }

    /// The row of an image, or why it cannot be carried.
    pub(crate) fn convert(
        &self,
        images: &I,
        image: &[u8],
    ) -> Result<Result<TargetRow, migration::schema::BadRow>, Stop> {
        let values = images.decode(&self.shape, &self.columns, image).map_err(|cause| self.fault(&cause))?;
        Ok(self.record.mapping.convert_row(values, &mut 0))
    }

    fn fault(&self, cause: &ImageFault) -> Stop {
        fault(format!("a row of {} in the log cannot be read: {cause}", self.record.mapping.source.id))
    }
}
