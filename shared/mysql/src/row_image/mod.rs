//! Rows as the binary log holds them: where each ends, and what its columns hold.
//!
//! Why it is right, in three steps. *Boundaries*: a value's length follows from its column's type number and metadata
//! in the table map (`length`), a NULL has none, and only images of all columns are accepted; so the walk over an
//! event's rows needs no schema, and an event is read exactly when its last row ends with it. *Types*: the log's
//! numbers leave out signs, character sets and labels, so they are joined with the table as it is known, column by
//! column, and a form the known type is never logged in stops the task (`column`, `shape`). *Values*: each is decoded
//! to the [`SourceValue`](migration::value::SourceValue) the copy reads for it (`decode`), which a test shows against a
//! server for every type and character set: the conversions are the server's own, and values too long for the target
//! are left out alike.
//!
//! Arbitrary bytes give an error: no slice is taken unchecked, nothing recurses without a bound, and no buffer is made
//! by a length the event announces before that many bytes were seen. Never prints a value, never asks a server,
//! never guesses a column's type from its bytes.

mod charset;
mod column;
mod decimal;
mod decode;
mod error;
mod images;
mod json;
mod labels;
mod length;
mod optional_metadata;
mod prefix;
mod rows_event;
mod selection;
mod shape;
mod table_map;
mod take;
mod temporal;
mod walk;

pub use error::{ImageError, ShapeError};
pub use images::Images;
pub use rows_event::{RowChange, RowsEvent, RowsKind};
pub use selection::Selection;
pub use shape::RowShape;
pub use table_map::TableMap;
pub(crate) use take::Take;
pub use walk::{RowChanges, RowImage};
