//! One command of the control language: a line in, one thing to do out.

use std::str::FromStr;

use crate::engine::NoSuchNode;
use crate::fault::option::{Words, duration};
use crate::fault::recipe::Recipe;
use crate::fault::registry::FaultId;
use crate::sql::TableName;

/// What can be asked of a running server.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// `set FAULT [OPTION=VALUE ...]`
    Set(Box<Recipe>),
    /// `list`
    List,
    /// `clear NUMBER` or `clear all`
    Clear(Which),
    /// `compact DATABASE.TABLE`
    Compact(TableName),
    /// `clock NODE +DURATION` or `clock NODE -DURATION`
    Clock(ClockStep),
}

/// A step of one node's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockStep {
    /// The node, counted from zero.
    pub node: usize,
    /// How far the clock goes forward, in milliseconds; back where it is negative.
    pub ahead_ms: i64,
}

/// Which faults to clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// This one.
    One(FaultId),
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The line says nothing.
    #[error("commands are set, list, clear, compact and clock")]
    UnknownCommand,
    /// `set` does not know the fault.
    #[error("faults are refuse, limit, timeout, cut, block, full, error and stall")]
    UnknownFault,
    /// A word nothing can be done with.
    #[error("`{word}` is not expected here")]
    Unexpected {
        /// The word, or the name of the option.
        word: String,
    },
    /// An option stands there twice.
    #[error("`{option}` stands there twice")]
    Twice {
        /// The option.
        option: String,
    },
    /// An option without which the command means nothing.
    #[error("`{option}` is missing")]
    Missing {
        /// The option.
        option: &'static str,
    },
    /// An option's value cannot be read.
    #[error("`{option}` takes {expected}")]
    Value {
        /// The option.
        option: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// A quote is not closed.
    #[error("a quote is not closed")]
    OpenQuote,
    /// No fault has the number.
    #[error("no fault has the number {0}")]
    NoSuchFault(FaultId),
    /// More faults than anybody needs.
    #[error("{0} faults are set already; clear some")]
    TooMany(usize),
    /// There is no such node.
    #[error(transparent)]
    NoSuchNode(#[from] NoSuchNode),
    /// The engine refused.
    #[error("refused with error {code}")]
    Refused {
        /// The error's number.
        code: u16,
    },
}

impl FromStr for Command {
    type Err = CommandError;

    fn from_str(line: &str) -> Result<Self, CommandError> {
        let mut words = Words::split(line)?;
        let verb = words.next().ok_or(CommandError::UnknownCommand)?;
        let command = match verb.as_str() {
            "set" => {
                let set = line.trim().strip_prefix("set").unwrap_or(line);
                return Recipe::read(words, set.trim()).map(|recipe| Command::Set(Box::new(recipe)));
            }
            "list" => Command::List,
            "clear" => {
                let which = words.next().ok_or(CommandError::Missing { option: "NUMBER or all" })?;
                Command::Clear(match (which.as_str(), which.parse()) {
                    ("all", _) => Which::All,
                    (_, Ok(number)) => Which::One(FaultId(number)),
                    (_, Err(_)) => return Err(CommandError::Unexpected { word: which }),
                })
            }
            "compact" => {
                let name = words.next().ok_or(CommandError::Missing { option: "TABLE" })?;
                Command::Compact(table(&name).ok_or(CommandError::Unexpected { word: name })?)
            }
            "clock" => {
                let node = words.next().ok_or(CommandError::Missing { option: "NODE" })?;
                let step = words.next().ok_or(CommandError::Missing { option: "+DURATION or -DURATION" })?;
                Command::Clock(ClockStep {
                    node: node.parse().map_err(|_| CommandError::Unexpected { word: node })?,
                    ahead_ms: signed_ms(&step).ok_or(CommandError::Unexpected { word: step })?,
                })
            }
            _ => return Err(CommandError::UnknownCommand),
        };
        words.finish()?;
        Ok(command)
    }
}

/// A duration behind its sign, in milliseconds.
fn signed_ms(text: &str) -> Option<i64> {
    let (sign, length) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(length), _) => (1, length),
        (None, Some(length)) => (-1, length),
        (None, None) => return None,
    };
    i64::try_from(duration(length)?.as_millis()).ok().map(|millis| sign * millis)
}

