//! What a move will use of billed services, and how long it takes.
//!
//! # The copy
//!
//! A table of R rows and B bytes in C chunks, whose record has T KB:
//!
//! | | |
//! |---|---|
//! | copying | s = max(R / rows a second, B / bytes a second) of one copier |
//! | pages | P = max(R / 10,000, B / 4 MiB, C) |
//! | invocations | a copier's for each chunk and for each 105 s of a longer one; a planner's each minute |
//! | memory | 1,769 MB for all s; 512 MB of the planner for the whole span, as if it always worked |
//! | standard queues | 3 for an invocation: sent, received, deleted |
//! | write units | a page: chunk and lease put, owner and table checked = 6 + 2 T; a chunk, made, taken and ended: 16 + 4 T |
//! | read units | a chunk: 14 + T / 4; a page: 2 |
//!
//! In a transaction every record counts twice, also one that is only checked. The span is 15 s for former owners of the
//! target's tables, and all s over the copiers that work at once, or the longest chunk.
//!
//! # Following
//!
//! Rows wait at most 200 ms for others; then every lane with a row has a message. At r changes a second over L lanes a
//! million changes come in F = 5,000,000 / r stores of the position (one for each change at most) and in
//! M = F L messages, between 500 (2,000 changes fill one) and a million (one each).
//!
//! | | |
//! |---|---|
//! | invocations, memory | M of an applier, each 0.1 s of 1,769 MB |
//! | FIFO queue | 2.1 M: sent ten at a time, received, deleted |
//! | write units | 12 M + 8 F |
//! | read units | 8 M + 2 F |
//!
//! A day in which nothing changes: see [`UPKEEP`].
//!
//! # Where the rates come from
//!
//! `make bench`, two cores (AMD EPYC, virtual), MySQL, the stand-in and four copiers sharing both: 408,000 rows and
//! 53.3 MiB a second together. A function of 1,769 MB has one core, so one copier is taken for a fourth of that. A target
//! behind a network is slower: the second rate, 5 MB a second, is the usual guess for that.
//! An applier's 0.1 s is what the measured lag at 2,000 rows a second (median 187 ms) leaves beside waiting for others (100 ms
//! on average).

use std::time::Duration;

use migration::usage::Usage;

const COPIER_MB: u64 = 1_769;
const READER_MB: u64 = 1_769;
const APPLIER_MB: u64 = 1_769;
const PLANNER_MB: u64 = 512;
/// What is left of a copier's 120 s when it hands the rest on.
const COPIER_LIFE_MS: u64 = 105_000;
const PAGE_ROWS: u64 = 10_000;
const PAGE_BYTES: u64 = 4 << 20;
/// The wait for an unknown former owner of a target table.
const START_MS: u64 = 15_000;
const MILLION: u64 = 1_000_000;
const DAY_SECONDS: u64 = 86_400;
const DAY_MINUTES: u64 = 1_440;
/// Receives of an event source mapping that waits: five at a time, each 20 s.
const POLLS_A_DAY: u64 = 5 * 3 * DAY_MINUTES;

/// What one copier does in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    rows: u64,
    bytes: u64,
}

impl Rate {
    /// As measured with everything on one machine.
    pub(crate) const MEASURED: Self = Self { rows: 102_000, bytes: 13_972_275 };
    /// For a target behind a network.
    pub(crate) const CAREFUL: Self = Self { rows: 36_500, bytes: 5_000_000 };
}

/// What a table's move depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableSize {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) chunks: u64,
    /// Of its record in the checkpoint table.
    pub(crate) record_bytes: u64,
}

/// A copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Estimate {
    pub(crate) usage: Usage,
    pub(crate) span: Duration,
}

impl Estimate {
    /// Of copying these tables with so many copiers at once.
    pub(crate) fn of(tables: &[TableSize], copiers: u64, rate: Rate) -> Self {
        let (mut usage, mut copying_ms, mut longest_ms) = (Usage::default(), 0_u64, 0);
        for table in tables {
            let chunks = table.chunks.max(1);
            let table_ms = (table.rows.saturating_mul(1_000) / rate.rows)
                .max(table.bytes.saturating_mul(1_000) / rate.bytes);
            let chunk_ms = table_ms / chunks;
            let pages = table.rows.div_ceil(PAGE_ROWS).max(table.bytes.div_ceil(PAGE_BYTES)).max(chunks);
            let record_kb = table.record_bytes.div_ceil(1_000).max(1);
            let copiers = chunks.saturating_mul(1 + chunk_ms / COPIER_LIFE_MS);
            usage = usage.plus(Usage {
                invocations: copiers,
                memory_mb_ms: table_ms.saturating_mul(COPIER_MB),
                standard_requests: copiers.saturating_mul(3),
                write_units: pages
                    .saturating_mul(6 + 2 * record_kb)
                    .saturating_add(chunks.saturating_mul(16 + 4 * record_kb)),
                read_units: pages
                    .saturating_mul(2)
                    .saturating_add(chunks.saturating_mul(14 + record_kb.div_ceil(4))),
                ..Usage::default()
            });
            copying_ms = copying_ms.saturating_add(table_ms);
            longest_ms = longest_ms.max(chunk_ms);
        }
        let span_ms = START_MS + longest_ms.max(copying_ms / copiers.max(1));
        let minutes = span_ms.div_ceil(60_000);
        usage = usage.plus(Usage {
            invocations: minutes,
            memory_mb_ms: span_ms.saturating_mul(PLANNER_MB),
            standard_requests: minutes.saturating_mul(3),
            ..Usage::default()
        });
        Self { usage, span: Duration::from_millis(span_ms) }
    }
}

