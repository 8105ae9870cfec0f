//! Every finding precheck can have: its code, which levels it may take, and what is so where it passes.
//!
//! The codes are what a task document accepts by name (`ignore:`), so a code is never renamed or used anew.
//! Only a code that may be an alert can be accepted.

use std::fmt;

/// Which levels a code may take besides `pass`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Levels {
    /// It only informs.
    Pass,
    /// It may be an alert.
    Alert,
    /// It may be a failure.
    Fail,
    /// It may be either.
    AlertOrFail,
}

impl Levels {
    /// Whether an alert of this code can occur, which a task document may accept.
    #[must_use]
    pub fn can_alert(self) -> bool {
        match self {
            Self::Alert | Self::AlertOrFail => true,
            Self::Pass | Self::Fail => false,
        }
    }

    /// Whether a failure of this code can occur.
    #[must_use]
    pub fn can_fail(self) -> bool {
        match self {
            Self::Fail | Self::AlertOrFail => true,
            Self::Pass | Self::Alert => false,
        }
    }
}

/// When a code has been judged, so that its silence means that all is in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Always: the document is enough.
    Document,
    /// When the source has answered.
    Source,
    /// When both have answered.
    Target,
    /// When both have answered and a table is selected.
    Tables,
    /// It never is silent where it was judged.
    Itself,
}

macro_rules! codes {
    ($($variant:ident $text:literal $levels:ident $judged:ident $meaning:literal)*) => {
        /// A finding's code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the report.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands in reports and task documents.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// What it means.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)*
                }
            }

            /// When it has been judged.
            #[must_use]
            pub fn judged(self) -> Judged {
                match self {
                    $(Self::$variant => Judged::$judged,)*
                }
            }

            /// Which levels it may take.
            #[must_use]
            pub fn levels(self) -> Levels {
                match self {
                    $(Self::$variant => Levels::$levels,)*
                }
            }
        }
    };
}

