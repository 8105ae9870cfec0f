//! The error table: what each error number of the target means for the caller.
//!
//! Numbers come from `lindorm.md` 7; those no page states are MySQL's number of the same fault, which the endpoint
//! imitates. A number that is not listed is judged by its SQLSTATE class, and what neither decides goes to the operator.
//! Text is never looked at: its language depends on the instance.

use std::time::Duration;

use migration::retry::{Effect, Retry};

/// What an error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// The row's own values were refused.
    Row,
    /// No connection was to be had: too many of them. Nothing was sent.
    Crowded,
    /// A resource limit: refused for now, or for its size.
    Throttled,
    /// The connection or its prepared statement is gone; the statement was not executed.
    Stale,
    /// The statement may have been executed, or may be later: a timeout, a cut line, a storage error.
    Uncertain,
    /// A database, table or column is not there.
    Missing,
    /// A database or table is already there.
    Exists,
    /// The account may not do this, or may not log in.
    Denied,
    /// The target does not understand or allow the statement.
    Unsupported,
    /// Not in the table.
    Unlisted,
}

impl Class {
    /// When the same call may be made again.
    pub(crate) fn retry(self) -> Retry {
        match self {
            Self::Crowded | Self::Throttled => Retry::After(Duration::from_secs(1)),
            Self::Stale | Self::Uncertain => Retry::Now,
            Self::Missing | Self::Denied | Self::Unlisted => Retry::Operator,
            Self::Row | Self::Exists | Self::Unsupported => Retry::Never,
        }
    }

    /// What the failed statement may have done. A data error may come after other rows of the statement were stored.
    pub(crate) fn effect(self) -> Effect {
        match self {
            Self::Crowded | Self::Stale | Self::Missing | Self::Exists | Self::Denied | Self::Unsupported => {
                Effect::None
            }
            Self::Row | Self::Throttled | Self::Uncertain | Self::Unlisted => Effect::Unknown,
        }
    }

    /// Whether the adapter tries again by itself.
    pub(crate) fn is_transient(self) -> bool {
        match self {
            Self::Crowded | Self::Throttled | Self::Stale | Self::Uncertain => true,
            Self::Row | Self::Missing | Self::Exists | Self::Denied | Self::Unsupported | Self::Unlisted => {
                false
            }
        }
    }
}

/// Every listed number with its class, ascending.
const TABLE: &[(u16, Class)] = &[
    (1005, Class::Unsupported), // a table definition outside the rules
    (1006, Class::Unsupported), // a database name outside the rules
    (1007, Class::Exists),
    (1008, Class::Missing),
    (1009, Class::Unsupported),
    (1030, Class::Uncertain), // unclassified storage error
    (1040, Class::Crowded),   // too many connections
    (1043, Class::Denied),    // the handshake failed; permanent unless the network is at fault
    (1044, Class::Denied),
    (1045, Class::Denied),
    (1046, Class::Missing),
    (1047, Class::Unsupported), // unknown command of the protocol
    (1048, Class::Row),         // NULL in a key column
    (1049, Class::Missing),
    (1050, Class::Exists),
    (1051, Class::Missing),
    (1053, Class::Uncertain), // shutdown in progress
    (1054, Class::Missing),
    (1059, Class::Unsupported),
    (1060, Class::Exists), // column is there already
    (1061, Class::Exists), // index is there already
    (1062, Class::Row),
    (1064, Class::Unsupported),
    (1091, Class::Missing),
    (1136, Class::Unsupported),
    (1142, Class::Denied),
    (1143, Class::Denied),
    (1146, Class::Missing),
    (1153, Class::Row), // packet too large; a smaller statement may pass
    (1193, Class::Unsupported),
    (1205, Class::Uncertain),
    (1210, Class::Unsupported),
    (1227, Class::Denied),
    (1231, Class::Unsupported),
    (1235, Class::Unsupported),
    (1243, Class::Stale), // unknown prepared statement
    (1264, Class::Row),
    (1265, Class::Row),
    (1292, Class::Row),
    (1298, Class::Unsupported),
    (1317, Class::Uncertain), // interrupted
    (1366, Class::Row),
    (1367, Class::Row),
    (1370, Class::Denied),
    (1406, Class::Row),
    (1411, Class::Row),
    (1690, Class::Row),
    (2006, Class::Uncertain),
    (2013, Class::Uncertain),
    (3024, Class::Uncertain), // the statement's time ran out
    (3140, Class::Row),       // not JSON
    (8005, Class::Missing),
    (8008, Class::Throttled), // resource limit exceeded
    (9001, Class::Unsupported),
    (9003, Class::Denied), // login method not usable for this user
];

