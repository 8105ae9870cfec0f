//! Every error number with a meaning of its own, ascending. `ERRORS.md` shows the same lines to people.
//!
//! A number stands here because a page of the vendor names it, or because it is MySQL's number of a fault this endpoint can
//! have and imitates MySQL in the rest. Nothing here, and nothing that reads it, looks at an error's text.

use crate::classify::Class;

/// One error number.
pub(crate) struct ErrorLine {
    pub(crate) code: u16,
    /// The SQLSTATE it comes with.
    pub(crate) state: &'static str,
    pub(crate) class: Class,
    /// In words of ours, for reports.
    pub(crate) meaning: &'static str,
}

macro_rules! lines {
    ($($code:literal $state:literal $class:ident $meaning:literal;)+) => {
        &[$(ErrorLine {
            code: $code, state: $state, class: Class::$class, meaning: $meaning,
        }),+]
    };
}

/// The table.
pub(crate) const TABLE: &[ErrorLine] = lines! {
    1005 "HY000" Unsupported "a table definition outside the rules";
    1006 "HY000" Unsupported "a database name outside the rules";
    1007 "HY000" Exists "the database is there already";
    1008 "HY000" Missing "the database to be dropped is not there";
    1009 "HY000" Unsupported "the database cannot be dropped";
    1030 "HY000" Storage "a storage error of an unknown kind";
    1040 "08004" Crowded "too many connections";
    1043 "28000" Denied "the handshake failed";
    1044 "42000" Denied "no right to the database";
    1045 "28000" Denied "wrong user or password, or no right";
    1046 "3D000" Missing "no database is chosen";
    1047 "08S01" Unsupported "a command the endpoint does not have";
    1048 "23000" Row "NULL where none may be";
    1049 "42000" Missing "the database is not there";
    1050 "42S01" Exists "the table is there already";
    1051 "42S02" Missing "the table to be dropped is not there";
    1053 "08S01" Uncertain "the server is shutting down";
    1054 "42S22" Missing "the column is not there";
    1059 "42000" Unsupported "a name that is too long";
    1060 "42S21" Exists "the column is there already";
    1061 "42000" Exists "the index is there already";
    1062 "23000" Row "the key is there already";
    1064 "42000" Unsupported "not a statement of the dialect";
    1091 "42000" Missing "the column or index to be dropped is not there";
    1105 "HY000" Unlisted "an error without a number of its own";
    1136 "21S01" Unsupported "more or fewer values than columns";
    1142 "42000" Denied "no right to the table";
    1143 "42000" Denied "no right to the column";
    1144 "42000" Unsupported "a right that cannot be given so";
    1146 "42S02" Missing "the table is not there";
    1153 "08S01" Row "a packet that is too large; a smaller one may pass";
    1156 "08S01" Uncertain "frames out of order";
    1193 "HY000" Unsupported "a session variable that is not known";
    1203 "42000" Crowded "too many connections of this user";
    1205 "HY000" Uncertain "a wait for a lock took too long";
    1210 "HY000" Unsupported "a parameter of the wrong number or type";
    1226 "42000" Throttled "the user used up a resource";
    1227 "42000" Denied "a right is missing";
    1231 "42000" Unsupported "a session variable does not take the value";
    1235 "42000" Unsupported "not supported by this version";
    1243 "HY000" Stale "the prepared statement is not known any more";
    1264 "22003" Row "a number outside its column's range";
    1265 "01000" Row "a value that would be cut short";
    1292 "22007" Row "a text that is no date or time";
    1298 "HY000" Unsupported "a time zone that is not known";
    1300 "HY000" Row "a text that is not UTF-8";
    1317 "70100" Uncertain "the statement was interrupted";
    1366 "HY000" Row "a value of another type than its column's";
    1367 "22007" Row "a literal outside its type's range";
    1370 "42000" Denied "no right to a routine";
    1390 "HY000" Unsupported "more parameters than the protocol can count";
    1396 "HY000" Unsupported "a statement on users that cannot be carried out";
    1406 "22001" Row "a value longer than its column";
    1411 "HY000" Row "a value a function does not take";
    1461 "42000" Stale "too many prepared statements; another connection has none";
    1690 "22003" Row "a result outside its type's range";
    1819 "HY000" Unsupported "a password outside the rules";
    1835 "HY000" Unsupported "a packet the endpoint cannot read";
    2006 "HY000" Uncertain "the connection was closed";
    2013 "HY000" Uncertain "the connection was lost while a statement ran";
    3024 "HY000" Uncertain "the statement's time ran out; it may have been carried out";
    3140 "22032" Row "a text that is not JSON";
    3891 "HY000" Denied "the present password was not given";
    4031 "HY000" Stale "the connection was closed because it was idle";
    8005 "HY000" Missing "the table is not there, by the vendor's own number";
    8008 "HY000" Throttled "a resource limit";
    9001 "HY000" Unsupported "syntax that is not supported";
    9003 "HY000" Denied "the login method does not suit the user";
};

/// What a number that is not listed means by its SQLSTATE: a whole state, or else its first two characters.
pub(crate) const STATES: &[(&str, Class, &str)] = &[
    ("08004", Class::Crowded, "the server takes no connection"),
    ("08", Class::Uncertain, "the connection"),
    ("0A", Class::Unsupported, "not supported"),
    ("22", Class::Row, "a value"),
    ("23", Class::Row, "a constraint on a value"),
    ("28", Class::Denied, "the login"),
    ("3D000", Class::Missing, "a database that is not there"),
    ("40", Class::Uncertain, "a conflict with another statement"),
    ("42S01", Class::Exists, "a table that is there already"),
    ("42S02", Class::Missing, "a table that is not there"),
    ("42S21", Class::Exists, "a column that is there already"),
    ("42S22", Class::Missing, "a column that is not there"),
    ("70100", Class::Uncertain, "an interrupted statement"),
    ("HYT00", Class::Uncertain, "a timeout"),
    ("HYT01", Class::Uncertain, "a timeout of the connection"),
];
