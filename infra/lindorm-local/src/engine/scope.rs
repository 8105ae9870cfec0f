//! What one execution of a statement knows besides its text: parameters, session, time, assumptions.

use std::time::{Duration, Instant};

use crate::answer::{Datum, SqlError};
use crate::engine::coerce::Conversion;
use crate::engine::row::Merging;
use crate::engine::schema::Schema;
use crate::engine::shown::moment;
use crate::engine::{Assumptions, Session};
use crate::refusal;
use crate::sql::{Hints, Scalar};

/// The time a statement has without a hint.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);

/// One execution.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) assumptions: &'a Assumptions,
    pub(crate) now_ms: i64,
    pub(crate) zone_ms: i64,
    pub(crate) deadline: Instant,
    params: &'a [Datum<'a>],
    now: Datum<'static>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        assumptions: &'a Assumptions,
        now_ms: i64,
        session: &Session,
        hints: Option<&Hints>,
        params: &'a [Datum<'a>],
    ) -> Self {
        let timeout = hints.and_then(|hints| hints.timeout_ms).map_or(DEFAULT_TIMEOUT, Duration::from_millis);
        let zone_ms = session.zone.offset_ms;
        let deadline = Instant::now() + timeout.min(Duration::from_secs(86_400));
        Self { assumptions, now_ms, zone_ms, deadline, params, now: moment(now_ms, zone_ms) }
    }

    /// The value a scalar stands for. The number of parameters was checked before.
    pub(crate) fn value<'s>(&'s self, scalar: &'s Scalar) -> &'s Datum<'s> {
        match scalar {
            Scalar::Literal(datum) => datum,
            Scalar::Param(index) => self.params.get(*index).unwrap_or(&Datum::Null),
            Scalar::Now => &self.now,
        }
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
