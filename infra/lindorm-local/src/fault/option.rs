//! The `NAME=VALUE` words behind a command, each taken once; what is left over is unknown.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use crate::fault::command::CommandError;

/// A wait above this is a slip of the pen.
const DURATION_MAX: Duration = Duration::from_hours(24);

/// The words of a command line: plain ones in order, options by name.
#[derive(Debug)]
pub(super) struct Words {
    plain: Vec<String>,
    options: BTreeMap<String, String>,
}

impl Words {
    /// Splits a line at blanks; a value may stand in single quotes, where two of them mean one.
    pub(super) fn split(line: &str) -> Result<Self, CommandError> {
        let (mut plain, mut options) = (Vec::new(), BTreeMap::new());
        let mut rest = line.trim_start();
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
            let (name, behind) = rest.split_at(end);
            rest = match behind.strip_prefix('=') {
                None => {
                    plain.push(name.to_owned());
                    behind
                }
                Some(behind) => {
                    let (value, behind) = value(behind)?;
                    if options.insert(name.to_owned(), value).is_some() {
                        return Err(CommandError::Twice { option: name.to_owned() });
                    }
                    behind
                }
            };
            rest = rest.trim_start();
        }
        plain.reverse();
        Ok(Self { plain, options })
    }

    /// The next word that is no option.
    pub(super) fn next(&mut self) -> Option<String> {
        self.plain.pop()
    }

    /// The text of an option.
    pub(super) fn text(&mut self, option: &str) -> Option<String> {
        self.options.remove(option)
    }

    /// An option read by `read`, which says in a few words what it expects.
    pub(super) fn read<T>(
        &mut self,
        option: &'static str,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, CommandError> {
        let Some(text) = self.text(option) else { return Ok(None) };
        read(&text).map(Some).ok_or(CommandError::Value { option, expected })
    }

    /// A natural number above zero.
    pub(super) fn count(&mut self, option: &'static str) -> Result<Option<u64>, CommandError> {
        self.read(option, "a number above zero", |text| u64::from_str(text).ok().filter(|count| *count > 0))
    }

    /// A duration.
    pub(super) fn duration(&mut self, option: &'static str) -> Result<Option<Duration>, CommandError> {
        self.read(option, "a duration like 500ms, 10s or 2m", duration)
    }

    /// Refuses whatever has not been taken.
    pub(super) fn finish(self) -> Result<(), CommandError> {
        let unknown = self.options.into_keys().next().or_else(|| self.plain.into_iter().next_back());
        unknown.map_or(Ok(()), |word| Err(CommandError::Unexpected { word }))
    }
}

fn value(text: &str) -> Result<(String, &str), CommandError> {
    let Some(mut rest) = text.strip_prefix('\'') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    loop {
        let end = rest.find('\'').ok_or(CommandError::OpenQuote)?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(behind) => {
                value.push('\'');
                rest = behind;
            }
            None => return Ok((value, rest)),
        }
    }
}

/// A number with its unit: `ms`, `s` or `m`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let number = u64::from_str(number).ok()?;
    let duration = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        _ => return None,
    };
    (duration <= DURATION_MAX).then_some(duration)
}
