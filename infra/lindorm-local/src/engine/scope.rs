//! What one execution of a statement knows besides its text: parameters, session, time, assumptions.

use std::time::{Duration, Instant};

use crate::answer::{ColumnKind, Datum, SqlError};
use crate::engine::coerce::Conversion;
use crate::engine::row::Merging;
use crate::engine::schema::{ColumnDef, Schema};
use crate::engine::shown::moment;
use crate::engine::system::Settings;
use crate::engine::{Assumptions, BoundText, OverLimitCode, Session, ValueErrorCode};
use crate::refusal;
use crate::sql::{Hints, Scalar};

/// What a value can be refused for, by MySQL's numbers.
const OF_VALUES: [u16; 6] = [1048, 1264, 1292, 1366, 1406, 3140];
/// The time a statement has without a hint.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);

/// One execution.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) assumptions: &'a Assumptions,
    pub(crate) settings: Settings,
    pub(crate) now_ms: i64,
    pub(crate) zone_ms: i64,
    pub(crate) deadline: Instant,
    params: &'a [Datum<'a>],
    now: Datum<'static>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        assumptions: &'a Assumptions,
        settings: Settings,
        now_ms: i64,
        session: &Session,
        hints: Option<&Hints>,
        params: &'a [Datum<'a>],
    ) -> Self {
        let timeout = hints.and_then(|hints| hints.timeout_ms).map_or(DEFAULT_TIMEOUT, Duration::from_millis);
        let zone_ms = session.zone.offset_ms;
        let deadline = Instant::now() + timeout.min(Duration::from_secs(86_400));
        Self { assumptions, settings, now_ms, zone_ms, deadline, params, now: moment(now_ms, zone_ms) }
    }

    /// The value a scalar stands for. The number of parameters was checked before.
    pub(crate) fn value<'s>(&'s self, scalar: &'s Scalar) -> &'s Datum<'s> {
        match scalar {
            Scalar::Literal(datum) => datum,
            Scalar::Param(index) => self.params.get(*index).unwrap_or(&Datum::Null),
            Scalar::Now => &self.now,
        }
    }

    /// The value that is to be stored in a column.
    ///
    /// # Errors
    /// 1366 for a bound text where the column's type is none and the assumptions refuse that.
    pub(crate) fn stored_value<'s>(
        &'s self,
        scalar: &'s Scalar,
        column: &ColumnDef,
    ) -> Result<&'s Datum<'s>, SqlError> {
        let value = self.value(scalar);
        let bound = self.assumptions.bound_text == BoundText::Refused && matches!(scalar, Scalar::Param(_));
        if bound && matches!(value, Datum::Text(_) | Datum::Bytes(_)) && wants_conversion(column.kind) {
            return Err(refusal::wrong_value("bound", &column.name));
        }
        Ok(value)
    }

    pub(crate) fn conversion(&self, schema: &Schema) -> Conversion<'a> {
        Conversion { assumptions: self.assumptions, zone_ms: self.zone_ms, longest: schema.longest_value() }
    }

    pub(crate) fn merging(&self, schema: &Schema) -> Merging {
        Merging {
            versions: schema.versions(),
            equal_stamp: self.assumptions.equal_stamp,
            null_write: self.assumptions.null_write,
        }
    }

    /// A refusal with the number that the assumptions give it, where it is about a value.
    pub(crate) fn numbered(&self, error: SqlError) -> SqlError {
        match self.assumptions.value_error_code {
            ValueErrorCode::Unknown if OF_VALUES.contains(&error.code) => refusal::unfit_value(),
            ValueErrorCode::Unknown | ValueErrorCode::Mysql => error,
        }
    }

    /// The refusal of a statement with too many rows or bytes.
    pub(crate) fn too_large(&self, what: &str) -> SqlError {
        match self.assumptions.over_limit_code {
            OverLimitCode::Lindorm => refusal::over_limit(what),
            OverLimitCode::Mysql => refusal::statement_too_large(what),
            OverLimitCode::Unsupported => refusal::unsupported(what),
        }
    }

    /// A natural number of LIMIT or OFFSET.
    pub(crate) fn count(&self, scalar: &Scalar) -> Result<u64, SqlError> {
        let number = match self.value(scalar) {
            Datum::Int(number) => u64::try_from(*number).ok(),
            Datum::UInt(number) => Some(*number),
            _ => None,
        };
        number.ok_or_else(|| refusal::syntax("LIMIT and OFFSET take a natural number"))
    }
}

/// Whether a text has to be read as something else to be stored.
fn wants_conversion(kind: ColumnKind) -> bool {
    match kind {
        ColumnKind::Boolean
        | ColumnKind::Decimal { .. }
        | ColumnKind::Date
        | ColumnKind::Time
        | ColumnKind::Timestamp => true,
        ColumnKind::TinyInt
        | ColumnKind::SmallInt
        | ColumnKind::Integer
        | ColumnKind::BigInt
        | ColumnKind::BigIntUnsigned
        | ColumnKind::Float
        | ColumnKind::Double
        | ColumnKind::Varchar { .. }
        | ColumnKind::Char { .. }
        | ColumnKind::Binary { .. }
        | ColumnKind::Varbinary
        | ColumnKind::Json => false,
    }
}
