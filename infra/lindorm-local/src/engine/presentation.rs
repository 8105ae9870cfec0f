//! How values are read back where the pages leave their form open: the type a client is told, and the value in it.
//!
//! Only columns of tables pass through here; what is stored and compared never changes.

use std::borrow::Cow;

use crate::answer::{ColumnKind, Datum};
use crate::engine::{Assumptions, BooleanResult, DecimalResult, JsonResult, TemporalResult};

const TEXT: ColumnKind = ColumnKind::Varchar { length: None };

/// The forms of one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Presentation {
    decimal: DecimalResult,
    boolean: BooleanResult,
    temporal: TemporalResult,
    json: JsonResult,
}

impl Presentation {
    pub(crate) fn new(assumptions: &Assumptions) -> Self {
        Self {
            decimal: assumptions.decimal_result,
            boolean: assumptions.boolean_result,
            temporal: assumptions.temporal_result,
            json: assumptions.json_result,
        }
    }

    /// The type a client is told.
    pub(crate) fn kind(self, kind: ColumnKind) -> ColumnKind {
        match kind {
            ColumnKind::Boolean => match self.boolean {
                BooleanResult::Tinyint => kind,
                BooleanResult::Text => TEXT,
                BooleanResult::Bit => ColumnKind::Binary { length: 1 },
            },
            ColumnKind::Date | ColumnKind::Time | ColumnKind::Timestamp => match self.temporal {
                TemporalResult::Typed => kind,
                TemporalResult::Text => TEXT,
            },
            ColumnKind::TinyInt
            | ColumnKind::SmallInt
            | ColumnKind::Integer
            | ColumnKind::BigInt
            | ColumnKind::BigIntUnsigned
            | ColumnKind::Float
            | ColumnKind::Double
            | ColumnKind::Decimal { .. }
            | ColumnKind::Varchar { .. }
            | ColumnKind::Char { .. }
            | ColumnKind::Binary { .. }
            | ColumnKind::Varbinary
            | ColumnKind::Json => kind,
        }
    }

    /// The value of a column of this kind.
    pub(crate) fn value(self, kind: ColumnKind, value: Datum<'_>) -> Datum<'_> {
        match value {
            Datum::Bool(yes) => match self.boolean {
                BooleanResult::Tinyint => value,
                BooleanResult::Text => Datum::Text(Cow::Borrowed(if yes { "true" } else { "false" })),
                BooleanResult::Bit => Datum::Bytes(Cow::Owned(vec![u8::from(yes)])),
            },
            Datum::Decimal(text) if self.decimal == DecimalResult::Stripped => {
                Datum::Decimal(Cow::Owned(stripped(&text).to_owned()))
            }
            Datum::Text(text) if kind == ColumnKind::Json && self.json == JsonResult::Normalized => {
                Datum::Text(Cow::Owned(normalized(&text)))
            }
            Datum::Date { .. } | Datum::Time { .. } | Datum::DateTime { .. }
                if self.temporal == TemporalResult::Text =>
            {
                Datum::Text(Cow::Owned(clock_text(&value)))
            }
            other => other,
        }
    }
}

/// A number without the zeros at the end of its fraction.
fn stripped(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// The same document without blanks and with sorted keys. Only documents are stored, so every text can be read.
fn normalized(text: &str) -> String {
    serde_json::from_str::<serde_json::Value>(text)
        .map_or_else(|_| text.to_owned(), |document| document.to_string())
}

fn clock_text(value: &Datum<'_>) -> String {
    match value {
        Datum::Date { year, month, day } => format!("{year:04}-{month:02}-{day:02}"),
        Datum::Time { hours, minutes, seconds, .. } => format!("{hours:02}:{minutes:02}:{seconds:02}"),
        Datum::DateTime { year, month, day, hour, minute, second, micros } => {
            let millis = micros / 1000;
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{millis:03}")
        }
        _ => String::new(),
    }
}
