//! Every refusal of the parser and the engine, with its number and SQLSTATE.
//!
//! Numbers that no public page states are the MySQL number of the same fault. No message ever holds a cell or key value.

use crate::answer::SqlError;

fn refusal(code: u16, state: &'static str, message: String) -> SqlError {
    SqlError { code, state, message }
}

/// Declares one constructor per refusal.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*) = $code:literal $state:literal $text:literal;)+) => {
        $($(#[$doc])* pub(crate) fn $name($($arg: $kind),*) -> SqlError { refusal($code, $state, format!($text)) })+
    };
}

refusals! {
    /// 1007: CREATE DATABASE of one that exists.
    database_exists(name: &str) = 1007 "HY000" "Can't create database '{name}'; database exists";
    /// 1008: DROP DATABASE of one that does not exist.
    database_absent(name: &str) = 1008 "HY000" "Can't drop database '{name}'; database doesn't exist";
    /// 1006: a database name outside the rules.
    bad_database_name(name: &str, why: &str) = 1006 "HY000" "Can't create database '{name}' ({why})";
    /// 1005: a table definition outside the rules.
    bad_table(name: &str, why: &str) = 1005 "HY000" "Can't create table '{name}' ({why})";
    /// 1030: the data folder cannot be written.
    not_kept() = 1030 "HY000" "Got error from storage engine: the change cannot be kept, the server's own output says why";
    /// 1049: the database does not exist.
    unknown_database(name: &str) = 1049 "42000" "Unknown database '{name}'";
    /// 1050: CREATE TABLE of one that exists.
    table_exists(name: &str) = 1050 "42S01" "Table '{name}' already exists";
    /// 1051: DROP TABLE of one that does not exist.
    unknown_table(name: &str) = 1051 "42S02" "Unknown table '{name}'";
    /// 1054: the column does not exist.
    unknown_column(name: &str) = 1054 "42S22" "Unknown column '{name}'";
    /// 1059: a name over its length.
    name_too_long(name: &str) = 1059 "42000" "Identifier name '{name}' is too long";
    /// 1060: the column is there twice.
    duplicate_column(name: &str) = 1060 "42S21" "Duplicate column name '{name}'";
    /// 1061: the index is there twice.
    duplicate_index(name: &str) = 1061 "42000" "Duplicate key name '{name}'";
    /// 1062: ON DUPLICATE KEY ERROR found the key.
    duplicate_key() = 1062 "23000" "Duplicate entry for key 'PRIMARY'";
    /// 1064: the text is not a statement of the dialect.
    syntax(what: &str) = 1064 "42000" "syntax error: {what}";
    /// 1045: a statement that its user may not run, where that is told as a refused login is.
    access_denied(user: &str) = 1045 "28000" "Access denied for '{user}'";
    /// 1144: SYSTEM on anything but GLOBAL.
    system_is_global() = 1144 "42000" "Illegal GRANT/REVOKE command: SYSTEM is on GLOBAL only";
    /// 1227: a statement that its user may not run.
    insufficient_privilege(needed: &str) = 1227 "42000" "Access denied; this operation needs {needed}";
    /// 1396: a statement on a user that is there, is not there or cannot be named so.
    user_operation(operation: &str, user: &str, why: &str) = 1396 "HY000" "Operation {operation} failed for '{user}' ({why})";
    /// 1819: CREATE or ALTER USER with an empty password.
    empty_password() = 1819 "HY000" "A password cannot be empty";
    /// 3891: ALTER USER with another OLDPASSWORD than the user has.
    wrong_old_password() = 3891 "HY000" "Incorrect current password";
    /// 1048: NULL where none may be.
    null_value(column: &str) = 1048 "23000" "Column '{column}' cannot be null";
    /// 1091: DROP of a column or index that does not exist.
    cannot_drop(name: &str) = 1091 "42000" "Can't DROP '{name}'; check that column/key exists";
    /// 1136: a row with another number of values than there are columns.
    value_count(row: usize) = 1136 "21S01" "Column count doesn't match value count at row {row}";
    /// 1146: the table does not exist.
    no_such_table(database: &str, table: &str) = 1146 "42S02" "Table '{database}.{table}' doesn't exist";
    /// 8005: the table does not exist, by the vendor's own number.
    table_missing(database: &str, table: &str) = 8005 "HY000" "Table '{database}.{table}' does not exist";
    /// 1193: SET or SELECT of a variable that does not exist.
    unknown_variable(name: &str) = 1193 "HY000" "Unknown system variable '{name}'";
    /// 1210: another number of parameters than the statement has.
    wrong_parameter_count(expected: usize, found: usize) = 1210 "HY000"
        "Incorrect arguments to EXECUTE: {expected} expected, {found} given";
    /// 1231: a variable does not take the value.
    bad_variable_value(name: &str) = 1231 "42000" "Variable '{name}' can't be set to the given value";
    /// 1264: a number outside its column's range.
    out_of_range(column: &str) = 1264 "22003" "Out of range value for column '{column}'";
    /// 1292: a text that is not the date, time or timestamp it should be.
    bad_moment(column: &str) = 1292 "22007" "Incorrect date or time value for column '{column}'";
    /// 1366: a value of another type than its column's.
    wrong_value(kind: &str, column: &str) = 1366 "HY000" "Incorrect {kind} value for column '{column}'";
    /// 3140: a text that is not JSON.
    bad_json(column: &str) = 3140 "22032" "Invalid JSON text for column '{column}'";
    /// 1406: a value over its column's length or over the limit of any value.
    too_long(column: &str) = 1406 "22001" "Data too long for column '{column}'";
    /// 1298: a time zone that is not known.
    unknown_zone(name: &str) = 1298 "HY000" "Unknown or incorrect time zone: '{name}'";
    /// 1030: the storage failed, for whatever reason.
    storage_error(what: &str) = 1030 "HY000" "Got error -1 from storage engine: {what}";
    /// 3024: the statement ran out of its time.
    timed_out() = 3024 "HY000" "Query execution was interrupted, maximum statement execution time exceeded";
    /// 8008: over the limit of rows or bytes of one request.
    over_limit(what: &str) = 8008 "HY000" "resource limit exceeded: {what}";
    /// 1153: a statement with too many rows or bytes, by MySQL's number.
    statement_too_large(what: &str) = 1153 "08S01" "Got a statement that is too large: {what}";
    /// 9001: a statement or clause that is not supported.
    unsupported(what: &str) = 9001 "HY000" "unsupported: {what}";
    /// 9001: a stamp where an index forbids it.
    stamp_with_index() = 9001 "HY000"
        "DoNotRetryIOException: User defined timestamp is not allowed when external index is enabled";
    /// 9001: a read that would walk the whole table.
    inefficient() = 9001 "HY000"
        "DoNotRetryIOException: Detect inefficient query: This query may be a full table scan and thus may have unpredictable performance";
}
