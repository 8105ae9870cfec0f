//! From an error number to what it means for the caller: when the same call may be made again, and what the failed one
//! may have done.
//!
//! The number decides (`error_table`); one that is not listed is judged by its SQLSTATE, and what neither decides goes to
//! the operator. Text is never looked at: its language depends on the instance.

use std::time::Duration;

use migration::retry::{Effect, Retry};

use crate::error_table::{ErrorLine, STATES, TABLE};

/// What an error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// The row's own values were refused.
    Row,
    /// No connection was to be had: too many of them. Nothing was sent.
    Crowded,
    /// The login was refused, and the password may have been changed: it passes, but not with the one at hand.
    Rotated,
    /// A resource limit: refused for now, or for its size.
    Throttled,
    /// The connection or its prepared statement is gone; the statement was not executed.
    Stale,
    /// The statement may have been executed, or may be later: a timeout, a cut line.
    Uncertain,
    /// A storage error of unknown kind: as uncertain, and rather not over at once.
    Storage,
    /// A database, table or column is not there.
    Missing,
    /// A database or table is already there.
    Exists,
    /// The account may not do this, or may not log in.
    Denied,
    /// The target does not understand or allow the statement.
    Unsupported,
    /// Nothing is known of it: a person has to look.
    Unlisted,
}

impl Class {
    /// When the same call may be made again.
    pub(crate) fn retry(self) -> Retry {
        match self {
            Self::Crowded | Self::Rotated | Self::Throttled | Self::Storage => {
                Retry::After(Duration::from_secs(1))
            }
            Self::Stale | Self::Uncertain => Retry::Now,
            Self::Missing | Self::Denied | Self::Unlisted => Retry::Operator,
            Self::Row | Self::Exists | Self::Unsupported => Retry::Never,
        }
    }

    /// What the failed statement may have done. A data error, and a resource limit, may come after other rows of the
    /// statement were stored.
    pub(crate) fn effect(self) -> Effect {
        match self {
            Self::Crowded
            | Self::Rotated
            | Self::Stale
            | Self::Missing
            | Self::Exists
            | Self::Denied
            | Self::Unsupported => Effect::None,
            Self::Row | Self::Throttled | Self::Uncertain | Self::Storage | Self::Unlisted => Effect::Unknown,
        }
    }

    /// Whether the adapter tries again by itself.
    pub(crate) fn is_transient(self) -> bool {
        match self.retry() {
            Retry::Now | Retry::After(_) => self != Self::Rotated,
            Retry::Operator | Retry::Never => false,
        }
    }

    /// Whether the statement may take effect even after it was answered.
    pub(crate) fn is_open(self) -> bool {
        match self {
            Self::Uncertain | Self::Storage => true,
            Self::Row
            | Self::Crowded
            | Self::Rotated
            | Self::Throttled
            | Self::Stale
            | Self::Missing
            | Self::Exists
            | Self::Denied
            | Self::Unsupported
            | Self::Unlisted => false,
        }
    }
}

/// What the table says of a number.
pub(crate) fn listed(code: u16) -> Option<&'static ErrorLine> {
    TABLE.binary_search_by_key(&code, |line| line.code).ok().and_then(|at| TABLE.get(at))
}

