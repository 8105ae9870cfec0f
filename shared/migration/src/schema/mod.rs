//! Tables as both servers describe them, and the mapping between them.

mod mapping;
mod source;
mod target;
mod type_mapping;

pub use mapping::{
    ColumnMapping, MARKER_COLUMN, MappingFault, MappingOptions, TableMapping, TableNames, map_table,
};
pub use source::{Generated, KeyKind, SourceColumn, SourceKey, SourceTable, SourceType, TableKind};
pub use target::{TargetColumn, TargetIndex, TargetTable, TargetType};
pub use type_mapping::{conversion_into, default_type};
