//! What reading shows where no page says: results, limits, versions, error numbers and their language.

switch! {
    /// How many fraction digits a DECIMAL is read back with.
    DecimalResult {
        /// As many as its column has.
        DeclaredScale = "declared_scale",
        /// As few as show its value.
        Stripped = "stripped",
    }
}
switch! {
    /// What a BOOLEAN is read back as.
    BooleanResult {
        /// A TINYINT, 0 or 1.
        Tinyint = "tinyint",
        /// The text `true` or `false`.
        Text = "text",
        /// One byte, 0 or 1, as a BIT(1) travels.
        Bit = "bit",
    }
}
switch! {
    /// How DATE, TIME and TIMESTAMP are read back by prepared statements.
    TemporalResult {
        /// In their binary forms.
        Typed = "typed",
        /// As text.
        Text = "text",
    }
}
switch! {
    /// How JSON is read back.
    JsonResult {
        /// As it was written.
        Kept = "kept",
        /// Without blanks, its keys sorted; numbers as they were written.
        Normalized = "normalized",
    }
}
switch! {
    /// Where the cap of 10,000 on LIMIT and OFFSET holds.
    LimitCap {
        /// In every SELECT.
        Always = "always",
        /// Only with ORDER BY.
        Ordered = "ordered",
    }
}
switch! {
    /// Whether DESCRIBE shows lengths, precisions and scales.
    Parameters {
        /// As `DECIMAL(10,2)`.
        Shown = "shown",
        /// As `DECIMAL`.
        Hidden = "hidden",
    }
}
switch! {
    /// The SQL engine version that is told.
    EngineVersion {
        /// A version of 2026.
        New = "2.9.6.0",
        /// One of the first with a MySQL endpoint.
        Old = "2.6.3.4",
    }
}
switch! {
    /// The error number of a table that does not exist.
    MissingTableCode {
        /// The number of MySQL.
        Mysql = "1146",
        /// The vendor's own.
        Lindorm = "8005",
    }
}
switch! {
    /// The error number of a statement that its user has no privilege for.
    DeniedStatement {
        /// 1227, SQLSTATE 42000.
        InsufficientPrivilege = "1227",
        /// 1045, SQLSTATE 28000, as of a refused login.
        AccessDenied = "1045",
    }
}
switch! {
    /// The error number of a statement with too many rows or bytes.
    OverLimitCode {
        /// The vendor's own, of every resource limit.
        Lindorm = "8008",
        /// The number of MySQL for a packet too large.
        Mysql = "1153",
        /// The vendor's own, of everything unsupported.
        Unsupported = "9001",
    }
}
switch! {
    /// The error number of ADD COLUMN of one that is there.
    DuplicateColumnCode {
        /// The number of MySQL.
        Mysql = "1060",
        /// The vendor's own, of everything unsupported.
        Lindorm = "9001",
    }
}
switch! {
    /// The language of error messages until ERROR_LANG is set.
    ErrorLanguage {
        /// English.
        English = "en",
        /// Chinese.
        Chinese = "zh_CN",
    }
}
switch! {
    /// When other nodes than the one that changed a definition know it.
    SchemaVisibility {
        /// At once.
        Immediate = "immediate",
        /// 300 milliseconds later.
        Delayed = "delayed",
    }
}
switch! {
    /// The error number of what the storage refuses by itself.
    StorageRefusalCode {
        /// The vendor's own, of everything unsupported.
        Lindorm = "9001",
        /// The number of MySQL for whatever a storage engine tells.
        Mysql = "1030",
    }
}
switch! {
    /// The error number of a value that its column does not take.
    ValueErrorCode {
        /// MySQL's, one for each fault.
        Mysql = "mysql",
        /// One for all: the number of MySQL for what has none.
        Unknown = "1105",
    }
}
switch! {
    /// What becomes of the rows of a SELECT beyond the 2,000 of one read.
    ReadLimit {
        /// They follow: the limit is of a page inside the server.
        Streams = "streams",
        /// They are left out, and nothing says so.
        Truncated = "truncated",
    }
}
switch! {
    /// Whether `_l_ts_min_(N)` shows cells stamped N.
    StampMinimum {
        /// It does.
        Inclusive = "inclusive",
        /// It shows greater stamps only, as older pages say.
        Exclusive = "exclusive",
    }
}
