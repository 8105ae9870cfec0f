//! The number at the end of a log file's name.
//!
//! Six digits, and more beyond 999999; the base name is the server's `log_bin` and may itself hold dots and digits.

/// The number; none where there is none, or the digits are more than any server writes.
pub(crate) fn file_number(name: &str) -> Option<u64> {
    let (base, digits) = name.rsplit_once('.')?;
    let is_number = digits.len() >= 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
    if base.is_empty() || !is_number { None } else { digits.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::file_number;

    #[test]
    fn numbers_are_read_behind_any_base_name() {
        assert_eq!(file_number("binlog.000001"), Some(1));
        assert_eq!(file_number("db-1.example.com-bin.999999"), Some(999_999));
        assert_eq!(file_number("mysql-bin.1000000"), Some(1_000_000));
        assert_eq!(file_number("a.000001.2147483646"), Some(2_147_483_646));
        for name in ["", "binlog", "binlog.", "binlog.index", ".000001", "binlog.00001x", "binlog.-00001"] {
            assert_eq!(file_number(name), None, "{name}");
        }
    }
}
