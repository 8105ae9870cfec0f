//! Numbers at their bounds, read on the target as literal text.

use crate::migration::moved::{assert_moved, moved};

pub(super) const TABLES: &str = "
CREATE TABLE integers (id INT PRIMARY KEY,
  t TINYINT, tu TINYINT UNSIGNED, s SMALLINT, su SMALLINT UNSIGNED, m MEDIUMINT, mu MEDIUMINT UNSIGNED,
  i INT, iu INT UNSIGNED, b BIGINT, bu BIGINT UNSIGNED, flag BOOL, z INT(8) ZEROFILL, y YEAR);
INSERT INTO integers VALUES
  (1, -128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0, FALSE, 0, 0),
  (2, 127, 255, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9223372036854775807,
      18446744073709551615, TRUE, 42, 2155),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, -1, 128, -1, 32768, -1, 8388608, -1, 2147483648, -1, 9223372036854775808, 127, 4294967295, 1901);
CREATE TABLE decimals (id INT PRIMARY KEY,
  whole DECIMAL(10), price DECIMAL(10,2), fraction DECIMAL(2,2), wide DECIMAL(38,10), widest DECIMAL(65,30),
  positive DECIMAL(20,0) UNSIGNED);
INSERT INTO decimals VALUES
  (1, -9999999999, -99999999.99, -0.99, -9999999999999999999999999999.9999999999,
      -99999999999999999999999999999999999.999999999999999999999999999999, 0),
  (2, 9999999999, 99999999.99, 0.99, 9999999999999999999999999999.9999999999,
      99999999999999999999999999999999999.999999999999999999999999999999, 99999999999999999999),
  (3, 0, 0, 0, 0, 0, 1),
  (4, NULL, NULL, NULL, NULL, NULL, NULL),
  (5, 1, -0.10, 0.01, 0.0000000001, 0.000000000000000000000000000001, 10);
CREATE TABLE floats (id INT PRIMARY KEY, f FLOAT, d DOUBLE);
INSERT INTO floats VALUES (1, 0.1, 0.1), (2, 16777216, 9007199254740993), (3, -0e0, -0e0),
  (4, 3.402823466e38, 1.7976931348623157e308), (5, 1.401298464324817e-45, 4.9406564584124654e-324),
  (6, NULL, NULL), (7, 0.3, 0.30000000000000004), (8, -1.1754944e-38, -2.2250738585072014e-308);
";

const BITS: std::ops::RangeInclusive<u32> = 1..=64;

/// One column of each width: empty, full, the highest bit alone, and NULL.
pub(super) fn bit_tables() -> String {
    let list = |column: &dyn Fn(u32) -> String| BITS.map(column).collect::<Vec<_>>().join(", ");
    format!(
        "CREATE TABLE bits (id INT PRIMARY KEY, {}); INSERT INTO bits VALUES (1, {}), (2, {}), (3, {}), (4, {});",
        list(&|bits| format!("b{bits} BIT({bits})")),
        list(&|_| "0".to_owned()),
        list(&|bits| full(bits).to_string()),
        list(&|bits| (1_u64 << (bits - 1)).to_string()),
        list(&|_| "NULL".to_owned()),
    )
}

fn full(bits: u32) -> u64 {
    u64::MAX >> (64 - bits)
}

#[test]
fn integers_of_every_width_arrive_at_their_bounds() {
    assert_moved(
        "integers",
        "t, tu, s, su, m, mu, i, iu",
        &[
            &["-128", "0", "-32768", "0", "-8388608", "0", "-2147483648", "0"],
            &["127", "255", "32767", "65535", "8388607", "16777215", "2147483647", "4294967295"],
            &["NULL"; 8],
            &["-1", "128", "-1", "32768", "-1", "8388608", "-1", "2147483648"],
        ],
    );
    assert_moved(
        "integers",
        "b, bu, flag, z, y",
        &[
            &["-9223372036854775808", "0", "0", "0", "0"],
            &["9223372036854775807", "18446744073709551615", "1", "42", "2155"],
            &["NULL"; 5],
            &["-1", "9223372036854775808", "127", "4294967295", "1901"],
        ],
    );
}

#[test]
fn decimals_keep_every_digit() {
    let (wide, widest) = (
        "9999999999999999999999999999.9999999999",
        "99999999999999999999999999999999999.999999999999999999999999999999",
    );
    let (minus_wide, minus_widest) = (format!("-{wide}"), format!("-{widest}"));
    let (zeros_wide, zeros_widest) = ("0.0000000000", "0.000000000000000000000000000000");
    let (least_wide, least_widest) = ("0.0000000001", "0.000000000000000000000000000001");
    assert_moved(
        "decimals",
        "whole, price, fraction, wide, widest, positive",
        &[
            &["-9999999999", "-99999999.99", "-0.99", &minus_wide, &minus_widest, "0"],
            &["9999999999", "99999999.99", "0.99", wide, widest, "99999999999999999999"],
            &["0", "0.00", "0.00", zeros_wide, zeros_widest, "1"],
            &["NULL"; 6],
            &["1", "-0.10", "0.01", least_wide, least_widest, "10"],
        ],
    );
}

#[test]
fn floats_arrive_bit_by_bit() {
    let found = moved("floats", "f, d");
    let number = |row: usize, column: usize| found[row][column].clone();
    let single = |row: usize| number(row, 0).parse::<f32>().expect("a number").to_bits();
    let double = |row: usize| number(row, 1).parse::<f64>().expect("a number").to_bits();
    for (row, f, d) in [
        (0, 0.1_f32, 0.1_f64),
        (1, 16_777_216.0, 9_007_199_254_740_992.0),
        (2, -0.0, -0.0),
        (3, f32::MAX, f64::MAX),
        (4, f32::from_bits(1), f64::from_bits(1)),
        (6, 0.3, 0.300_000_000_000_000_04),
        (7, -f32::MIN_POSITIVE, -f64::MIN_POSITIVE),
    ] {
        assert_eq!((single(row), double(row)), (f.to_bits(), d.to_bits()), "row {row}");
    }
    assert_eq!(found[5], ["NULL", "NULL"]);
}

#[test]
fn bits_of_every_width_arrive_as_numbers() {
    for bits in BITS {
        let highest = (1_u64 << (bits - 1)).to_string();
        let full = full(bits).to_string();
        let expected: [&[&str]; 4] = [&["0"], &[&full], &[&highest], &["NULL"]];
        let column = format!("b{bits}");
        let shown: Vec<Vec<String>> = moved("bits", &column)
            .into_iter()
            .map(|row| row.into_iter().map(|cell| cell.replace("false", "0").replace("true", "1")).collect())
            .collect();
        assert_eq!(shown, expected, "{column}");
    }
}
