//! The MySQL source: its settings and catalog, key boundaries, and rows page by page.
//!
//! It implements the domain's source ports on `mysql_async`. Everything here only reads: every session is read-only,
//! every statement its own transaction, no lock outlives a statement. It never compares keys (MySQL does), never
//! prints a value, a key or a password, and never reads an error's text.
//!
//! Map: `settings` and `session` connect; `classify` turns failures into port errors; `catalog` describes server and
//! tables; `key_column` and `key_range` write key comparisons that use the index; `read` fetches rows and boundaries;
//! `row_image` decodes rows of the binary log to the values `read` gives; `log` follows that log.

mod catalog;
mod classify;
mod definition;
mod key_column;
mod key_range;
mod log;
mod quoting;
mod read;
mod row_image;
mod session;
mod settings;
mod value_length;

pub use definition::{Parsed, StatementContext, parse as parse_definition, shortened as shortened_statement};
pub use log::Follower;
pub use row_image::{
    ImageError, Images, RowChange, RowChanges, RowImage, RowShape, RowsEvent, RowsKind, Selection,
    ShapeError, TableMap,
};
pub use session::Source;
pub use settings::{Authorities, ConnectionSettings, TlsSettings};
