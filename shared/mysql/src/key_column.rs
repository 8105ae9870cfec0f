//! One key column: how its value is selected, kept, and bound back so that MySQL compares it by the index.
//!
//! A parameter of the wrong type changes the comparison: DECIMAL against a string compares as DOUBLE, a `latin1`
//! column against a `utf8mb4` parameter is converted row by row, an ENUM against a label has no range. Therefore every
//! placeholder states its type, and strings return as the very bytes of the column's character set. Comparing is
//! MySQL's alone; nothing here has an order.

use migration::ident::ColumnName;
use migration::key::KeyValue;
use migration::port::PortError;
use migration::schema::{SourceColumn, SourceType};
use migration::value::SourceValue;
use mysql_async::Value;

use crate::classify::fault;
use crate::quoting::quoted;
use crate::read::Decoder;

/// How values of a key column travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyColumn {
    name: ColumnName,
    /// The quoted name.
    pub(crate) quoted: String,
    /// The parameter, with its type.
    pub(crate) placeholder: String,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The value itself is the key value.
    Plain(Decoder),
    /// The value's UTF-8 text is the column's own bytes.
    Utf8,
    /// The column's own bytes must be asked for.
    OtherCharset,
    /// ENUM and SET, by number.
    Number,
}

impl KeyColumn {
    /// How the column is compared.
    ///
    /// # Errors
    /// For types that cannot be compared by an index over the whole column.
    pub(crate) fn of(column: &SourceColumn) -> Result<Self, PortError> {
        let unfit = || fault(format!("column {} of type {} cannot be a key", column.name, column.spelling));
        let plain = || Decoder::of(&column.column_type).map(Form::Plain).ok_or_else(unfit);
        let (placeholder, form) = match &column.column_type {
            SourceType::Integer { .. } | SourceType::Year | SourceType::Float | SourceType::Double => {
                ("?".to_owned(), plain()?)
            }
            SourceType::Decimal { precision, scale } => {
                (format!("CAST(? AS DECIMAL({precision},{scale}))"), plain()?)
            }
            SourceType::Varchar { .. } | SourceType::Text { .. } => {
                let (Some(charset), Some(collation)) = (&column.charset, &column.collation) else {
                    return Err(unfit());
                };
                if !is_word(charset) || !is_word(collation) {
                    return Err(unfit());
                }
                let form = if is_utf8(charset) { Form::Utf8 } else { Form::OtherCharset };
                (format!("CONVERT(CAST(? AS BINARY) USING {charset}) COLLATE {collation}"), form)
            }
            SourceType::Enum { .. } | SourceType::Set { .. } => {
                ("CAST(? AS UNSIGNED)".to_owned(), Form::Number)
            }
            SourceType::Bit { .. } => ("CAST(? AS UNSIGNED)".to_owned(), plain()?),
            SourceType::Binary { .. } | SourceType::Varbinary { .. } | SourceType::Blob { .. } => {
                ("CAST(? AS BINARY)".to_owned(), plain()?)
            }
            SourceType::Date => ("CAST(? AS DATE)".to_owned(), plain()?),
            SourceType::DateTime { digits } | SourceType::Timestamp { digits } => {
                (format!("CAST(? AS DATETIME({digits}))"), plain()?)
            }
            SourceType::Time { digits } => (format!("CAST(? AS TIME({digits}))"), plain()?),
            SourceType::Geometry
            | SourceType::Vector { .. }
            | SourceType::Json
            | SourceType::Unknown { .. } => {
                return Err(unfit());
            }
        };
        Ok(Self { name: column.name.clone(), quoted: quoted(column.name.as_str()), placeholder, form })
    }

    /// The column.
    pub(crate) fn name(&self) -> &ColumnName {
        &self.name
    }

    /// Whether [`key_of`](Self::key_of) can tell the key value from the row's own value.
    pub(crate) fn is_told_by_value(&self) -> bool {
        match self.form {
            Form::Plain(_) | Form::Utf8 => true,
            Form::OtherCharset | Form::Number => false,
        }
    }

    /// The expression that selects the key value.
    pub(crate) fn selected(&self) -> String {
        match self.form {
            Form::Plain(_) => self.quoted.clone(),
            Form::Utf8 | Form::OtherCharset => format!("CAST({} AS BINARY)", self.quoted),
            // Not `column + 0`: MySQL types the sum DOUBLE, which loses members of a SET beyond the 53rd.
            Form::Number => format!("CAST({} AS UNSIGNED)", self.quoted),
        }
    }

    /// The key value from what [`selected`](Self::selected) yields.
    pub(crate) fn decode(&self, value: Value) -> Result<KeyValue, PortError> {
        let decoder = match self.form {
            Form::Plain(decoder) => decoder,
            Form::Utf8 | Form::OtherCharset => Decoder::Bytes,
            Form::Number => Decoder::UInt,
        };
        let decoded = decoder.decode(value).ok_or_else(|| self.mismatch())?;
        self.key_of(&decoded)
    }

    /// The key value of a row's own value.
    pub(crate) fn key_of(&self, value: &SourceValue) -> Result<KeyValue, PortError> {
        let key = match value {
            SourceValue::Int(number) => KeyValue::Int(*number),
            SourceValue::UInt(number) | SourceValue::Bit(number) => KeyValue::UInt(*number),
            SourceValue::Float(number) => KeyValue::DoubleBits(f64::from(*number).to_bits()),
            SourceValue::Double(number) => KeyValue::DoubleBits(number.to_bits()),
            SourceValue::Decimal(text) => KeyValue::Text(text.clone()),
            SourceValue::Text(text) => KeyValue::Bytes(text.as_bytes().to_vec()),
            SourceValue::Bytes(bytes) => KeyValue::Bytes(bytes.clone()),
            SourceValue::Date(date) => KeyValue::Text(date.to_string()),
            SourceValue::DateTime(at) => KeyValue::Text(at.text(6)),
            SourceValue::Time(time) => KeyValue::Text(time.text(6)),
            SourceValue::Null | SourceValue::Json(_) | SourceValue::NotFetched { .. } => {
                return Err(self.mismatch());
            }
        };
        Ok(key)
    }

    /// The parameter for [`placeholder`](Self::placeholder).
    pub(crate) fn bind(key: &KeyValue) -> Value {
        match key {
            KeyValue::Int(number) => Value::Int(*number),
            KeyValue::UInt(number) => Value::UInt(*number),
            KeyValue::DoubleBits(bits) => Value::Double(f64::from_bits(*bits)),
            KeyValue::Text(text) => Value::Bytes(text.as_bytes().to_vec()),
            KeyValue::Bytes(bytes) => Value::Bytes(bytes.clone()),
        }
    }

    fn mismatch(&self) -> PortError {
        fault(format!("key column {} holds a value that is not of its type", self.name))
    }
}

/// Character sets whose bytes are those of the UTF-8 text.
pub(crate) fn is_utf8(charset: &str) -> bool {
    matches!(charset, "utf8mb4" | "utf8mb3" | "utf8" | "ascii")
}

/// Whether a name from the catalog can stand in a statement as it is.
fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