/// `DATABASE.TABLE`; a table alone is one of the database `default`.
pub(super) fn table(text: &str) -> Option<TableName> {
    let (database, table) = text.split_once('.').unwrap_or(("default", text));
    let is_name = |name: &str| !name.is_empty() && !name.contains('`');
    (is_name(database) && is_name(table))
        .then(|| TableName { database: Some(database.to_owned()), table: table.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{ClockStep, Command, CommandError, Which};
    use crate::fault::{Applied, Effect, FaultId};

    fn refused(line: &str) -> String {
        line.parse::<Command>().unwrap_err().to_string()
    }

    #[test]
    fn commands_are_read_whatever_the_blanks() {
        assert_eq!("  list ".parse(), Ok(Command::List));
        assert_eq!("clear  all".parse(), Ok(Command::Clear(Which::All)));
        assert_eq!("clear 7".parse(), Ok(Command::Clear(Which::One(FaultId(7)))));
        let step = |node, ahead_ms| Ok(Command::Clock(ClockStep { node, ahead_ms }));
        assert_eq!("clock 1 +500ms".parse(), step(1, 500));
        assert_eq!("clock 0 -2s".parse(), step(0, -2000));
        let Ok(Command::Compact(table)) = "compact shop.orders".parse() else { panic!("a compaction") };
        assert_eq!((table.database.as_deref(), table.table.as_str()), (Some("shop"), "orders"));
    }

    #[test]
    fn a_quoted_bound_may_hold_blanks_and_quotes() {
        let line = "set block table=shop.t from='a b''c' to=x";
        let Ok(Command::Set(recipe)) = line.parse() else { panic!("a fault") };
        let Effect::Block(range) = recipe.effect else { panic!("a block") };
        assert_eq!((range.from.as_deref(), range.to.as_deref()), (Some("a b'c"), Some("x")));
    }

    #[test]
    fn applied_has_four_forms() {
        let applied = |form: &str| match format!("set cut applied={form}").parse() {
            Ok(Command::Set(recipe)) => match recipe.effect {
                Effect::End { applied, .. } => Some(applied),
                _ => None,
            },
            _ => None,
        };
        assert_eq!(applied("no"), Some(Applied::Nothing));
        assert_eq!(applied("all"), Some(Applied::All));
        assert_eq!(applied("3"), Some(Applied::Rows(3)));
        assert_eq!(applied("later:2s"), Some(Applied::Later(std::time::Duration::from_secs(2))));
        assert_eq!(applied("soon"), None);
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name() {
        assert_eq!(refused(""), CommandError::UnknownCommand.to_string());
        assert_eq!(refused("set gravity"), CommandError::UnknownFault.to_string());
        assert_eq!(refused("clock 0 2s"), "`2s` is not expected here");
        assert_eq!(refused("list all"), "`all` is not expected here");
        assert_eq!(refused("set refuse table=t"), "`table` is not expected here");
        assert_eq!(refused("set limit times=0"), "`times` takes a number above zero");
        assert_eq!(refused("set limit times=1 times=2"), "`times` stands there twice");
        assert_eq!(refused("set stall"), "`delay` is missing");
        assert_eq!(refused("set stall delay=5"), "`delay` takes a duration or two, as in 50ms..500ms");
        assert_eq!(refused("set block from=1"), "`table` is missing");
        assert_eq!(refused("set block table=t from='a"), "a quote is not closed");
        assert_eq!(
            refused("set limit on=everything"),
            "`on` takes upsert, update, delete, write, read, ddl, other or all"
        );
        assert_eq!(refused("set full code=12345678"), "`code` takes an error number");
    }
}
