//! One column of an image: the form its type is logged in, joined with what only the schema knows.

use migration::schema::{SourceColumn, SourceType};

use crate::row_image::charset::Charset;
use crate::row_image::length::StringType;

/// How a column's bytes become a value.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    Int,
    UInt,
    Float,
    Double,
    Decimal {
        precision: u8,
        scale: u8,
    },
    /// CHAR is stored without the spaces at its end, whatever the log holds.
    Text {
        charset: Charset,
        fixed: bool,
    },
    Enum {
        labels: Vec<String>,
    },
    Set {
        labels: Vec<String>,
    },
    /// BINARY(n), whose zeros at the end the log leaves out.
    Padded {
        bytes: usize,
    },
    Bytes,
    Bit,
    Year,
    Date,
    DateTime {
        digits: u8,
    },
    Timestamp {
        digits: u8,
    },
    Time {
        digits: u8,
    },
    Json,
    /// A string whose character set cannot be converted; its values can be passed over only.
    ForeignCharset,
    /// ENUM or SET whose labels nobody tells exactly; its values can be passed over only.
    UncertainLabels,
    /// A type that is not known; its values can be passed over only.
    Unknown,
}

/// The form of a column; none where its known type is never logged as this type number with this metadata.
pub(crate) fn form(column: &SourceColumn, type_number: u8, metadata: [u8; 2]) -> Option<Form> {
    let [first, second] = metadata;
    let string = (type_number == 254).then(|| StringType::of(metadata)).flatten();
    let digits_fit = |number: u8, digits: u8| type_number == number && first == digits;
    let (fits, form) = match &column.column_type {
        SourceType::Integer { bytes, unsigned } => {
            let number = match bytes {
                1 => 1,
                2 => 2,
                3 => 9,
                4 => 3,
                _ => 8,
            };
            (type_number == number, if *unsigned { Form::UInt } else { Form::Int })
        }
        SourceType::Float => (type_number == 4, Form::Float),
        SourceType::Double => (type_number == 5, Form::Double),
        SourceType::Decimal { precision, scale } => {
            let same = u32::from(first) == *precision && u32::from(second) == *scale;
            (type_number == 246 && same, Form::Decimal { precision: first, scale: second })
        }
        SourceType::Varchar { fixed: false, .. } => (matches!(type_number, 15 | 253), text(column, false)),
        SourceType::Varchar { fixed: true, .. } => {
            (matches!(string, Some(StringType::String(_))), text(column, true))
        }
        SourceType::Text { bytes_max } => {
            (type_number == 252 && first == length_bytes(*bytes_max), text(column, false))
        }
        SourceType::Enum { labels } => {
            let bytes = if labels.len() < 256 { 1 } else { 2 };
            (string == Some(StringType::Enum(bytes)), Form::Enum { labels: labels.clone() })
        }
        SourceType::Set { labels } => {
            let bytes = match labels.len().div_ceil(8) {
                bytes @ 0..=4 => u8::try_from(bytes.max(1)).ok()?,
                _ => 8,
            };
            (string == Some(StringType::Set(bytes)), Form::Set { labels: labels.clone() })
        }
        SourceType::Binary { bytes } => {
            let stored = u16::try_from(*bytes).ok()?;
            (string == Some(StringType::String(stored)), Form::Padded { bytes: usize::from(stored) })
        }
        SourceType::Varbinary { bytes_max } => {
            let same = u32::from(u16::from_le_bytes(metadata)) == *bytes_max;
            (matches!(type_number, 15 | 253) && same, Form::Bytes)
        }
        SourceType::Blob { bytes_max } => {
            (type_number == 252 && first == length_bytes(*bytes_max), Form::Bytes)
        }
        SourceType::Geometry => (type_number == 255, Form::Bytes),
        SourceType::Vector { .. } => (type_number == 242, Form::Bytes),
        SourceType::Bit { bits } => {
            (type_number == 16 && u16::from(second) * 8 + u16::from(first) == u16::from(*bits), Form::Bit)
        }
        SourceType::Date => (matches!(type_number, 10 | 14), Form::Date),
        SourceType::DateTime { digits } => (digits_fit(18, *digits), Form::DateTime { digits: *digits }),
        SourceType::Timestamp { digits } => (digits_fit(17, *digits), Form::Timestamp { digits: *digits }),
        SourceType::Time { digits } => (digits_fit(19, *digits), Form::Time { digits: *digits }),
        SourceType::Year => (type_number == 13, Form::Year),
        SourceType::Json => (type_number == 245, Form::Json),
        SourceType::Unknown { .. } => (true, Form::Unknown),
    };
    fits.then_some(form)
}

fn text(column: &SourceColumn, fixed: bool) -> Form {
    let charset = column.charset.as_deref().and_then(Charset::of);
    charset.map_or(Form::ForeignCharset, |charset| Form::Text { charset, fixed })
}

/// Bytes of the length of a BLOB or TEXT, as its type's bound says.
fn length_bytes(bytes_max: u64) -> u8 {
    match bytes_max {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xff_ffff => 3,
        _ => 4,
    }
}