codes! {
    UnknownAcceptedCode "unknown_accepted_code" Fail Document "every finding the document accepts exists and can be accepted"

    SourceConnection "source_connection" Fail Itself "the source can be reached and lets the account in"
    SourceTls "source_tls" Fail Itself "the line to the source is protected as the document demands"
    SourceVersion "source_version" AlertOrFail Itself "the source is a MySQL version Ferry is made for"
    SourceGrants "source_grants" AlertOrFail Source "the account may read every selected table"
    SourceVisibility "source_visibility" Alert Source "the account sees every table of a database selected by pattern"
    SourceCatalog "source_catalog" Fail Itself "the source describes its tables to the account"
    ReplicationGrants "replication_grants" AlertOrFail Itself "the account may read the binary log, where it is followed"
    StartPosition "start_position" AlertOrFail Itself "the place in the binary log from which it is followed can be found"

    TargetConnection "target_connection" Fail Itself "the target can be reached and lets the account in"
    TargetTls "target_tls" Fail Itself "the line to the target is protected as the document demands"
    TargetCatalog "target_catalog" Fail Itself "the target describes its databases and tables to the account"
    TargetDatabase "target_database" Fail Target "each target database exists or can be created"
    TargetDatabaseName "target_database_name" Fail Target "each database to be created has a name the target allows"
    TimeZone "time_zone" Pass Itself "how the time zones of both ends bear on the values"

    ProbeClock "probe_clock" Alert Itself "the target's clock can be read from an unstamped cell"
    ProbeStamp "probe_stamp" Alert Itself "the target keeps the stamp a copied row is given"
    ProbeClockSpread "probe_clock_spread" Alert Itself "the clocks of the target's nodes differ by less than the stamp's margin"
    ProbeDelete "probe_delete" Alert Itself "a DELETE on the target hides an older row that arrives after it"
    ProbeDrop "probe_drop" Alert Itself "the account may drop the probe's tables"
    ProbeEqualStamps "probe_equal_stamps" Pass Itself "which of two cells with one stamp the target reads"
    ProbeReinsertion "probe_reinsertion" Pass Itself "whether a row written at once after its DELETE is read"
    ProbeNullWrite "probe_null_write" Alert Itself "writing NULL leaves nothing of an older value"
    ProbeNullRows "probe_null_rows" Pass Itself "whether a row of only NULLs exists on the target"
    ProbeOddNames "probe_odd_names" Pass Itself "whether the target takes names outside its documented characters"
    ProbePreparedHints "probe_prepared_hints" Pass Itself "whether hints work in prepared statements"
    ProbeValues "probe_values" Alert Itself "values read back from the target as they were written"
    ProbeEmptyValues "probe_empty_values" Alert Itself "an empty value on the target is not NULL"
    ProbeStatementRows "probe_statement_rows" Pass Itself "how many rows of one statement the target takes"
    ProbeDeleteTimeout "probe_delete_timeout" Pass Itself "whether the time of a DELETE can be limited"
    ProbeMultiRowDelete "probe_multi_row_delete" Pass Itself "whether one DELETE removes several rows"

    SelectionEmpty "selection_empty" AlertOrFail Source "the document selects at least one table of each database"
    SourceObjectMissing "source_object_missing" Fail Source "each database and table the document names exists on the source"
    SourceColumnMissing "source_column_missing" Fail Source "each column the document renames or excludes exists"
    ViewSkipped "view_skipped" Alert Source "no view is selected; views are not carried"
    TableEngine "table_engine" AlertOrFail Source "each table's storage engine gives consistent reads"
    EncryptedDatabase "encdb" Fail Source "no column holds values encrypted by the server (EncDB)"

    TableKey "table_key" Fail Tables "each table has a primary key or a unique key over NOT NULL columns"
    KeyColumnExcluded "key_column_excluded" Fail Tables "no key column is excluded"
    KeyColumns "key_columns" Fail Tables "no key has more columns than the target takes"
    KeyType "key_type" Fail Tables "each key column's type can be a key on the target"
    KeyOnlyTable "key_only_table" Fail Tables "a table without columns besides its key has a column that makes a row exist"
    ColumnType "column_type" Fail Tables "each column's type is known"
    DecimalPrecision "decimal_precision" AlertOrFail Tables "each DECIMAL has the same precision on both ends"
    TableDefinitionSize "table_definition_size" Fail Tables "each table's definition fits a checkpoint record"

    NameClash "name_clash" Fail Tables "no two source names become one on the target"
    TargetName "target_name" AlertOrFail Tables "each name to be created is one the target allows"
    TargetTableMissing "target_table_missing" Fail Tables "each target table exists where Ferry may not create it"
    TargetTableExists "target_table_exists" Pass Tables "a target table that exists is used as it is, one that does not is made"
    TargetOwned "target_owned" Fail Target "no other unfinished task writes to a target table"
    TargetNotEmpty "target_not_empty" Fail Tables "each target table is empty"
    TargetKey "target_key" Fail Tables "each existing target table has the source's key"
    TargetColumnMissing "target_column_missing" Fail Tables "each existing target table has every column"
    TargetColumnExtra "target_column_extra" Pass Tables "every column of an existing target table is carried into"
    TargetIncompatible "target_incompatible" Fail Tables "each column can be carried exactly into the existing target column"
    TargetNarrower "target_narrower" Alert Tables "each existing target column holds every value its source type allows"
    TargetIndex "target_index" Alert Tables "no index of a target table refuses stamped writes"
    TargetTtl "target_ttl" Alert Tables "rows do not expire on the target"
    TargetVersions "target_versions" Fail Tables "each target table keeps at least one version"
    TargetMutability "target_mutability" Alert Tables "the rows of each target table may be written again"

    TargetOldValues "target_old_values" Alert Tables "no old value of a row that stays shows under a NULL"
    TargetTypeRefused "target_type_refused" Fail Tables "the target makes columns of every type needed"
    TargetTypeLost "target_type_lost" Alert Tables "every type needed gives values back as they were written"
    TargetKeyDelete "target_key_delete" Fail Tables "a row is deleted by its key on the target, whatever the key's types, where the log is followed"

    ValueSize "value_size" AlertOrFail Itself "no value is larger than the target stores"
    KeySize "key_size" AlertOrFail Itself "no key is larger than the target stores"
    KeyNul "key_nul" AlertOrFail Itself "no string of a key contains U+0000"
    KeyZeroDate "key_zero_date" Fail Itself "no key holds a zero date"
    NullRows "null_rows" Alert Itself "no row is NULL in every column besides its key"
    EmptyValues "empty_values" Alert Itself "no row holds an empty value that would become NULL"
    NotScanned "not_scanned" Alert Itself "every question about the rows was answered in time"

    GeneratedColumns "generated_columns" Pass Itself "generated columns are carried as plain values"
    InvisibleColumns "invisible_columns" Pass Itself "invisible columns and generated keys are carried"
    ForeignKeys "foreign_keys" Alert Itself "no row changes through a foreign key without the binary log holding it, where it is followed"

    BinlogEnabled "binlog_enabled" Fail Itself "the source writes a binary log, where it is followed"
    BinlogFormat "binlog_format" Fail Itself "the binary log holds rows, where it is followed"
    BinlogRowImage "binlog_row_image" Fail Itself "the binary log holds whole rows, where it is followed"
    BinlogRowValueOptions "binlog_row_value_options" Fail Itself "the binary log holds whole JSON values, where it is followed"
    BinlogRowMetadata "binlog_row_metadata" Pass Itself "what the binary log itself tells of columns, where it is followed"
    BinlogRetention "binlog_retention" Alert Itself "binary logs are kept long enough, where they are followed"
    SyncBinlog "sync_binlog" Alert Itself "a crash of the source loses nothing that was read from its binary log, where it is followed"
    ServerId "server_id" Fail Itself "the source has a server id, where its binary log is followed"
    LogReplicaUpdates "log_replica_updates" AlertOrFail Itself "a source that is a replica logs what it replicates, where its binary log is followed"
    GtidMode "gtid_mode" Alert Itself "another server may take the source's place, where the binary log is followed"
    XaTransactions "xa_transactions" Alert Itself "no XA transaction is prepared and open, where the binary log is followed"
}

impl Code {
    /// The code of this text.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use migration::task::AcceptedFinding;

    use super::Code;

    #[test]
    fn every_code_is_one_of_its_kind_and_can_be_written_in_a_document() {
        let texts: std::collections::BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(AcceptedFinding::new(code.as_str()).is_some(), "{code}");
            assert_eq!(Code::named(code.as_str()), Some(*code));
            assert!(!code.meaning().is_empty());
        }
    }
}