/// The class of an error by number, or else by SQLSTATE.
pub(crate) fn classify(code: u16, state: &str) -> Class {
    if let Ok(at) = TABLE.binary_search_by_key(&code, |(listed, _)| *listed) {
        return TABLE.get(at).map_or(Class::Unlisted, |(_, class)| *class);
    }
    match state {
        "42S02" | "42S22" | "3D000" => return Class::Missing,
        "42S01" | "42S21" => return Class::Exists,
        "HYT00" | "HYT01" | "70100" => return Class::Uncertain,
        _ => {}
    }
    match state.get(..2) {
        Some("08") => Class::Uncertain,
        Some("22" | "23") => Class::Row,
        Some("28") => Class::Denied,
        Some("0A") => Class::Unsupported,
        _ => Class::Unlisted,
    }
}

#[cfg(test)]
mod tests {
    use migration::retry::{Effect, Retry};

    use super::{Class, TABLE, classify};

    #[test]
    fn the_table_is_sorted_and_lists_each_number_once() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn every_documented_number_has_its_documented_class() {
        let documented = [
            (1005, "HY000", Class::Unsupported),
            (1006, "HY000", Class::Unsupported),
            (1007, "HY000", Class::Exists),
            (1008, "HY000", Class::Missing),
            (1009, "HY000", Class::Unsupported),
            (1030, "HY000", Class::Uncertain),
            (1040, "08004", Class::Crowded),
            (1043, "28000", Class::Denied),
            (1045, "28000", Class::Denied),
            (1046, "3D000", Class::Missing),
            (1049, "42000", Class::Missing),
            (1050, "42S01", Class::Exists),
            (1054, "42S22", Class::Missing),
            (1064, "42000", Class::Unsupported),
            (1146, "42S02", Class::Missing),
            (1227, "42000", Class::Denied),
            (3024, "HY000", Class::Uncertain),
            (8005, "HY000", Class::Missing),
            (8008, "HY000", Class::Throttled),
            (9001, "HY000", Class::Unsupported),
            (9003, "HY000", Class::Denied),
        ];
        for (code, state, class) in documented {
            assert_eq!(classify(code, state), class, "{code}");
        }
    }

    #[test]
    fn data_errors_concern_a_row_and_are_never_retried() {
        for code in [1048, 1264, 1265, 1292, 1366, 1406, 3140] {
            assert_eq!(classify(code, "HY000"), Class::Row, "{code}");
        }
        assert_eq!(Class::Row.retry(), Retry::Never);
    }

    #[test]
    fn an_unlisted_number_is_judged_by_its_sqlstate_and_else_goes_to_the_operator() {
        assert_eq!(classify(7001, "22003"), Class::Row);
        assert_eq!(classify(7001, "08S01"), Class::Uncertain);
        assert_eq!(classify(7001, "28000"), Class::Denied);
        assert_eq!(classify(7001, "HY000"), Class::Unlisted);
        assert_eq!(classify(7001, ""), Class::Unlisted);
        assert_eq!(Class::Unlisted.retry(), Retry::Operator);
        assert_eq!(Class::Unlisted.effect(), Effect::Unknown);
    }

    #[test]
    fn only_what_passes_by_itself_is_tried_again() {
        let transient = TABLE.iter().filter(|(_, class)| class.is_transient()).map(|(code, _)| *code);
        assert_eq!(
            transient.collect::<Vec<_>>(),
            [1030, 1040, 1053, 1205, 1243, 1317, 2006, 2013, 3024, 8008]
        );
    }
}
