//! Every refusal of the parser and the engine, with its number and SQLSTATE.
//!
//! Numbers that no public page states are the MySQL number of the same fault. No message ever holds a cell or key value.

/// Declares one constructor per refusal: number, SQLSTATE, English and Chinese text.
macro_rules! refusals {
    ($($(#[$doc:meta])* $vis:vis $name:ident($($arg:ident: $kind:ty),*) = $code:literal $state:literal
        $english:literal $chinese:literal;)+) => {
        $($(#[$doc])* $vis fn $name($($arg: $kind),*) -> crate::answer::SqlError {
            crate::answer::SqlError {
                code: $code, state: $state, message: format!($english), chinese: format!($chinese),
            }
        })+

        /// Each refusal's name with its text in either language, as it is written.
        #[cfg(test)]
        pub(crate) const TEXTS: &[(&str, &str, &str)] = &[$((stringify!($name), $english, $chinese)),+];
    };
}
pub(crate) use refusals;

refusals! {
    /// 1007: CREATE DATABASE of one that exists.
    pub(crate) database_exists(name: &str) = 1007 "HY000"
        "Can't create database '{name}'; database exists"
        "无法创建数据库'{name}'：数据库已存在";
    /// 1008: DROP DATABASE of one that does not exist.
    pub(crate) database_absent(name: &str) = 1008 "HY000"
        "Can't drop database '{name}'; database doesn't exist"
        "无法删除数据库'{name}'：数据库不存在";
    /// 1006: a database name outside the rules.
    pub(crate) bad_database_name(name: &str, why: &str) = 1006 "HY000"
        "Can't create database '{name}' ({why})"
        "无法创建数据库'{name}'（{why}）";
    /// 1005: a table definition outside the rules.
    pub(crate) bad_table(name: &str, why: &str) = 1005 "HY000"
        "Can't create table '{name}' ({why})"
        "无法创建表'{name}'（{why}）";
    /// 1030: the data folder cannot be written.
    pub(crate) not_kept() = 1030 "HY000"
        "Got error from storage engine: the change cannot be kept, the server's own output says why"
        "存储引擎返回错误：更改无法保存，原因见服务器自身的输出";
    /// 1049: the database does not exist.
    pub(crate) unknown_database(name: &str) = 1049 "42000"
        "Unknown database '{name}'"
        "未知的数据库'{name}'";
    /// 1050: CREATE TABLE of one that exists.
    pub(crate) table_exists(name: &str) = 1050 "42S01"
        "Table '{name}' already exists"
        "表'{name}'已存在";
    /// 1051: DROP TABLE of one that does not exist.
    pub(crate) unknown_table(name: &str) = 1051 "42S02"
        "Unknown table '{name}'"
        "未知的表'{name}'";
    /// 1054: the column does not exist.
    pub(crate) unknown_column(name: &str) = 1054 "42S22"
        "Unknown column '{name}'"
        "未知的列'{name}'";
    /// 1059: a name over its length.
    pub(crate) name_too_long(name: &str) = 1059 "42000"
        "Identifier name '{name}' is too long"
        "标识符'{name}'过长";
    /// 1060: the column is there twice.
    pub(crate) duplicate_column(name: &str) = 1060 "42S21"
        "Duplicate column name '{name}'"
        "列名'{name}'重复";
    /// 1061: the index is there twice.
    pub(crate) duplicate_index(name: &str) = 1061 "42000"
        "Duplicate key name '{name}'"
        "索引名'{name}'重复";
    /// 1062: ON DUPLICATE KEY ERROR found the key.
    pub(crate) duplicate_key() = 1062 "23000"
        "Duplicate entry for key 'PRIMARY'"
        "主键重复";
    /// 1064: the text is not a statement of the dialect.
    pub(crate) syntax(what: &str) = 1064 "42000"
        "syntax error: {what}"
        "语法错误：{what}";
    /// 1045: an unknown user or a wrong password; also a statement that its user may not run, where that is told so.
    pub(crate) access_denied(user: &str) = 1045 "28000"
        "Access denied for '{user}'"
        "用户'{user}'的访问被拒绝";
    /// 1144: SYSTEM on anything but GLOBAL.
    pub(crate) system_is_global() = 1144 "42000"
        "Illegal GRANT/REVOKE command: SYSTEM is on GLOBAL only"
        "非法的 GRANT/REVOKE：SYSTEM 权限只能用于 GLOBAL";
    /// 1227: a statement that its user may not run.
    pub(crate) insufficient_privilege(needed: &str) = 1227 "42000"
        "Access denied; this operation needs {needed}"
        "访问被拒绝；此操作需要 {needed}";
    /// 1396: a statement on a user that is there, is not there or cannot be named so.
    pub(crate) user_operation(operation: &str, user: &str, why: &str) = 1396 "HY000"
        "Operation {operation} failed for '{user}' ({why})"
        "对用户'{user}'的 {operation} 操作失败（{why}）";
    /// 1819: CREATE or ALTER USER with an empty password.
    pub(crate) empty_password() = 1819 "HY000"
        "A password cannot be empty"
        "密码不能为空";
    /// 3891: ALTER USER with another OLDPASSWORD than the user has.
    pub(crate) wrong_old_password() = 3891 "HY000"
        "Incorrect current password"
        "当前密码不正确";
    /// 1048: NULL where none may be.
    pub(crate) null_value(column: &str) = 1048 "23000"
        "Column '{column}' cannot be null"
        "列'{column}'不能为空值";
    /// 1091: DROP of a column or index that does not exist.
    pub(crate) cannot_drop(name: &str) = 1091 "42000"
        "Can't DROP '{name}'; check that column/key exists"
        "无法删除'{name}'：请检查列或索引是否存在";
    /// 1136: a row with another number of values than there are columns.
    pub(crate) value_count(row: usize) = 1136 "21S01"
        "Column count doesn't match value count at row {row}"
        "第 {row} 行的列数与值数不一致";
    /// 1146: the table does not exist.
    pub(crate) no_such_table(database: &str, table: &str) = 1146 "42S02"
        "Table '{database}.{table}' doesn't exist"
        "表'{database}.{table}'不存在";
    /// 8005: the table does not exist, by the vendor's own number.
    pub(crate) table_missing(database: &str, table: &str) = 8005 "HY000"
        "Table '{database}.{table}' does not exist"
        "表'{database}.{table}'不存在";
    /// 1193: SET or SELECT of a variable that does not exist.
    pub(crate) unknown_variable(name: &str) = 1193 "HY000"
        "Unknown system variable '{name}'"
        "未知的系统变量'{name}'";
    /// 1210: another number of parameters than the statement has.
    pub(crate) wrong_parameter_count(expected: usize, found: usize) = 1210 "HY000"
        "Incorrect arguments to EXECUTE: {expected} expected, {found} given"
        "EXECUTE 的参数个数错误：应为 {expected} 个，实为 {found} 个";
    /// 1231: a variable does not take the value.
    pub(crate) bad_variable_value(name: &str) = 1231 "42000"
        "Variable '{name}' can't be set to the given value"
        "变量'{name}'不接受该值";
    /// 1264: a number outside its column's range.
    pub(crate) out_of_range(column: &str) = 1264 "22003"
        "Out of range value for column '{column}'"
        "列'{column}'的值超出范围";
    /// 1292: a text that is not the date, time or timestamp it should be.
    pub(crate) bad_moment(column: &str) = 1292 "22007"
        "Incorrect date or time value for column '{column}'"
        "列'{column}'的日期或时间值不正确";
    /// 1366: a value of another type than its column's.
    pub(crate) wrong_value(kind: &str, column: &str) = 1366 "HY000"
        "Incorrect {kind} value for column '{column}'"
        "列'{column}'的 {kind} 值不正确";
    /// 3140: a text that is not JSON.
    pub(crate) bad_json(column: &str) = 3140 "22032"
        "Invalid JSON text for column '{column}'"
        "列'{column}'的 JSON 文本无效";
    /// 1406: a value over its column's length or over the limit of any value.
    pub(crate) too_long(column: &str) = 1406 "22001"
        "Data too long for column '{column}'"
        "列'{column}'的数据过长";
    /// 1298: a time zone that is not known.
    pub(crate) unknown_zone(name: &str) = 1298 "HY000"
        "Unknown or incorrect time zone: '{name}'"
        "未知或错误的时区'{name}'";
    /// 1030: the storage failed, for whatever reason.
    pub(crate) storage_error(what: &str) = 1030 "HY000"
        "Got error -1 from storage engine: {what}"
        "存储引擎返回错误 -1：{what}";
    /// 3024: the statement ran out of its time.
    pub(crate) timed_out() = 3024 "HY000"
        "Query execution was interrupted, maximum statement execution time exceeded"
        "语句执行超过最长时间，已被中断";
    /// 8008: over the limit of rows or bytes of one request.
    pub(crate) over_limit(what: &str) = 8008 "HY000"
        "resource limit exceeded: {what}"
        "超出资源限制：{what}";
    /// 1153: a statement with too many rows or bytes, by MySQL's number.
    pub(crate) statement_too_large(what: &str) = 1153 "08S01"
        "Got a statement that is too large: {what}"
        "语句过大：{what}";
    /// 9001: a statement or clause that is not supported.
    pub(crate) unsupported(what: &str) = 9001 "HY000"
        "unsupported: {what}"
        "不支持：{what}";
    /// 9001: a stamp where an index forbids it.
    pub(crate) stamp_with_index() = 9001 "HY000"
        "DoNotRetryIOException: User defined timestamp is not allowed when external index is enabled"
        "DoNotRetryIOException: 存在外部索引时不允许自定义时间戳";
    /// 1030: a stamp where an index forbids it, as the storage tells it.
    pub(crate) storage_stamp_with_index() = 1030 "HY000"
        "Got error -1 from storage engine: DoNotRetryIOException: User defined timestamp is not allowed when external index is enabled"
        "存储引擎返回错误 -1：DoNotRetryIOException: 存在外部索引时不允许自定义时间戳";
    /// 1030: a read that would walk the whole table, as the storage tells it.
    pub(crate) storage_inefficient() = 1030 "HY000"
        "Got error -1 from storage engine: DoNotRetryIOException: Detect inefficient query: This query may be a full table scan and thus may have unpredictable performance"
        "存储引擎返回错误 -1：DoNotRetryIOException: 检测到低效查询：该查询可能是全表扫描，性能不可预期";
    /// 1105: a value that its column does not take, where all such faults have one number.
    pub(crate) unfit_value() = 1105 "HY000"
        "a value does not fit its column"
        "值与列的类型不符";
    /// 9001: a read that would walk the whole table.
    pub(crate) inefficient() = 9001 "HY000"
        "DoNotRetryIOException: Detect inefficient query: This query may be a full table scan and thus may have unpredictable performance"
        "DoNotRetryIOException: 检测到低效查询：该查询可能是全表扫描，性能不可预期";
}

#[cfg(test)]
mod tests {
    /// The places of a text that are filled in, sorted.
    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_refusal_says_the_same_in_both_languages() {
        for (name, english, chinese) in super::TEXTS.iter().chain(crate::wire::REFUSALS) {
            assert!(english.is_ascii(), "{name}");
            assert!(chinese.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{name}");
            assert_eq!(places(english), places(chinese), "{name}");
        }
    }
}
