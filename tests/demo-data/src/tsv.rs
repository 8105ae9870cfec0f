//! Rows in the format of `LOAD DATA` with its default separators.
//!
//! Fields end in a tab, rows in a line feed, NULL is `\N`; the bytes that mean something are escaped by a backslash.
//! Binary values are written as hexadecimal digits, because the file as a whole is UTF-8: the load statement unhexes them.

use std::fmt::{Display, Write as _};
use std::io::{self, Write};

use crate::calendar;

/// Writes rows field by field.
#[derive(Debug)]
pub struct Rows<W> {
    file: W,
    line: String,
    rows: u64,
    bytes: u64,
}

impl<W: Write> Rows<W> {
    /// Rows that go into this file.
    pub fn new(file: W) -> Self {
        Self { file, line: String::new(), rows: 0, bytes: 0 }
    }

    /// Numbers and anything else whose text needs no escape.
    pub fn plain(&mut self, value: impl Display) -> &mut Self {
        self.separate();
        let _ = write!(self.line, "{value}");
        self
    }

    /// Any text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.separate();
        for character in value.chars() {
            match character {
                '\\' => self.line.push_str("\\\\"),
                '\t' => self.line.push_str("\\t"),
                '\n' => self.line.push_str("\\n"),
                '\r' => self.line.push_str("\\r"),
                '\0' => self.line.push_str("\\0"),
                other => self.line.push(other),
            }
        }
        self
    }

    /// Bytes, as hexadecimal digits.
    pub fn hex(&mut self, value: &[u8]) -> &mut Self {
        self.separate();
        for byte in value {
            let _ = write!(self.line, "{byte:02x}");
        }
        self
    }

    /// A decimal number given in units of its last digit: 12345 with scale 2 is `123.45`.
    pub fn decimal(&mut self, units: i64, scale: u32) -> &mut Self {
        self.separate();
        let one = 10_u64.pow(scale);
        let sign = if units < 0 { "-" } else { "" };
        let (whole, fraction) = (units.unsigned_abs() / one, units.unsigned_abs() % one);
        let width = usize::try_from(scale).unwrap_or(0);
        let _ = write!(self.line, "{sign}{whole}");
        if scale > 0 {
            let _ = write!(self.line, ".{fraction:0width$}");
        }
        self
    }

    /// A date, as days since 1970.
    pub fn date(&mut self, days: i64) -> &mut Self {
        self.separate();
        calendar::write_date(&mut self.line, days);
        self
    }

    /// Date and time, with this many digits of the second's fraction.
    pub fn instant(&mut self, seconds: i64, micros: u64, digits: u32) -> &mut Self {
        self.separate();
        calendar::write_instant(&mut self.line, seconds, micros, digits);
        self
    }

    /// NULL.
    pub fn null(&mut self) -> &mut Self {
        self.separate();
        self.line.push_str("\\N");
        self
    }

    /// NULL or what `write` writes.
    pub fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    /// Ends the row.
    ///
    /// # Errors
    /// Fails when the file cannot be written.
    pub fn end(&mut self) -> io::Result<()> {
        // The first separator stands before the first field.
        self.line.push('\n');
        let line = self.line.get(1..).unwrap_or_default();
        self.file.write_all(line.as_bytes())?;
        self.rows += 1;
        self.bytes += u64::try_from(line.len()).unwrap_or(0);
        self.line.clear();
        Ok(())
    }

    /// Ends the file and tells rows and bytes.
    ///
    /// # Errors
    /// Fails when the file cannot be written.
    pub fn finish(mut self) -> io::Result<(u64, u64)> {
        self.file.flush()?;
        Ok((self.rows, self.bytes))
    }

    fn separate(&mut self) {
        self.line.push('\t');
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn every_kind_of_field_is_written_as_load_data_reads_it() {
        let mut file = Vec::new();
        let mut rows = Rows::new(&mut file);
        rows.plain(-7).text("a\tb\\c\nd🚀").null().hex(&[0, 255]).decimal(-105, 2).decimal(3, 0).date(1);
        rows.maybe(Some("x"), Rows::text).maybe(None, Rows::text).end().unwrap();
        let counted = rows.finish().unwrap();
        let expected = "-7\ta\\tb\\\\c\\nd🚀\t\\N\t00ff\t-1.05\t3\t1970-01-02\tx\t\\N\n";
        assert_eq!(String::from_utf8(file).unwrap(), expected);
        assert_eq!(counted, (1, u64::try_from(expected.len()).unwrap()));
    }
}
