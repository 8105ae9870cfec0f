//! What happens to a run besides its own work: how often what goes wrong, and what source and target are like.

use std::time::Duration;

use memory::{Nulls, Random, Ties};

/// What becomes of the source server in the middle of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// It stays.
    None,
    /// Another server takes over that has everything.
    Whole,
    /// Another server takes over that lacks the newest transactions.
    Lossy,
}

/// Rates are in thousandths: of the calls handlers make, of transactions, or of seconds, as each says.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Its name, as tests and messages call it.
    pub name: &'static str,
    /// Whether the target takes stamps; else copy and log follow each other.
    pub stamped: bool,
    /// Whether rows are copied at all, or only the log is followed.
    pub copies: bool,
    /// Tables.
    pub tables: u32,
    /// Keys of each table.
    pub keys: u64,
    /// Lanes.
    pub lanes: u16,
    /// How long the source is written to.
    pub writing: Duration,
    /// The longest time between two transactions, in milliseconds.
    pub pause_between: u64,
    /// Calls in front of which an invocation dies.
    pub crashes: u64,
    /// Calls in front of which an invocation hangs, and then goes on whatever its deadline.
    pub zombies: u64,
    /// Calls in front of which an invocation waits for up to some seconds.
    pub hangs: u64,
    /// Calls of copiers in front of which they wait besides.
    pub copier_hangs: u64,
    /// Pages in front of whose writing the copier freezes, often for so long that others have gone on meanwhile, and
    /// then goes on itself.
    pub frozen_pages: u64,
    /// Definitions in front of which their executor freezes.
    pub frozen_definitions: u64,
    /// Calls that fail, before or after their effect, by half, or by a conflict.
    pub faults: u64,
    /// Calls behind which the next write to the target loses its answer and lands within its time.
    pub late: u64,
    /// Definitions that lose their answer and take effect within their time, which is long.
    pub late_definitions: u64,
    /// Messages of the standard queues that are delivered twice.
    pub duplicates: u64,
    /// Seconds in which every queue is lost.
    pub purges: u64,
    /// Batches that are lost on their way.
    pub losses: u64,
    /// Chances to receive batches that are passed by, so that they pile up.
    pub lag: u64,
    /// Seconds in which the operator pauses the run for a while.
    pub pauses: u64,
    /// Seconds in which the target is compacted.
    pub compactions: u64,
    /// How old a delete marker must be to go with a compaction.
    pub markers_live: Duration,
    /// Seconds in which the log begins another file.
    pub rotations: u64,
    /// Seconds in which the connections to the source break.
    pub disconnects: u64,
    /// What NULLs do.
    pub nulls: Nulls,
    /// Whether rows of NULLs exist on the target.
    pub null_rows: bool,
    /// Equal stamps.
    pub ties: Ties,
    /// How many milliseconds nodes of the target are apart.
    pub skew: u64,
    /// The margin of the stamp, in milliseconds.
    pub margin: u64,
    /// How far apart two writes of a key are, in milliseconds.
    pub spacing: u64,
    /// Rows in thousandths that somebody wrote to the target, and deleted, just before the run.
    pub leftovers: u64,
    /// How long a commit may stay unseen by SELECT, in milliseconds.
    pub visibility: u64,
    /// Transactions that are a TRUNCATE.
    pub truncates: u64,
    /// Transactions that are an ADD COLUMN.
    pub columns: u64,
    /// Transactions that are an ADD COLUMN that fills rows which are there.
    pub filled_columns: u64,
    /// Changes that change the key.
    pub key_changes: u64,
    /// Transactions of many changes.
    pub large: u64,
    /// New values that the target refuses.
    pub bad_values: u64,
    /// Whether transactions have GTIDs.
    pub gtids: bool,
    /// The source server.
    pub switch: Switch,
    /// How many transactions a server that takes over lacks at most.
    pub lost: usize,
    /// When it changes, from the start of following on.
    pub switch_after: Duration,
}

impl Environment {
    /// Nothing goes wrong.
    #[must_use]
    pub fn calm(name: &'static str) -> Self {
        Self {
            name,
            stamped: true,
            copies: true,
            tables: 2,
            keys: 30,
            lanes: 3,
            writing: Duration::from_secs(40),
            pause_between: 900,
            crashes: 0,
            zombies: 0,
            hangs: 0,
            copier_hangs: 0,
            frozen_pages: 0,
            frozen_definitions: 0,
            faults: 0,
            late: 0,
            late_definitions: 0,
            duplicates: 0,
            purges: 0,
            losses: 0,
            lag: 0,
            pauses: 0,
            compactions: 0,
            markers_live: Duration::ZERO,
            rotations: 40,
            disconnects: 0,
            nulls: Nulls::Hides,
            null_rows: true,
            ties: Ties::Later,
            skew: 0,
            margin: 2_000,
            spacing: 250,
            leftovers: 0,
            visibility: 0,
            truncates: 0,
            columns: 0,
            filled_columns: 0,
            key_changes: 100,
            large: 60,
            bad_values: 0,
            gtids: true,
            switch: Switch::None,
            lost: 4,
            switch_after: Duration::from_secs(26),
        }
    }

