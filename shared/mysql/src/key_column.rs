//! One key column: how its value is selected, kept, and bound back so that MySQL compares it by the index.
//!
//! A parameter of the wrong type changes the comparison: DECIMAL against a string compares as DOUBLE, a `latin1`
//! column against a `utf8mb4` parameter is converted row by row, an ENUM against a label has no range. Therefore every
//! placeholder states its type, and strings return as the very bytes of the column's character set. Comparing is
//! MySQL's alone; nothing here has an order.
//!
//! Two traps of MySQL itself, seen on 9.7: `CAST(? AS TIME)` makes the parameter a TIME and reads `24:00:00` as zero,
//! so temporal parameters pass through CHAR first; and no inequality on ENUM or SET uses an index, so what follows or
//! precedes a number is listed where the list is short. A list of one is written twice, because the planner turns it
//! into an equality otherwise, which for these types makes it sort.

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
    /// What is compared with the placeholder.
    pub(crate) compared: String,
    /// The parameter, with its type.
    pub(crate) placeholder: String,
    form: Form,
    /// The greatest number of an ENUM or SET whose numbers can be listed.
    greatest: Option<u64>,
}

/// Bits a DOUBLE keeps exactly.
const EXACT_IN_DOUBLE: usize = 52;

/// Numbers a statement lists at most; a SET of more than ten members goes without, and is scanned.
const LISTED_MAX: u64 = 1 << 10;

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
            SourceType::Date => ("CAST(CAST(? AS CHAR) AS DATE)".to_owned(), plain()?),
            SourceType::DateTime { digits } | SourceType::Timestamp { digits } => {
                (format!("CAST(CAST(? AS CHAR) AS DATETIME({digits}))"), plain()?)
            }
            SourceType::Time { digits } => (format!("CAST(CAST(? AS CHAR) AS TIME({digits}))"), plain()?),
            SourceType::Geometry
            | SourceType::Vector { .. }
            | SourceType::Json
            | SourceType::Unknown { .. } => {
                return Err(unfit());
            }
        };
        let greatest = greatest_number(&column.column_type).filter(|greatest| *greatest < LISTED_MAX);
        let quoted = quoted(column.name.as_str());
        let compared = match &column.column_type {
            // MySQL compares a SET with a number as DOUBLE. Nothing is lost by the cast: no index was used either.
            SourceType::Set { labels } if labels.len() > EXACT_IN_DOUBLE => {
                format!("CAST({quoted} AS UNSIGNED)")
            }
            _ => quoted.clone(),
        };
        Ok(Self { name: column.name.clone(), quoted, compared, placeholder, form, greatest })
    }

    /// The column.
    pub(crate) fn name(&self) -> &ColumnName {
        &self.name
    }

    /// The numbers at or on one side of a value, as a list for `IN`; none where the column is compared by operators.
    pub(crate) fn listed(&self, side: Side, value: &Value) -> Option<Vec<u64>> {
        let greatest = self.greatest?;
        let bound = match value {
            Value::UInt(number) => *number,
            Value::Int(number) => u64::try_from(*number).ok()?,
            Value::NULL
            | Value::Bytes(_)
            | Value::Float(_)
            | Value::Double(_)
            | Value::Date(..)
            | Value::Time(..) => {
                return None;
            }
        };
        let all = 0..=greatest;
        Some(match side {
            Side::At => vec![bound],
            Side::Above => all.filter(|number| *number > bound).collect(),
            Side::FromOn => all.filter(|number| *number >= bound).collect(),
            Side::Below => all.filter(|number| *number < bound).collect(),
            Side::UpTo => all.filter(|number| *number <= bound).collect(),
        })
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

/// Where values lie, seen from a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// `=`
    At,
    /// `>`
    Above,
    /// `>=`
    FromOn,
    /// `<`
    Below,
    /// `<=`
    UpTo,
}

impl Side {
    /// The operator.
    pub(crate) fn operator(self) -> &'static str {
        match self {
            Self::At => "=",
            Self::Above => ">",
            Self::FromOn => ">=",
            Self::Below => "<",
            Self::UpTo => "<=",
        }
    }
}

/// The greatest number of an ENUM's labels or of a SET's combinations; zero is the least (the error value, nothing).
fn greatest_number(column_type: &SourceType) -> Option<u64> {
    match column_type {
        SourceType::Enum { labels } => Some(labels.len() as u64),
        SourceType::Set { labels } => {
            1_u64.checked_shl(u32::try_from(labels.len()).ok()?).map(|count| count - 1)
        }
        SourceType::Integer { .. }
        | SourceType::Float
        | SourceType::Double
        | SourceType::Decimal { .. }
        | SourceType::Varchar { .. }
        | SourceType::Text { .. }
        | SourceType::Binary { .. }
        | SourceType::Varbinary { .. }
        | SourceType::Blob { .. }
        | SourceType::Geometry
        | SourceType::Vector { .. }
        | SourceType::Bit { .. }
        | SourceType::Date
        | SourceType::DateTime { .. }
        | SourceType::Timestamp { .. }
        | SourceType::Time { .. }
        | SourceType::Year
        | SourceType::Json
        | SourceType::Unknown { .. } => None,
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
