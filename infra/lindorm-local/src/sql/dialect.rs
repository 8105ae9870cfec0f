//! What may be written, as far as it depends on the session or on a switch. It is settled before a statement is parsed.

/// The forms that a text may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// A backslash escapes in quoted text.
    pub(crate) escapes: bool,
    /// A quote within quotes is written twice.
    pub(crate) doubling: bool,
    /// Double quotes stand around names, as backticks do.
    pub(crate) double_quoted_names: bool,
    /// `x'..'` is a binary value.
    pub(crate) hex: bool,
    /// Rows of columns are compared with rows of values.
    pub(crate) rows: bool,
    /// One ALTER TABLE adds several columns.
    pub(crate) several_additions: bool,
}

impl Dialect {
    /// What stands inside a hint, or as a type: names and numbers.
    pub(crate) const OF_HINTS: Self = Self {
        escapes: false,
        doubling: true,
        double_quoted_names: false,
        hex: true,
        rows: false,
        several_additions: false,
    };
}
