//! The behaviours that no public page settles, each a named switch with a default.
//!
//! One table, [`TABLE`], lists name, accepted values, default and the rule it belongs to; `--assume NAME=VALUE` is read by
//! [`Assumptions::assume`]. A behaviour that a source states plainly never becomes a switch.

/// Declares a switch: an enum with the spelling of each value.
macro_rules! switch {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$value_doc])* $value),+ }

        impl $name {
            /// The accepted spellings.
            pub const VALUES: &'static [&'static str] = &[$($text),+];

            /// Reads one of the spellings.
            #[must_use]
            pub fn read(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$value),)+ _ => None }
            }

            /// Its spelling.
            #[must_use]
            pub fn spelling(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
        }
    };
}

mod reading;
mod support;
mod writing;

pub use reading::{
    BooleanResult, DecimalResult, DeniedStatement, DuplicateColumnCode, EngineVersion, ErrorLanguage,
    JsonResult, LimitCap, MissingTableCode, OverLimitCode, Parameters, ReadLimit, SchemaVisibility,
    StampMinimum, StorageRefusalCode, TemporalResult, ValueErrorCode,
};
pub use support::{DoubleQuotes, Escapes, Heed, Misuse, Names, Presence, Support};
pub use writing::{
    BothStamps, BoundText, BytesPerStatement, DeleteAffected, DeleteMarker, EmptyValue, EqualStamp,
    EqualToMarker, ExcessFraction, ExcessScale, KeyDelete, KeyLimit, NotNull, NullRow, NullWrite,
    OneKeyDelete, RowsPerStatement, TextAsBytes, TtlOnWrite, UpsertAffected, ValueLimit,
};

/// Declares the table of switches and the struct that holds their values.
macro_rules! switches {
    ($($field:ident: $kind:ident = $default:ident, $rule:literal, $meaning:literal;)+) => {
        /// The value of every switch.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Assumptions { $(#[doc = $meaning] pub $field: $kind),+ }

        impl Default for Assumptions {
            fn default() -> Self { Self { $($field: $kind::$default),+ } }
        }

        /// Every switch, in the order in which it is shown.
        pub const TABLE: &[AssumptionInfo] = &[$(AssumptionInfo {
            name: stringify!($field), values: $kind::VALUES, rule: $rule, meaning: $meaning,
        }),+];

        impl Assumptions {
            /// Reads `NAME=VALUE`.
            ///
            /// # Errors
            /// The fault as one fragment: no `=`, an unknown name, or a value that the switch does not have.
            pub fn assume(&mut self, setting: &str) -> Result<(), String> {
                let Some((name, value)) = setting.split_once('=') else {
                    return Err(format!("`{setting}` is not NAME=VALUE"));
                };
                match name {
                    $(stringify!($field) => match $kind::read(value) {
                        Some(read) => { self.$field = read; Ok(()) }
                        None => Err(format!("`{name}` is one of {}, not `{value}`", $kind::VALUES.join(", "))),
                    },)+
                    _ => Err(format!("no assumption is named `{name}`")),
                }
            }

            /// Each name with the spelling of its present value.
            #[must_use]
            pub fn shown(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($field), self.$field.spelling())),+]
            }
        }
    };
}

/// One line of the table of switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssumptionInfo {
    /// The name that `--assume` takes.
    pub name: &'static str,
    /// The accepted values.
    pub values: &'static [&'static str],
    /// The number of the rule in the fact sheet's list of rules, or its section.
    pub rule: &'static str,
    /// What it decides.
    pub meaning: &'static str,
}

