//! Every finding precheck can have: its code, which levels it may take, and what it means in one line.
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

macro_rules! codes {
    ($($variant:ident $text:literal $levels:ident $meaning:literal)*) => {
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
    UnknownAcceptedCode "unknown_accepted_code" Fail "the document accepts a finding that does not exist or cannot be accepted"

    SourceConnection "source_connection" Fail "the source can be reached and lets the account in"
    SourceTls "source_tls" Fail "the line to the source is protected as the document demands"
    SourceVersion "source_version" AlertOrFail "the source is a MySQL version Ferry is made for"
    SourceGrants "source_grants" AlertOrFail "the account may read every selected table"
    SourceVisibility "source_visibility" Alert "the account sees every table of a database selected by pattern"
    SourceCatalog "source_catalog" Fail "the source describes its tables to the account"
    ReplicationGrants "replication_grants" Pass "the account may read the binary log, which an incremental migration needs"

    TargetConnection "target_connection" Fail "the target can be reached and lets the account in"
    TargetTls "target_tls" Fail "the line to the target is protected as the document demands"
    TargetCatalog "target_catalog" Fail "the target describes its databases and tables to the account"
    TargetDatabase "target_database" Fail "each target database exists or can be created"
    TargetDatabaseName "target_database_name" Fail "a database to be created has a name the target allows"
    TimeZone "time_zone" Pass "how the time zones of both ends bear on the values"

    ProbeClock "probe_clock" Alert "the target's clock can be read from an unstamped cell"
    ProbeStamp "probe_stamp" Alert "the target keeps the stamp a copied row is given"
    ProbeNullRows "probe_null_rows" Pass "whether a row of only NULLs exists on the target"
    ProbeOddNames "probe_odd_names" Pass "whether the target takes names outside its documented characters"

    SelectionEmpty "selection_empty" AlertOrFail "the document's patterns select at least one table"
    SourceObjectMissing "source_object_missing" Fail "each database and table the document names exists on the source"
    SourceColumnMissing "source_column_missing" Fail "each column the document renames or excludes exists"
    ViewSkipped "view_skipped" Alert "views are not carried"
    TableEngine "table_engine" AlertOrFail "the table's storage engine gives consistent reads"
    EncryptedDatabase "encdb" Fail "no column holds values encrypted by the server (EncDB)"

    TableKey "table_key" Fail "the table has a primary key or a unique key over NOT NULL columns"
    KeyColumnExcluded "key_column_excluded" Fail "no key column is excluded"
    KeyColumns "key_columns" Fail "the key has no more columns than the target takes"
    KeyType "key_type" Fail "each key column's type can be a key on the target"
    KeyOnlyTable "key_only_table" Fail "a table without columns besides its key can be carried"
    ColumnType "column_type" Fail "each column's type is known"
    DecimalPrecision "decimal_precision" AlertOrFail "each DECIMAL has the same precision on both ends"
    TableDefinitionSize "table_definition_size" Fail "the table's definition fits a checkpoint record"

    NameClash "name_clash" Fail "no two source names become one on the target"
    TargetName "target_name" AlertOrFail "each name to be created is one the target allows"
    TargetTableMissing "target_table_missing" Fail "each target table exists where Ferry may not create it"
    TargetTableExists "target_table_exists" Pass "an existing target table is used as it is"
    TargetOwned "target_owned" Fail "no other unfinished task writes to the target table"
    TargetNotEmpty "target_not_empty" Fail "the target table is empty"
    TargetKey "target_key" Fail "the existing target table has the source's key"
    TargetColumnMissing "target_column_missing" Fail "the existing target table has every column"
    TargetColumnExtra "target_column_extra" Pass "columns of the existing target table that nothing is carried into"
    TargetIncompatible "target_incompatible" Fail "each column's type can be carried exactly into the existing target column"
    TargetNarrower "target_narrower" Alert "the existing target column holds every value its source type allows"
    TargetIndex "target_index" Alert "indexes of the target table allow stamped writes"
    TargetTtl "target_ttl" Alert "rows do not expire on the target"
    TargetVersions "target_versions" Fail "the target table keeps at least one version"
    TargetMutability "target_mutability" Alert "the target table's rows may be written again"

    ValueSize "value_size" AlertOrFail "no value is larger than the target stores"
    KeySize "key_size" AlertOrFail "no key is larger than the target stores"
    KeyNul "key_nul" AlertOrFail "no string of a key contains U+0000"
    KeyZeroDate "key_zero_date" Fail "no key holds a zero date"
    NullRows "null_rows" Alert "no row is NULL in every column besides its key"
    NotScanned "not_scanned" Alert "every question about the rows was answered in time"

    GeneratedColumns "generated_columns" Pass "generated columns are carried as plain values"
    InvisibleColumns "invisible_columns" Pass "invisible columns and generated keys are carried"
    ForeignKeys "foreign_keys" Pass "cascading foreign keys, whose effects the binary log does not hold"

    BinlogEnabled "binlog_enabled" Pass "log_bin, for an incremental migration"
    BinlogFormat "binlog_format" Pass "binlog_format, for an incremental migration"
    BinlogRowImage "binlog_row_image" Pass "binlog_row_image, for an incremental migration"
    BinlogRowValueOptions "binlog_row_value_options" Pass "binlog_row_value_options, for an incremental migration"
    BinlogRetention "binlog_retention" Pass "how long binary logs are kept, for an incremental migration"
    ServerId "server_id" Pass "server_id, for an incremental migration"
    LogReplicaUpdates "log_replica_updates" Pass "log_replica_updates, for an incremental migration from a replica"
    GtidMode "gtid_mode" Pass "gtid_mode, for an incremental migration that survives a failover"
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
