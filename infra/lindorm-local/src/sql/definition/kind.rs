//! Column types of CREATE TABLE and ADD COLUMN, with MySQL's other types refused by name.

use crate::answer::{ColumnKind, SqlError};
use crate::refusal::{syntax, unsupported};
use crate::sql::cursor::Cursor;
use crate::sql::lexer::Token;

/// The longest CHAR, VARCHAR and BINARY: the limit of a value.
const LONGEST: u32 = 2_097_152;

/// Reads a type.
pub(crate) fn kind(cursor: &mut Cursor<'_>) -> Result<ColumnKind, SqlError> {
    let Token::Word(word) = cursor.advance()? else { return Err(syntax("a column's type is missing")) };
    let word = word.to_ascii_lowercase();
    let kind = match word.as_str() {
        "boolean" => ColumnKind::Boolean,
        "tinyint" => ColumnKind::TinyInt,
        "smallint" => ColumnKind::SmallInt,
        "integer" | "int" => ColumnKind::Integer,
        "bigint" => bigint(cursor)?,
        "float" => ColumnKind::Float,
        "double" => ColumnKind::Double,
        "decimal" => decimal(cursor)?,
        "varchar" => ColumnKind::Varchar { length: length(cursor)? },
        "char" => ColumnKind::Char { length: required(length(cursor)?, "CHAR")? },
        "binary" => ColumnKind::Binary { length: required(length(cursor)?, "BINARY")? },
        "varbinary" => {
            length(cursor)?;
            ColumnKind::Varbinary
        }
        "date" => ColumnKind::Date,
        "time" => ColumnKind::Time,
        "timestamp" => timestamp(cursor)?,
        "json" => ColumnKind::Json,
        _ => return Err(unsupported(&format!("the type {}", word.to_uppercase()))),
    };
    if cursor.is_symbol("(") {
        return Err(unsupported(&format!("a width on {}", word.to_uppercase())));
    }
    for refused in ["unsigned", "signed", "zerofill", "precision"] {
        if cursor.is(refused) {
            return Err(unsupported(&format!("{} {}", word.to_uppercase(), refused.to_uppercase())));
        }
    }
    Ok(kind)
}

fn bigint(cursor: &mut Cursor<'_>) -> Result<ColumnKind, SqlError> {
    Ok(if cursor.take("unsigned")? { ColumnKind::BigIntUnsigned } else { ColumnKind::BigInt })
}

fn decimal(cursor: &mut Cursor<'_>) -> Result<ColumnKind, SqlError> {
    if !cursor.take_symbol("(")? {
        return Err(syntax("DECIMAL needs its precision and scale"));
    }
    let precision = cursor.small_number()?;
    cursor.expect_symbol(",")?;
    let scale = cursor.small_number()?;
    cursor.expect_symbol(")")?;
    match (u8::try_from(precision), u8::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) if scale <= precision => {
            Ok(ColumnKind::Decimal { precision, scale })
        }
        _ => Err(syntax("DECIMAL has a precision of 1 to 38 and a scale of 0 to the precision")),
    }
}

fn timestamp(cursor: &mut Cursor<'_>) -> Result<ColumnKind, SqlError> {
    if length(cursor)?.is_some_and(|digits| digits != 3) {
        return Err(unsupported("TIMESTAMP with other than 3 fraction digits"));
    }
    Ok(ColumnKind::Timestamp)
}

fn length(cursor: &mut Cursor<'_>) -> Result<Option<u32>, SqlError> {
    if !cursor.take_symbol("(")? {
        return Ok(None);
    }
    let length = cursor.small_number()?;
    cursor.expect_symbol(")")?;
    if length == 0 || length > LONGEST {
        return Err(syntax("a length is between 1 and 2097152"));
    }
    Ok(Some(length))
}

fn required(length: Option<u32>, word: &str) -> Result<u32, SqlError> {
    length.ok_or_else(|| syntax(&format!("{word} needs its length")))
}
