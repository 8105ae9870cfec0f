//! What writing does where no page says: stamps, NULL, limits, conversions, DELETE.

switch! {
    /// Which of two cells with one timestamp stays.
    EqualStamp {
        /// The write that arrives later.
        LaterWins = "later_wins",
        /// The write that arrived first.
        FirstWins = "first_wins",
        /// The greater value, byte by byte; NULL is the smallest.
        ValueOrder = "value_order",
    }
}
switch! {
    /// What writing NULL does.
    NullWrite {
        /// Removes the cell and hides older stamps that arrive later.
        Removes = "removes",
        /// Removes the cell there is and leaves nothing behind.
        RemovesOnce = "removes_once",
        /// Leaves the column as it was.
        Ignored = "ignored",
        /// An error.
        Refused = "refused",
    }
}
switch! {
    /// Whether a row whose non-key columns are all NULL exists.
    NullRow {
        /// It is read back as its key and NULLs.
        Exists = "exists",
        /// It is not there.
        Absent = "absent",
    }
}
switch! {
    /// Whether a cell stamped exactly as its row's delete marker is seen.
    EqualToMarker {
        /// It is deleted.
        Hidden = "hidden",
        /// It survives.
        Shown = "shown",
    }
}
switch! {
    /// Which stamp holds where hint and pseudo column stand in one statement.
    BothStamps {
        /// The pseudo column's.
        ColumnWins = "column_wins",
        /// The hint's.
        HintWins = "hint_wins",
        /// Neither: an error.
        Refused = "refused",
    }
}
switch! {
    /// What a DELETE hides.
    DeleteMarker {
        /// Every cell stamped at or before it, whenever it arrives.
        HidesLater = "hides_later",
        /// Only what has arrived, as if a compaction ran at once.
        HidesPresent = "hides_present",
    }
}
switch! {
    /// How a DELETE of one whole key runs where DELETEs of several rows are allowed.
    OneKeyDelete {
        /// It leaves a marker without looking whether the row is there.
        Marks = "marks",
        /// As the others: it looks for the row, and where there is none it leaves nothing.
        ReadsFirst = "reads_first",
    }
}
switch! {
    /// Which rows a DELETE of one whole key finds.
    KeyDelete {
        /// Those of any key.
        Every = "every",
        /// None whose key holds VARCHAR or CHAR.
        NoText = "no_text",
        /// None whose key holds VARBINARY or BINARY.
        NoBytes = "no_bytes",
        /// None whose key holds DECIMAL.
        NoDecimal = "no_decimal",
        /// Those of keys of one column; others are refused.
        OneColumn = "one_column",
    }
}
switch! {
    /// What becomes of a cell written older than its time to live.
    TtlOnWrite {
        /// It is never stored.
        Dropped = "dropped",
        /// It is stored, and hidden for as long as the table's TTL stands.
        Kept = "kept",
    }
}
switch! {
    /// The most rows of one statement.
    RowsPerStatement {
        /// The documented limit.
        TwoThousand = "2000",
        /// Half of it.
        Thousand = "1000",
        /// What the pages recommend at most.
        Hundred = "100",
        /// What the pages recommend at least.
        Fifty = "50",
        /// A tenth of what they recommend.
        Ten = "10",
        /// No statement of several rows.
        One = "1",
    }
}

impl RowsPerStatement {
    /// The number.
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            Self::TwoThousand => 2_000,
            Self::Thousand => 1_000,
            Self::Hundred => 100,
            Self::Fifty => 50,
            Self::Ten => 10,
            Self::One => 1,
        }
    }
}
switch! {
    /// The most bytes of one statement's values.
    BytesPerStatement {
        /// The documented limit.
        Documented = "64MiB",
        /// A quarter of it.
        Sixteen = "16MiB",
        /// The value of a small instance.
        One = "1MiB",
    }
}

impl BytesPerStatement {
    /// The number.
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            Self::Documented => 64 << 20,
            Self::Sixteen => 16 << 20,
            Self::One => 1 << 20,
        }
    }
}
switch! {
    /// How long a key may be.
    KeyLimit {
        /// 2 KB in all.
        Strict = "strict",
        /// 2 KB a column and 30 KB in all.
        Wide = "wide",
    }
}
switch! {
    /// What the limit of 2 MB is of.
    ValueLimit {
        /// Each value.
        Column = "column",
        /// All values of a row outside the key.
        Row = "row",
    }
}
switch! {
    /// What becomes of a bound text where the column's type is no text.
    BoundText {
        /// It is read as a literal is.
        Converted = "converted",
        /// An error.
        Refused = "refused",
    }
}
switch! {
    /// What is done with more fraction digits than a DECIMAL column has.
    ExcessScale {
        /// An error.
        Refused = "refused",
        /// Rounded half away from zero.
        Rounded = "rounded",
        /// Cut off.
        Truncated = "truncated",
    }
}
switch! {
    /// What becomes of more than three fraction digits of a TIMESTAMP.
    ExcessFraction {
        /// They are cut off.
        Truncated = "truncated",
        /// They are rounded, half up.
        Rounded = "rounded",
        /// An error.
        Refused = "refused",
    }
}
switch! {
    /// How quoted text becomes VARBINARY.
    TextAsBytes {
        /// An error.
        Refused = "refused",
        /// Its UTF-8 bytes.
        Bytes = "bytes",
        /// Read as hex digits.
        Hex = "hex",
    }
}
switch! {
    /// What an empty text or VARBINARY becomes.
    EmptyValue {
        /// An empty value.
        Kept = "kept",
        /// NULL.
        Null = "null",
    }
}
switch! {
    /// Whether NOT NULL is checked outside the key.
    NotNull {
        /// NULL is taken.
        Unchecked = "unchecked",
        /// NULL is an error.
        Checked = "checked",
    }
}
switch! {
    /// The affected-rows number of an UPSERT.
    UpsertAffected {
        /// The rows of VALUES.
        Rows = "rows",
        /// Always zero.
        Zero = "zero",
        /// Always one.
        One = "one",
    }
}
switch! {
    /// The affected-rows number of a DELETE.
    DeleteAffected {
        /// Always one.
        One = "one",
        /// Always zero.
        Zero = "zero",
    }
}