/// The class of an error by number, or else by SQLSTATE.
pub(crate) fn classify(code: u16, state: &str) -> Class {
    if let Some(line) = listed(code) {
        return line.class;
    }
    let of = |state: &str| STATES.iter().find(|(listed, ..)| *listed == state).map(|(_, class, _)| *class);
    of(state).or_else(|| of(state.get(..2)?)).unwrap_or(Class::Unlisted)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use migration::retry::{Effect, Retry};

    use super::{Class, classify};
    use crate::error_table::{STATES, TABLE};

    /// The numbers a page of the vendor explains (`lindorm.md` 7).
    const EXPLAINED: [u16; 21] = [
        1005, 1006, 1007, 1008, 1009, 1030, 1040, 1043, 1045, 1046, 1049, 1050, 1054, 1064, 1146, 1227, 3024,
        8005, 8008, 9001, 9003,
    ];
    /// The numbers of the same section that no visible page explains.
    const NAMED: [u16; 12] = [1060, 1062, 1105, 1153, 1205, 1235, 1264, 1292, 1366, 1406, 2006, 2013];

    fn word(class: Class) -> String {
        format!("{class:?}").to_lowercase()
    }

    #[test]
    fn the_document_says_what_the_table_says_line_by_line() {
        let mut expected = String::new();
        for class in [
            Class::Stale,
            Class::Uncertain,
            Class::Crowded,
            Class::Throttled,
            Class::Storage,
            Class::Missing,
            Class::Denied,
            Class::Unlisted,
            Class::Row,
            Class::Exists,
            Class::Unsupported,
        ] {
            let retry = match class.retry() {
                Retry::Now => "now",
                Retry::After(_) => "later",
                Retry::Operator => "operator",
                Retry::Never => "never",
            };
            let effect = match class.effect() {
                Effect::None => "none",
                Effect::Unknown => "unknown",
            };
            let _ = writeln!(expected, "| {} | {retry} | {effect} |", word(class));
        }
        for line in TABLE {
            let origin = match line.code {
                code if EXPLAINED.contains(&code) => "Lindorm",
                2000..3000 => "client",
                _ => "MySQL",
            };
            let class = word(line.class);
            let _ = writeln!(
                expected,
                "| {} | {} | {class} | {origin} | {} |",
                line.code, line.state, line.meaning
            );
        }
        for (state, class, meaning) in STATES {
            let _ = writeln!(expected, "| `{state}` | {} | {meaning} |", word(*class));
        }
        let document = include_str!("../ERRORS.md");
        // A class's row goes on with words of its own.
        let classes =
            |line: &str| expected.lines().find(|wanted| line.starts_with(wanted)).map(str::to_owned);
        let is_head = |line: &str| {
            line.starts_with("| class") || line.starts_with("| number") || line.starts_with("| SQLSTATE")
        };
        let found: Vec<String> = document
            .lines()
            .filter(|line| line.starts_with("| ") && !is_head(line))
            .map(|line| classes(line).unwrap_or_else(|| line.to_owned()))
            .collect();
        assert_eq!(found, expected.lines().collect::<Vec<_>>());
    }

    #[test]
    fn the_table_is_sorted_and_holds_every_number_of_the_fact_sheet() {
        assert!(TABLE.windows(2).all(|pair| pair[0].code < pair[1].code));
        for code in EXPLAINED.into_iter().chain(NAMED) {
            assert!(TABLE.iter().any(|line| line.code == code), "{code}");
        }
    }

    #[test]
    fn every_number_the_stand_in_can_send_is_listed_with_its_state() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/lindorm-local/src");
        let mut seen = 0;
        for file in ["refusal.rs", "wire/refusal.rs"] {
            let text = std::fs::read_to_string(sources.join(file)).expect("the stand-in's refusals");
            for definition in text.lines().filter_map(|line| line.split_once(") = ")).map(|(_, rest)| rest) {
                let (Some(code), Some(state)) = (definition.get(..4), definition.get(6..11)) else {
                    continue;
                };
                let Ok(code) = code.parse::<u16>() else { continue };
                let line = TABLE.iter().find(|line| line.code == code).unwrap_or_else(|| panic!("{code}"));
                assert_eq!(line.state, state, "{code}");
                seen += 1;
            }
        }
        assert!(seen > 45, "{seen} refusals were found");
    }

    #[test]
    fn an_unlisted_number_is_judged_by_its_sqlstate_and_else_goes_to_the_operator() {
        assert_eq!(classify(7001, "22003"), Class::Row);
        assert_eq!(classify(7001, "08S01"), Class::Uncertain);
        assert_eq!(classify(7001, "08004"), Class::Crowded);
        assert_eq!(classify(7001, "28000"), Class::Denied);
        assert_eq!(classify(8007, "HY000"), Class::Unlisted);
        assert_eq!(classify(7001, ""), Class::Unlisted);
        assert_eq!(Class::Unlisted.retry(), Retry::Operator);
        assert_eq!(Class::Unlisted.effect(), Effect::Unknown);
    }

    #[test]
    fn a_former_password_is_not_tried_again_here_but_by_whoever_reads_the_new_one() {
        assert!(matches!(Class::Rotated.retry(), Retry::After(_)) && !Class::Rotated.is_transient());
        assert_eq!(Class::Rotated.effect(), Effect::None);
    }

    #[test]
    fn a_number_decides_before_its_state() {
        // 1045 with the state of a broken connection is still a refused login, 1153 a statement that is too large.
        assert_eq!(classify(1045, "08S01"), Class::Denied);
        assert_eq!(classify(1153, "08S01"), Class::Row);
    }

    #[test]
    fn only_what_passes_by_itself_is_tried_again() {
        let transient = TABLE.iter().filter(|line| line.class.is_transient()).map(|line| line.code);
        assert_eq!(
            transient.collect::<Vec<_>>(),
            [1030, 1040, 1053, 1156, 1203, 1205, 1226, 1243, 1317, 1461, 2006, 2013, 3024, 4031, 8008]
        );
    }
}