/// A day in which nothing changes: the tick (0.1 s a minute), waiting receives of five mappings, and the reader: always at
/// work and storing once a second that the source is quiet, or (second) 2 s a minute with a few stores.
pub(crate) const UPKEEP: [Usage; 2] =
    [upkeep(DAY_SECONDS, DAY_SECONDS), upkeep(2 * DAY_MINUTES, 4 * DAY_MINUTES)];

const fn upkeep(reading_seconds: u64, stores: u64) -> Usage {
    Usage {
        invocations: 2 * DAY_MINUTES,
        memory_mb_ms: (reading_seconds * 1_000 + DAY_MINUTES * 100) * READER_MB,
        standard_requests: 4 * POLLS_A_DAY,
        fifo_requests: POLLS_A_DAY,
        read_units: 2 * stores + 10 * DAY_MINUTES,
        write_units: 8 * stores,
        object_requests: 0,
    }
}

/// A million changes that come at so many a second.
pub(crate) fn million_changes(changes_a_second: u64, lanes: u64) -> Usage {
    let stores = (5 * MILLION / changes_a_second.max(1)).clamp(1, MILLION);
    let messages = stores.saturating_mul(lanes).clamp(MILLION / 2_000, MILLION);
    Usage {
        invocations: messages,
        memory_mb_ms: messages * 100 * APPLIER_MB,
        fifo_requests: messages * 21 / 10,
        write_units: 12 * messages + 8 * stores,
        read_units: 8 * messages + 2 * stores,
        ..Usage::default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Estimate, Rate, TableSize, UPKEEP, million_changes};
    use crate::cost::{Architecture, Cost, dollars};

    /// The worked example of the README: 100 GiB in rows of 1 KiB, chunks of 64 MiB, eight copiers.
    const EXAMPLE: TableSize =
        TableSize { rows: 104_857_600, bytes: 100 << 30, chunks: 1_601, record_bytes: 3_500 };

    fn priced(usage: &migration::usage::Usage) -> [String; 4] {
        let (x86, arm) = (Cost::of(usage, Architecture::X86), Cost::of(usage, Architecture::Arm));
        [x86.total(), arm.total(), x86.functions, x86.table].map(dollars)
    }

    #[test]
    fn the_worked_example_comes_to_what_the_readme_says() {
        let measured = Estimate::of(&[EXAMPLE], 8, Rate::MEASURED);
        assert_eq!(measured.span, Duration::from_millis(975_600));
        assert_eq!(priced(&measured.usage), ["$0.4971", "$0.4512", "$0.2297", "$0.2654"]);
        let careful = Estimate::of(&[EXAMPLE], 8, Rate::CAREFUL);
        assert_eq!(careful.span, Duration::from_millis(2_699_354));
        assert_eq!(priced(&careful.usage), ["$0.9085", "$0.7804", "$0.6411", "$0.2654"]);
    }

    #[test]
    fn upkeep_and_changes_come_to_what_the_readme_says() {
        let days = UPKEEP.map(|usage| dollars(Cost::of(&usage, Architecture::X86).total()));
        assert_eq!(days, ["$2.99", "$0.1650"]);
        let millions = [10, 1_000, 100_000]
            .map(|rate| dollars(Cost::of(&million_changes(rate, 16), Architecture::X86).total()));
        assert_eq!(millions, ["$15.25", "$1.04", "$0.0104"]);
    }

    #[test]
    fn an_empty_selection_costs_its_start() {
        let none = Estimate::of(&[], 0, Rate::MEASURED);
        assert_eq!((none.usage.invocations, none.span), (1, Duration::from_secs(15)));
    }

    #[test]
    fn nothing_overflows() {
        let most = TableSize { rows: u64::MAX, bytes: u64::MAX, chunks: u64::MAX, record_bytes: 350_000 };
        let all = Estimate::of(&[most, most], 1, Rate::CAREFUL);
        assert_eq!(all.usage.write_units, u64::MAX);
    }
}
