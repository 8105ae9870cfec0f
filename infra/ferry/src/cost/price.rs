//! Prices of billed units: us-east-1, on demand, without free tier, as published in 2026.
//!
//! | unit | dollars | source |
//! |---|---|---|
//! | a million invocations | 0.20 | AWS Lambda pricing, requests |
//! | a GB-second on x86_64, arm64 | 0.0000166667, 0.0000133334 | AWS Lambda pricing, duration |
//! | a million requests to standard queues, FIFO queues | 0.40, 0.50 | Amazon SQS pricing; 64 KiB are a request |
//! | a million read units of 4 KB, write units of 1 KB | 0.125, 0.625 | DynamoDB pricing, on demand; two for one in a transaction |
//! | a million requests to the object store | 5.00 | Amazon S3 pricing, PUT; reading costs less and is counted so too |

use migration::usage::Usage;

/// What no figure here holds.
pub(crate) const NOT_COUNTED: &str = "list prices of us-east-1 without free tier; not counted: network and NAT \
    gateways, storage, logs and metrics";

/// A million millionths of a dollar.
const DOLLAR: u64 = 1_000_000_000_000;
const INVOCATION: u64 = 200_000;
const STANDARD_REQUEST: u64 = 400_000;
const FIFO_REQUEST: u64 = 500_000;
const READ_UNIT: u64 = 125_000;
const WRITE_UNIT: u64 = 625_000;
const OBJECT_REQUEST: u64 = 5_000_000;
/// MB-milliseconds of a GB-second.
const GB_SECOND: u64 = 1_024 * 1_000;

/// The processors of a deployment's functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Architecture {
    X86,
    Arm,
}

impl Architecture {
    fn gb_second(self) -> u64 {
        match self {
            Self::X86 => 16_666_700,
            Self::Arm => 13_333_400,
        }
    }
}

/// Dollars by service, in millionths of a millionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) functions: u64,
    pub(crate) queues: u64,
    pub(crate) table: u64,
    pub(crate) objects: u64,
}

impl Cost {
    /// The cost of what was used.
    pub(crate) fn of(usage: &Usage, architecture: Architecture) -> Self {
        let times = |count: u64, price: u64| u128::from(count) * u128::from(price);
        let span = times(usage.memory_mb_ms, architecture.gb_second()) / u128::from(GB_SECOND);
        let sum = |parts: &[u128]| u64::try_from(parts.iter().sum::<u128>()).unwrap_or(u64::MAX);
        Self {
            functions: sum(&[span, times(usage.invocations, INVOCATION)]),
            queues: sum(&[
                times(usage.standard_requests, STANDARD_REQUEST),
                times(usage.fifo_requests, FIFO_REQUEST),
            ]),
            table: sum(&[times(usage.read_units, READ_UNIT), times(usage.write_units, WRITE_UNIT)]),
            objects: sum(&[times(usage.object_requests, OBJECT_REQUEST)]),
        }
    }

    /// All of it in dollars.
    pub(crate) fn usd(&self) -> f64 {
        self.total() as f64 / DOLLAR as f64
    }

    /// All of it.
    pub(crate) fn total(&self) -> u64 {
        [self.queues, self.table, self.objects].into_iter().fold(self.functions, u64::saturating_add)
    }
}

/// `$12.35`; below a dollar with four places, because a run may cost cents.
pub(crate) fn dollars(cost: u64) -> String {
    if cost >= DOLLAR {
        let cents = cost.saturating_add(DOLLAR / 200) / (DOLLAR / 100);
        return format!("${}.{:02}", cents / 100, cents % 100);
    }
    let parts = (cost + DOLLAR / 20_000) / (DOLLAR / 10_000);
    format!("${}.{:04}", parts / 10_000, parts % 10_000)
}

#[cfg(test)]
mod tests {
    use migration::usage::Usage;

    use super::{Architecture, Cost, DOLLAR, dollars};

    #[test]
    fn every_unit_has_its_published_price() {
        let million = 1_000_000;
        let none = Usage::default();
        for (usage, price) in [
            (Usage { invocations: million, ..none }, "$0.2000"),
            (Usage { memory_mb_ms: million * 1_024_000, ..none }, "$16.67"),
            (Usage { standard_requests: million, ..none }, "$0.4000"),
            (Usage { fifo_requests: million, ..none }, "$0.5000"),
            (Usage { read_units: million, ..none }, "$0.1250"),
            (Usage { write_units: million, ..none }, "$0.6250"),
            (Usage { object_requests: million, ..none }, "$5.00"),
        ] {
            assert_eq!(dollars(Cost::of(&usage, Architecture::X86).total()), price, "{usage:?}");
        }
        let span = Usage { memory_mb_ms: million * 1_024_000, ..none };
        assert_eq!(dollars(Cost::of(&span, Architecture::Arm).functions), "$13.33");
        assert_eq!(Cost::of(&Usage { write_units: u64::MAX, ..none }, Architecture::Arm).total(), u64::MAX);
    }

    #[test]
    fn dollars_are_rounded_to_cents_and_below_a_dollar_to_hundredths_of_one() {
        let shown =
            [0, DOLLAR / 30_000, DOLLAR / 2, DOLLAR - 1, DOLLAR, DOLLAR * 1_234 + DOLLAR / 150].map(dollars);
        assert_eq!(shown, ["$0.0000", "$0.0000", "$0.5000", "$1.0000", "$1.00", "$1234.01"]);
    }
}
