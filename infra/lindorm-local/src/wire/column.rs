//! How a column is announced to a client: its MySQL type, character set, length, flags and decimals.

use crate::answer::{Column, ColumnKind};
use crate::wire::output::{Output, put_bytes, put_lenenc};
use crate::wire::protocol::{COLLATION_BINARY, COLLATION_UTF8, column_type};

/// `UNSIGNED_FLAG`.
const UNSIGNED: u16 = 0x20;
/// `BINARY_FLAG`.
const BINARY: u16 = 0x80;
/// The decimals of a number without a fixed count of them.
const DECIMALS_UNFIXED: u8 = 31;
/// The longest value a cell may have (`lindorm.md` 6).
const VALUE_BYTES_MAX: u32 = 2 << 20;

/// What a column definition says besides the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) type_number: u8,
    collation: u8,
    length: u32,
    flags: u16,
    decimals: u8,
}

/// The shape of a column of one kind.
pub(super) fn shape(kind: ColumnKind) -> Shape {
    let number = |type_number, length| Shape {
        type_number,
        collation: COLLATION_BINARY,
        length,
        flags: BINARY,
        decimals: 0,
    };
    let text =
        |type_number, length| Shape { type_number, collation: COLLATION_UTF8, length, flags: 0, decimals: 0 };
    match kind {
        // One digit: drivers take TINY of length 1 for a boolean.
        ColumnKind::Boolean => number(column_type::TINY, 1),
        ColumnKind::TinyInt => number(column_type::TINY, 4),
        ColumnKind::SmallInt => number(column_type::SHORT, 6),
        ColumnKind::Integer => number(column_type::LONG, 11),
        ColumnKind::BigInt => number(column_type::LONGLONG, 20),
        ColumnKind::BigIntUnsigned => Shape { flags: BINARY | UNSIGNED, ..number(column_type::LONGLONG, 20) },
        ColumnKind::Float => Shape { decimals: DECIMALS_UNFIXED, ..number(column_type::FLOAT, 12) },
        ColumnKind::Double => Shape { decimals: DECIMALS_UNFIXED, ..number(column_type::DOUBLE, 22) },
        ColumnKind::Decimal { precision, scale } => {
            let length = u32::from(precision) + 1 + u32::from(scale > 0);
            Shape { decimals: scale, ..number(column_type::NEWDECIMAL, length) }
        }
        ColumnKind::Varchar { length } => {
            text(column_type::VAR_STRING, length.map_or(VALUE_BYTES_MAX, |n| n.saturating_mul(4)))
        }
        ColumnKind::Char { length } => text(column_type::STRING, length.saturating_mul(4)),
        ColumnKind::Binary { length } => number(column_type::STRING, length),
        ColumnKind::Varbinary => number(column_type::VAR_STRING, VALUE_BYTES_MAX),
        ColumnKind::Date => number(column_type::DATE, 10),
        ColumnKind::Time => number(column_type::TIME, 10),
        ColumnKind::Timestamp => Shape { decimals: 3, ..number(column_type::TIMESTAMP, 23) },
        ColumnKind::Json => text(column_type::JSON, u32::MAX),
    }
}

/// Writes the packet that defines a column.
pub(super) fn define(output: &mut Output, column: &Column) {
    write(output, &column.name, shape(column.kind));
}

/// Writes the packet that defines a parameter, of which nothing is known.
pub(super) fn define_param(output: &mut Output) {
    let shape = Shape {
        type_number: column_type::VAR_STRING,
        collation: COLLATION_BINARY,
        length: 0,
        flags: BINARY,
        decimals: 0,
    };
    write(output, "?", shape);
}

fn write(output: &mut Output, name: &str, shape: Shape) {
    let out = output.open();
    put_bytes(out, b"def");
    for _ in ["schema", "table", "original table"] {
        out.push(0);
    }
    put_bytes(out, name.as_bytes());
    put_bytes(out, name.as_bytes());
    put_lenenc(out, 12); // The length of the fixed fields that follow.
    out.extend_from_slice(&u16::from(shape.collation).to_le_bytes());
    out.extend_from_slice(&shape.length.to_le_bytes());
    out.push(shape.type_number);
    out.extend_from_slice(&shape.flags.to_le_bytes());
    out.push(shape.decimals);
    out.extend_from_slice(&[0, 0]);
    output.close();
}
