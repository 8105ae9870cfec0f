//! Tables as both servers describe them, the mapping between them, and what definitions change of them.

mod change;
mod mapping;
mod row_conversion;
mod source;
mod target;
mod type_mapping;

pub use change::{Alteration, ColumnPlace, ExistingRows, SchemaVersion, TableChange};
pub(crate) use mapping::made_type;
pub use mapping::{
    ColumnMapping, MARKER_COLUMN, MappingFault, MappingOptions, TableMapping, TableNames, map_table,
};
pub use row_conversion::BadRow;
pub use source::{
    Generated, KeyKind, SourceColumn, SourceKey, SourceTable, SourceType, StringDefault, TableKind,
};
pub use target::{TargetColumn, TargetIndex, TargetTable, TargetType};
pub use type_mapping::{Place, conversion_into, default_type};