    /// Everything at once, more or less of it by the seed.
    #[must_use]
    pub fn mixed(seed: u64) -> Self {
        let mut random = Random::seeded(seed ^ 0x6d69_7865_6421);
        let mut some = |most: u64| if random.below(5) < 3 { random.below(most) + 1 } else { 0 };
        let mixed = Self {
            crashes: some(8),
            zombies: some(5),
            hangs: some(30),
            copier_hangs: some(200),
            margin: 100 + some(2_000),
            faults: some(15),
            late: some(6),
            duplicates: some(100),
            purges: some(15),
            losses: some(60),
            lag: some(600),
            pauses: some(15),
            compactions: some(40),
            disconnects: some(20),
            visibility: some(1_500),
            truncates: some(30),
            columns: some(20),
            filled_columns: some(12),
            key_changes: some(200),
            bad_values: some(60),
            skew: some(200),
            leftovers: some(500),
            ..Self::calm("mixed")
        };
        let nulls = [Nulls::Ignored, Nulls::Removes, Nulls::Hides];
        let ties = [Ties::Later, Ties::First, Ties::Greater, Ties::Lesser];
        let copies = random.below(8) > 0;
        Self {
            nulls: nulls[random.place(nulls.len())],
            ties: ties[random.place(ties.len())],
            null_rows: random.below(2) == 0,
            tables: 1 + u32::try_from(random.below(3)).unwrap_or(0),
            stamped: random.below(6) > 0,
            copies,
            // A run that copies nothing cannot carry what is not logged, and says so.
            filled_columns: if copies { mixed.filled_columns } else { 0 },
            gtids: random.below(4) > 0,
            // What a TRUNCATE does to the list of rejected rows is not settled.
            bad_values: if mixed.truncates > 0 { 0 } else { mixed.bad_values },
            ..mixed
        }
    }

    fn span(&mut self, name: &str) -> Option<&mut Duration> {
        match name {
            "writing" => Some(&mut self.writing),
            "markers_live" => Some(&mut self.markers_live),
            "switch_after" => Some(&mut self.switch_after),
            _ => None,
        }
    }

    /// Sets a figure by its name, to try other figures than those of a test.
    #[must_use]
    pub fn with(mut self, name: &str, figure: u64) -> Option<Self> {
        if let Some(span) = self.span(name) {
            *span = Duration::from_secs(figure);
            return Some(self);
        }
        let field = match name {
            "keys" => &mut self.keys,
            "pause_between" => &mut self.pause_between,
            "crashes" => &mut self.crashes,
            "zombies" => &mut self.zombies,
            "hangs" => &mut self.hangs,
            "copier_hangs" => &mut self.copier_hangs,
            "frozen_pages" => &mut self.frozen_pages,
            "frozen_definitions" => &mut self.frozen_definitions,
            "late_definitions" => &mut self.late_definitions,
            "margin" => &mut self.margin,
            "spacing" => &mut self.spacing,
            "leftovers" => &mut self.leftovers,
            "faults" => &mut self.faults,
            "late" => &mut self.late,
            "duplicates" => &mut self.duplicates,
            "purges" => &mut self.purges,
            "losses" => &mut self.losses,
            "lag" => &mut self.lag,
            "pauses" => &mut self.pauses,
            "compactions" => &mut self.compactions,
            "rotations" => &mut self.rotations,
            "disconnects" => &mut self.disconnects,
            "skew" => &mut self.skew,
            "visibility" => &mut self.visibility,
            "truncates" => &mut self.truncates,
            "columns" => &mut self.columns,
            "filled_columns" => &mut self.filled_columns,
            "key_changes" => &mut self.key_changes,
            "large" => &mut self.large,
            "bad_values" => &mut self.bad_values,
            "lost" => {
                self.lost = usize::try_from(figure).ok()?;
                return Some(self);
            }
            "lanes" => {
                self.lanes = u16::try_from(figure).ok()?;
                return Some(self);
            }
            "tables" => {
                self.tables = u32::try_from(figure).ok()?;
                return Some(self);
            }
            "stamped" => {
                self.stamped = figure > 0;
                return Some(self);
            }
            "copies" => {
                self.copies = figure > 0;
                return Some(self);
            }
            "gtids" => {
                self.gtids = figure > 0;
                return Some(self);
            }
            _ => return None,
        };
        *field = figure;
        Some(self)
    }
}
