//! A fault as it is asked for: what it does, and to which statements.
//!
//! The names of the language (`limit`, `timeout`, `full`, ...) are what an operator would call the trouble; here they become a
//! few effects, so that everything that can be combined is combined in one place.

use std::time::Duration;

use crate::answer::SqlError;
use crate::engine::FirstKeyRange;
use crate::fault::command::{CommandError, table};
use crate::fault::option::{Words, duration};
use crate::fault::statement::Verb;
use crate::refusal;
use crate::sql::TableName;

/// A fault that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// The words it was asked for with.
    pub text: String,
    /// What it does.
    pub effect: Effect,
    /// When it does it.
    pub scope: Scope,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A connection is refused with 1040.
    Refuse,
    /// The statement ends otherwise than it should.
    End {
        /// How long it takes before that.
        delay: Delay,
        /// What of it is applied.
        applied: Applied,
        /// The error it is answered with; none where the connection is cut without an answer.
        error: Option<SqlError>,
    },
    /// A statement on these keys hangs until the fault is cleared, or its own time is over: 3024.
    Block(FirstKeyRange),
    /// A statement takes longer.
    Stall(Delay),
}

/// A time between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// At least so long.
    pub least: Duration,
    /// At most so long.
    pub most: Duration,
}

impl Delay {
    const NONE: Delay = Delay { least: Duration::ZERO, most: Duration::ZERO };

    fn read(text: &str) -> Option<Self> {
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        let delay = Delay { least: duration(least)?, most: duration(most)? };
        (delay.least <= delay.most).then_some(delay)
    }
}

/// What of a statement is applied although it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Nothing.
    Nothing,
    /// The first rows; a statement is not atomic (`lindorm.md` 11 rule 40).
    Rows(usize),
    /// All of it, before the client hears of the fault.
    All,
    /// All of it so much later, unless the statement's own timeout is over by then.
    Later(Duration),
}

impl Applied {
    fn read(text: &str) -> Option<Self> {
        match (text, text.strip_prefix("later:")) {
            ("no", _) => Some(Applied::Nothing),
            ("all", _) => Some(Applied::All),
            (_, Some(after)) => duration(after).map(Applied::Later),
            (rows, None) => rows.parse().ok().filter(|rows| *rows > 0).map(Applied::Rows),
        }
    }
}

/// Which statements, or connections, a fault strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The kinds of statements.
    pub verbs: Vec<Verb>,
    /// The table, or every statement.
    pub table: Option<TableName>,
    /// So many times and never again.
    pub times: Option<u64>,
    /// From now on for so long.
    pub lasts: Option<Duration>,
    /// Each n-th one that fits.
    pub every: u64,
    /// With this chance, in percent.
    pub percent: u64,
    /// The seed of whatever is left to chance.
    pub seed: u64,
    /// Only so long after the last statement that changed a table.
    pub after_ddl: Option<Duration>,
}

impl Recipe {
    pub(super) fn read(mut words: Words, text: &str) -> Result<Self, CommandError> {
        let name = words.next().ok_or(CommandError::UnknownFault)?;
        let is_about_connections = name == "refuse";
        let end = |words: &mut Words, error: Option<SqlError>| {
            let applied =
                words.read("applied", "no, all, a number of rows or later:DURATION", Applied::read)?;
            let delay = words.read("delay", Self::DELAY, Delay::read)?;
            Ok::<_, CommandError>(Effect::End {
                delay: delay.unwrap_or(Delay::NONE),
                applied: applied.unwrap_or(Applied::Nothing),
                error,
            })
        };
        let effect = match name.as_str() {
            "refuse" => Effect::Refuse,
            "limit" => end(&mut words, Some(refusal::over_limit("too many requests")))?,
            "timeout" => end(&mut words, Some(refusal::timed_out()))?,
            "cut" => end(&mut words, None)?,
            "error" | "full" => {
                let error = error(&mut words, if name == "full" { "no space left" } else { "failed" })?;
                end(&mut words, Some(error))?
            }
            "block" => Effect::Block(FirstKeyRange { from: words.text("from"), to: words.text("to") }),
            "stall" => {
                let delay = words.read("delay", Self::DELAY, Delay::read)?;
                Effect::Stall(delay.ok_or(CommandError::Missing { option: "delay" })?)
            }
            _ => return Err(CommandError::UnknownFault),
        };
        let verbs: &[Verb] = match &effect {
            Effect::Stall(_) => &Verb::ALL,
            Effect::End { .. } | Effect::Block(_) | Effect::Refuse => &Verb::WRITES,
        };
        let scope = Scope::read(&mut words, verbs, is_about_connections)?;
        words.finish()?;
        if matches!(effect, Effect::Block(_)) && scope.table.is_none() {
            return Err(CommandError::Missing { option: "table" });
        }
        Ok(Self { text: text.to_owned(), effect, scope })
    }

    const DELAY: &str = "a duration or two, as in 50ms..500ms";
}

impl Scope {
    fn read(words: &mut Words, verbs: &[Verb], connections: bool) -> Result<Self, CommandError> {
        let mut scope = Scope {
            verbs: verbs.to_vec(),
            table: None,
            times: words.count("times")?,
            lasts: words.duration("for")?,
            every: words.count("every")?.unwrap_or(1),
            percent: words.count("percent")?.unwrap_or(100),
            seed: words.read("seed", "a number", |text| text.parse().ok())?.unwrap_or(0),
            after_ddl: None,
        };
        if !connections {
            scope.table = words.read("table", "DATABASE.TABLE", table)?;
            scope.after_ddl = words.duration("after_ddl")?;
            let expected = "upsert, update, delete, write, read, ddl, other or all";
            if let Some(verbs) = words.read("on", expected, read_verbs)? {
                scope.verbs = verbs;
            }
        }
        Ok(scope)
    }
}

fn read_verbs(text: &str) -> Option<Vec<Verb>> {
    let mut verbs = Vec::new();
    for word in text.split(',') {
        match word {
            "upsert" => verbs.push(Verb::Upsert),
            "update" => verbs.push(Verb::Update),
            "delete" => verbs.push(Verb::Delete),
            "write" => verbs.extend(Verb::WRITES),
            "read" => verbs.push(Verb::Read),
            "ddl" => verbs.push(Verb::Ddl),
            "other" => verbs.push(Verb::Other),
            "all" => verbs.extend(Verb::ALL),
            _ => return None,
        }
    }
    Some(verbs)
}

/// The error of `full` and `error`: no page says which number a full storage has, so it can be given.
fn error(words: &mut Words, what: &str) -> Result<SqlError, CommandError> {
    let mut error = refusal::storage_error(what);
    if let Some(code) = words.read("code", "an error number", |text| text.parse().ok())? {
        error.code = code;
    }
    if let Some(state) = words.read("state", "one of the SQLSTATEs of the documented errors", known_state)? {
        error.state = state;
    }
    Ok(error)
}

/// The SQLSTATEs that a documented error has (`lindorm.md` 7).
fn known_state(text: &str) -> Option<&'static str> {
    ["HY000", "08004", "08S01", "28000", "3D000", "42000", "42S01", "42S02", "42S22"]
        .into_iter()
        .find(|state| *state == text)
}