switches! {
    equal_stamp: EqualStamp = LaterWins, "44", "which of two cells with one timestamp stays";
    null_write: NullWrite = Removes, "35", "what writing NULL does to a cell";
    null_row: NullRow = Absent, "35", "whether a row of only NULLs exists";
    names: Names = Any, "21", "which characters names may hold";
    equal_to_marker: EqualToMarker = Hidden, "45", "a cell stamped exactly as its row's delete marker";
    stamp_hint: Heed = Honoured, "42", "the hint `_l_ts_` on UPSERT";
    stamp_on_delete: Misuse = Refused, "41", "the hint `_l_ts_` on DELETE and UPDATE";
    stamp_column: Heed = Honoured, "43", "the pseudo column `_l_ts_`";
    both_stamps: BothStamps = ColumnWins, "43", "hint and pseudo column in one statement";
    unknown_hint: Misuse = Ignored, "41", "a hint of another name";
    hints_when_prepared: Heed = Honoured, "1.1", "hints in prepared statements";
    bind_values: Support = Accepted, "5", "parameters in VALUES";
    bound_text: BoundText = Converted, "5.2", "bound text for BOOLEAN, DATE, TIME, TIMESTAMP and DECIMAL";
    rows_per_statement: RowsPerStatement = TwoThousand, "30", "the most rows of one statement";
    bytes_per_statement: BytesPerStatement = Documented, "30", "the most bytes of one statement's values";
    over_limit_code: OverLimitCode = Lindorm, "30", "the error number of a statement with too many rows or bytes";
    upsert_affected: UpsertAffected = Rows, "2.1", "the affected-rows number of an UPSERT";
    delete_marker: DeleteMarker = HidesLater, "46", "a cell stamped at or before its row's delete marker that arrives after it";
    ttl_on_write: TtlOnWrite = Dropped, "46", "a cell written older than its time to live";
    denied_statement: DeniedStatement = InsufficientPrivilege, "53", "the error number of a statement its user has no privilege for";
    error_language: ErrorLanguage = English, "54", "the language of errors until ERROR_LANG is set";
    missing_table_code: MissingTableCode = Mysql, "22", "the error number of a table that does not exist";
    empty_text: EmptyValue = Kept, "5.2", "an empty VARCHAR";
    not_null: NotNull = Unchecked, "34", "NULL for a column outside the key that is NOT NULL";
    key_limit: KeyLimit = Strict, "31", "the most bytes of a key";
    value_limit: ValueLimit = Column, "31", "what the limit of 2 MB is of";
    stamp_with_index: Support = Refused, "48", "custom timestamps on a column with a secondary index without MUTABLE_ALL";
    timeout_on_delete: Heed = Honoured, "3.1", "the hint `_l_operation_timeout_` on DELETE and UPDATE";
    multi_row_delete: Support = Refused, "37", "an UPDATE or DELETE whose condition is not one whole key, until `lindorm.allow.range.delete` is set";
    one_key_delete: OneKeyDelete = Marks, "37", "a DELETE of one whole key where several rows may be deleted at once";
    key_delete: KeyDelete = Every, "37", "which rows a DELETE of one whole key finds";
    chatter: Support = Accepted, "11, 12", "what drivers send at connect, COMMIT and ROLLBACK";
    escapes: Escapes = On, "16", "backslash escapes in quoted text";
    excess_scale: ExcessScale = Refused, "5.1", "more fraction digits than a DECIMAL column has";
    varchar_length: Misuse = Refused, "31", "text longer than its VARCHAR(n)";
    zero_in_key_text: Support = Refused, "5.2", "a zero byte inside a VARCHAR or CHAR of the key";
    text_as_bytes: TextAsBytes = Refused, "5.2", "quoted text written to a VARBINARY column";
    empty_bytes: EmptyValue = Kept, "5.2", "an empty VARBINARY";
    boolean_from_integer: Support = Accepted, "5.2", "0 and 1 written to a BOOLEAN column";
    delete_affected: DeleteAffected = One, "38", "the affected-rows number of a DELETE";
    limit_cap: LimitCap = Always, "51", "where LIMIT and OFFSET are capped at 10,000";
    describe_parameters: Parameters = Shown, "4.5", "lengths and precisions in DESCRIBE";
    memory_sort: Support = Refused, "2.4", "ORDER BY other than in key order";
    long_data: Support = Refused, "5", "parameters sent piecemeal, by COM_STMT_SEND_LONG_DATA";
    quote_doubling: Support = Accepted, "16", "a quote within quotes, written twice";
    double_quotes: DoubleQuotes = Refused, "15", "double quotes";
    hex_literal: Support = Accepted, "17", "binary literals `x'..'`";
    row_comparison: Support = Accepted, "2.4", "rows of columns compared with rows of values";
    several_additions: Support = Accepted, "23", "an ALTER TABLE that adds several columns";
    duplicate_column_code: DuplicateColumnCode = Mysql, "23", "the error number of ADD COLUMN of one that is there";
    excess_fraction: ExcessFraction = Truncated, "33", "more than three fraction digits of a TIMESTAMP";
    immutable_change: Misuse = Refused, "49", "UPDATE and DELETE on a table whose MUTABILITY is IMMUTABLE";
    full_scan: Support = Accepted, "50", "a SELECT without WHERE and without `_l_allow_filtering_`";
    read_limit: ReadLimit = Streams, "2.4", "a SELECT that finds more than 2,000 rows";
    stamp_minimum: StampMinimum = Inclusive, "47", "the bound of the hint `_l_ts_min_`";
    decimal_result: DecimalResult = DeclaredScale, "5.1", "the fraction digits a DECIMAL is read back with";
    boolean_result: BooleanResult = Tinyint, "5.1", "the type a BOOLEAN is read back as";
    temporal_result: TemporalResult = Typed, "5.1", "the type DATE, TIME and TIMESTAMP are read back as";
    json_result: JsonResult = Kept, "5.1", "the text JSON is read back as";
    show_index: Presence = Present, "4.5", "the statement SHOW INDEX";
    show_create_table: Presence = Present, "26", "the statement SHOW CREATE TABLE";
    schema_visibility: SchemaVisibility = Immediate, "4.3", "when other nodes know of a new table or column";
    information_schema: Presence = Present, "4.5", "the database `information_schema`, with its view KEYWORDS";
    show_table_variables: Presence = Present, "26", "the statement SHOW TABLE VARIABLES";
    time_zone_setting: Support = Accepted, "11", "the session variable TIME_ZONE; without it the zone is +08:00 for good";
    sql_mode_setting: Support = Accepted, "11", "the session variable SQL_MODE";
    bigint_unsigned: Support = Accepted, "19", "the type BIGINT UNSIGNED";
    date_and_time_types: Support = Accepted, "5.3", "the types DATE and TIME";
    drop_column: Support = Accepted, "24", "ALTER TABLE DROP COLUMN";
    storage_refusal_code: StorageRefusalCode = Lindorm, "48, 50", "the error number of what the storage refuses: stamps beside an index, full scans";
    value_error_code: ValueErrorCode = Mysql, "31, 32", "the error number of a value that its column does not take";
    engine_version: EngineVersion = New, "11", "the SQL engine version that is told";
    statement_reset: Support = Accepted, "5", "the command COM_STMT_RESET";
}

#[cfg(test)]
mod tests {
    use super::{Assumptions, EqualStamp, TABLE};

    #[test]
    fn a_switch_is_set_by_its_name() {
        let mut assumptions = Assumptions::default();
        assumptions.assume("equal_stamp=first_wins").expect("a known setting");
        assert_eq!(assumptions.equal_stamp, EqualStamp::FirstWins);
    }

    #[test]
    fn a_fault_in_a_setting_is_named() {
        let mut assumptions = Assumptions::default();
        let fault =
            |text: &str, assumptions: &mut Assumptions| assumptions.assume(text).expect_err("a fault");
        assert_eq!(fault("equal_stamp", &mut assumptions), "`equal_stamp` is not NAME=VALUE");
        assert_eq!(fault("stamp=1", &mut assumptions), "no assumption is named `stamp`");
        assert_eq!(
            fault("null_row=maybe", &mut assumptions),
            "`null_row` is one of exists, absent, not `maybe`"
        );
    }

    #[test]
    fn the_table_names_every_switch_with_its_default_among_its_values() {
        for ((name, value), info) in Assumptions::default().shown().into_iter().zip(TABLE) {
            assert_eq!(name, info.name);
            assert!(info.values.contains(&value), "{name}");
        }
    }
}
