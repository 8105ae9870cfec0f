//! The environments by name: those of the protocol's review, and those it did not model.

use std::time::Duration;

use memory::{Nulls, Ties};
use migration::limits::PAGE_AGE_MAX;

use crate::environment::{Environment, Switch};

/// Every name but `mixed`.
pub const NAMES: [&str; 28] = [
    "calm",
    "same-lane-key-change",
    "idle-lane-wakes-after-definition",
    "any-node-skew",
    "null-ignored-with-fold",
    "marks-of-a-former-run",
    "stamp-ahead-of-changes",
    "slow-copiers",
    "slow-copiers-against-truncate",
    "slow-copiers-against-compaction",
    "zombies",
    "recopy-with-slow-visibility",
    "truncate-against-late-page",
    "truncate-against-frozen-page",
    "late-definitions",
    "compaction-before-frozen-page",
    "cut-and-late-landing",
    "compaction-between-read-and-write",
    "last-batch-lost",
    "reader-dies-in-rewind",
    "several-tables",
    "added-columns",
    "server-switch",
    "splits",
    "planner-crashes",
    "rejects",
    "sequential",
    "only-incremental",
];

/// The environment in which a run may also end by refusing to go on.
pub const REFUSING: &str = "lossy-switch";

/// The environment of a name; the seed decides what `mixed` is.
#[must_use]
pub fn named(name: &str, seed: u64) -> Option<Environment> {
    if name == "mixed" {
        return Some(Environment::mixed(seed));
    }
    let name = NAMES.into_iter().chain([REFUSING]).find(|known| *known == name)?;
    let calm = Environment::calm(name);
    let disturbed = || Environment { crashes: 5, faults: 6, zombies: 2, ..Environment::calm(name) };
    Some(match name {
        "same-lane-key-change" => Environment { lanes: 2, key_changes: 500, tables: 1, faults: 4, ..calm },
        "idle-lane-wakes-after-definition" => {
            Environment { lanes: 6, truncates: 60, losses: 100, pause_between: 1_500, tables: 1, ..calm }
        }
        "any-node-skew" => Environment { skew: 200, tables: 1, pause_between: 400, ..calm },
        "null-ignored-with-fold" => {
            Environment { nulls: Nulls::Ignored, null_rows: false, tables: 1, pause_between: 400, ..calm }
        }
        "marks-of-a-former-run" => {
            Environment { leftovers: 900, skew: 1_800, spacing: 2_000, pause_between: 3_000, ..calm }
        }
        "stamp-ahead-of-changes" => Environment { margin: 10_000, hangs: 40, lag: 300, ..calm },
        "slow-copiers" => slow_copiers(name),
        "slow-copiers-against-truncate" => Environment { truncates: 100, zombies: 2, ..slow_copiers(name) },
        "slow-copiers-against-compaction" => {
            Environment { compactions: 500, zombies: 30, keys: 20, ..slow_copiers(name) }
        }
        "zombies" => {
            Environment { zombies: 12, hangs: 20, faults: 4, lag: 300, tables: 1, pause_between: 400, ..calm }
        }
        "recopy-with-slow-visibility" => Environment {
            filled_columns: 60,
            visibility: 15_000,
            tables: 1,
            writing: Duration::from_secs(80),
            ..calm
        },
        "truncate-against-late-page" => Environment { truncates: 80, zombies: 6, late: 4, tables: 1, ..calm },
        "truncate-against-frozen-page" => {
            Environment { truncates: 15, frozen_pages: 500, keys: 40, copier_hangs: 0, ..slow_copiers(name) }
        }
        "late-definitions" => {
            Environment { truncates: 40, columns: 10, late_definitions: 400, frozen_definitions: 500, ..calm }
        }
        "compaction-before-frozen-page" => compacted_markers(name),
        "cut-and-late-landing" => Environment { late: 12, skew: 40, tables: 1, pause_between: 400, ..calm },
        "compaction-between-read-and-write" => Environment { compactions: 200, zombies: 10, ..calm },
        "last-batch-lost" => Environment { losses: 150, lag: 300, lanes: 6, pause_between: 1_500, ..calm },
        "reader-dies-in-rewind" => {
            Environment { crashes: 15, losses: 150, purges: 40, lag: 400, tables: 1, ..calm }
        }
        "several-tables" => Environment { tables: 3, lanes: 4, ..disturbed() },
        "added-columns" => Environment { columns: 50, filled_columns: 20, truncates: 10, ..disturbed() },
        "server-switch" => Environment { switch: Switch::Whole, losses: 40, lag: 300, ..disturbed() },
        REFUSING => Environment { switch: Switch::Lossy, faults: 4, losses: 20, pause_between: 500, ..calm },
        "splits" => Environment { keys: 90, ..disturbed() },
        "planner-crashes" => Environment { crashes: 30, duplicates: 200, ..calm },
        "rejects" => Environment { bad_values: 200, ..disturbed() },
        "sequential" => Environment { stamped: false, hangs: 40, ..disturbed() },
        "only-incremental" => Environment { copies: false, ties: Ties::First, ..disturbed() },
        _ => calm,
    })
}

/// Pages are written long after they were read, while few keys change often and what changes is applied at once.
fn slow_copiers(name: &'static str) -> Environment {
    Environment {
        keys: 8,
        copier_hangs: 350,
        margin: 100,
        pause_between: 250,
        writing: Duration::from_secs(15),
        ..Environment::calm(name)
    }
}

/// Delete markers go as soon as every page that is written as it must be is younger.
fn compacted_markers(name: &'static str) -> Environment {
    Environment {
        compactions: 500,
        markers_live: PAGE_AGE_MAX + Duration::from_secs(5),
        frozen_pages: 500,
        keys: 12,
        tables: 1,
        pause_between: 300,
        writing: Duration::from_secs(25),
        ..Environment::calm(name)
    }
}
