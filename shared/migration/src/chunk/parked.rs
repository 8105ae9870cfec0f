//! A chunk that cannot be read because the source has changed its table, and the log has not told of it yet.
//!
//! # Why such a chunk is read in the end, or the run stops (protocol H14)
//!
//! 1. The definition that took the column, the index or the table away was committed before the read failed. So it lies
//!    before the log's end as it was asked for afterwards, which is kept with the chunk.
//! 2. The reader's position passes that end only after it has passed the definition's barrier, and passing that one
//!    changes the table's record, or closes the chunk. Then the chunk is read by the record as it is by then; it
//!    may be parked again for the next definition.
//! 3. Where the end was passed and the record has not changed, the log explains nothing, and the error stands.
//! 4. Positions of another timeline say nothing, so the chunk is tried again.

use serde::{Deserialize, Serialize};

use crate::chunk::Generation;
use crate::port::{PortError, Surface};
use crate::position::{LogPlace, Position, Timeline};
use crate::reader_state::ReaderState;
use crate::schema::SchemaVersion;
use crate::table_plan::TableRecord;

/// MySQL's numbers of a database, column, table or index that is not there.
const NOT_THERE: [u16; 4] = [1049, 1054, 1146, 1176];

/// What a parked chunk waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    generation: Generation,
    schema: SchemaVersion,
    timeline: Timeline,
    end: LogPlace,
}

impl Parked {
    /// A chunk of this table, parked after the log's end was asked for.
    #[must_use]
    pub fn until(end: LogPlace, table: &TableRecord, reader: &ReaderState) -> Self {
        let timeline = reader.position.timeline;
        Self { generation: table.generation, schema: table.schema, timeline, end }
    }

    fn stands(&self, table: &TableRecord, reader: &ReaderState) -> bool {
        (self.generation, self.schema) == (table.generation, table.schema)
            && self.timeline == reader.position.timeline
    }

    fn is_passed(&self, reader: &ReaderState) -> bool {
        reader.position >= Position::boundary(self.timeline, self.end)
    }

    /// Whether it is too early to read the chunk again.
    #[must_use]
    pub fn waits(&self, table: &TableRecord, reader: &ReaderState) -> bool {
        self.stands(table, reader) && !self.is_passed(reader)
    }

    /// Whether the log has told everything and nothing of it explains the error.
    #[must_use]
    pub fn is_unexplained(&self, table: &TableRecord, reader: &ReaderState) -> bool {
        self.stands(table, reader) && self.is_passed(reader)
    }
}

/// Whether a definition of the source that is still ahead in the log may be the cause.
#[must_use]
pub fn may_be_explained(error: &PortError) -> bool {
    error.surface == Surface::Source && error.code.is_some_and(|code| NOT_THERE.contains(&code))
}
