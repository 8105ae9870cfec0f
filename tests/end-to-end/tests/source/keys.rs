//! Keys of one column, of every type: each row exactly once, in MySQL's order, by the index.
//!
//! The values are the traps: extremes, neighbours that differ in the last digit, far outliers, neighbours that are
//! equal but for case, accents or trailing spaces where the collation tells them apart, and bytes no text has.

use crate::source::fixture::Database;
use crate::source::walk::{check, check_order};

/// Makes a table with a primary key of the type, holding the values (duplicates under its collation fall out) and a
/// hundred filler rows.
fn make(database: &Database, table: &str, column_type: &str, values: &[&str], filler: &str) {
    database.sql(&format!(
        "CREATE TABLE `{table}` (place INT NOT NULL AUTO_INCREMENT, k {column_type} NOT NULL, PRIMARY KEY (k), \
         KEY (place))"
    ));
    database.sql(&format!("INSERT IGNORE INTO `{table}` (k) VALUES ({})", values.join("), (")));
    if !filler.is_empty() {
        database.sql(&format!(
            "INSERT IGNORE INTO `{table}` (k) \
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 120) SELECT {filler} FROM n"
        ));
    }
}

async fn check_type(database: &Database, table: &str, column_type: &str, values: &[&str], filler: &str) {
    make(database, table, column_type, values, filler);
    check(database, table).await;
}

#[tokio::test]
async fn integer_keys_are_walked_from_end_to_end() {
    let database = Database::fresh("keys_integer").await;
    let signed = ["-9223372036854775808", "-1", "0", "1", "9223372036854775806", "9223372036854775807"];
    check_type(&database, "signed", "BIGINT", &signed, "n * n * 1000003 - 5000").await;
    let unsigned = [
        "0",
        "1",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551614",
        "18446744073709551615",
    ];
    check_type(&database, "unsigned", "BIGINT UNSIGNED", &unsigned, "n * 3").await;
    check_type(&database, "tiny", "TINYINT", &["-128", "127", "0"], "n - 60").await;
    check_type(&database, "medium", "MEDIUMINT UNSIGNED ZEROFILL", &["0", "16777215"], "n").await;
    check_type(&database, "year", "YEAR", &["0", "1901", "2155", "1970", "2000", "2001", "2069"], "1950 + n")
        .await;
}

#[tokio::test]
async fn bit_enum_and_set_keys_are_walked_by_number() {
    let database = Database::fresh("keys_number").await;
    check_type(&database, "bit1", "BIT(1)", &["b'0'", "b'1'"], "").await;
    check_type(&database, "bit10", "BIT(10)", &["b'0'", "1023", "1", "512"], "n * 5").await;
    check_type(
        &database,
        "bit64",
        "BIT(64)",
        &["0", "18446744073709551615", "9223372036854775808"],
        "n * 70000",
    )
    .await;
    // The number's order is not the label's, and '' is both a label's number and the error value.
    check_type(
        &database,
        "e",
        "ENUM('z','a','m','','Ä','it''s','10','2')",
        &["8", "'a'", "'z'", "4", "5", "0"],
        "n",
    )
    .await;
    check_type(&database, "s", "SET('z','a','m','x')", &["''", "'z,a,m,x'"], "n % 16").await;
    let members: Vec<String> = (0..64).map(|number| format!("'m{number}'")).collect();
    let wide = format!("SET({})", members.join(","));
    let values =
        ["''", "'m63'", "'m63,m0'", "'m53,m0'", "'m53'", "'m52,m0'", "'m62'", "18446744073709551615"];
    // Too many combinations to be listed: right, but scanned from the start of the index.
    make(&database, "wide", &wide, &values, "n * 7");
    check_order(&database, "wide").await;
}

#[tokio::test]
async fn decimal_and_float_keys_are_compared_exactly() {
    let database = Database::fresh("keys_decimal").await;
    let values = [
        "-99999999999999999999999999999999999.999999999999999999999999999999",
        "99999999999999999999999999999999999.999999999999999999999999999999",
        "99999999999999999999999999999999999.999999999999999999999999999998",
        "0.000000000000000000000000000001",
        "0.000000000000000000000000000002",
        "-0.000000000000000000000000000001",
        "9007199254740993.000000000000000000000000000001",
        "9007199254740993.000000000000000000000000000002",
        "0",
    ];
    check_type(&database, "wide", "DECIMAL(65,30)", &values, "n / 7").await;
    check_type(&database, "money", "DECIMAL(10,2)", &["-12345678.90", "0", "0.01"], "n / 100").await;
    check_type(&database, "padded", "DECIMAL(8,2) UNSIGNED ZEROFILL", &["0", "0.01", "999999.99"], "n / 3")
        .await;
    check_type(&database, "whole", "DECIMAL(20,0)", &["18446744073709551615", "9007199254740993"], "n").await;
    let floats = [
        "0.1",
        "-0.1",
        "3.402823e38",
        "-3.402823e38",
        "1.17549435e-38",
        "16777216",
        "16777217",
        "0",
        "1e-45",
    ];
    check_type(&database, "f", "FLOAT", &floats, "n / 3").await;
    let doubles = ["0.1", "0.30000000000000004", "0.3", "1.7976931348623157e308", "-1e308", "5e-324", "0"];
    check_type(&database, "d", "DOUBLE", &doubles, "n / 3").await;
}

#[tokio::test]
async fn string_keys_are_walked_in_the_order_of_their_collation() {
    let database = Database::fresh("keys_string").await;
    let words = [
        "''", "'a'", "'A'", "'ä'", "'Ä'", "'a '", "'a  '", "'z'", "'Z'", "'ß'", "'ss'", "'é'", "'e'", "'10'",
        "'9'", "'\\\\'", "'\\''", "'`'", "'%'", "'_'", "'a\\nb'", "'ÿ'", "'ﬁ'", "'fi'", "'日本'", "'本'",
        "'😀'", "'😁'", "'\\0'", "'a\\0'", "'\\0a'", "' '", "'aa'", "'ab'", "'?'",
    ];
    let filler = "CONCAT(CHAR(97 + n % 26 USING ascii), n)";
    for (table, column_type) in [
        ("ai_ci", "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci"),
        ("as_cs", "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs"),
        ("mb4_bin", "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
        ("bin_0900", "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin"),
        ("general", "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"),
        ("unicode", "CHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"),
        ("fixed", "CHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci"),
        ("mb3", "VARCHAR(20) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci"),
        ("ja", "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_ja_0900_as_cs"),
        ("tr", "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_tr_0900_ai_ci"),
    ] {
        check_type(&database, table, column_type, &words, filler).await;
    }
}

#[tokio::test]
async fn string_keys_of_other_character_sets_are_bound_back_in_their_own_bytes() {
    let database = Database::fresh("keys_charset").await;
    let words = [
        "''", "'a'", "'A'", "'ä'", "'é'", "'z'", "'ÿ'", "'ß'", "'a '", "'ñ'", "'€'", "'日本'", "'本'", "'ｶ'",
        "'Я'",
    ];
    let filler = "CONCAT(CHAR(97 + n % 26 USING ascii), n)";
    for (table, column_type) in [
        ("latin1", "VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci"),
        ("latin1_bin", "VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin"),
        ("german", "CHAR(20) CHARACTER SET latin1 COLLATE latin1_german2_ci"),
        ("latin2", "VARCHAR(20) CHARACTER SET latin2 COLLATE latin2_czech_cs"),
        ("cp1251", "VARCHAR(20) CHARACTER SET cp1251 COLLATE cp1251_general_cs"),
        ("ascii", "VARCHAR(20) CHARACTER SET ascii COLLATE ascii_general_ci"),
        ("gbk", "VARCHAR(20) CHARACTER SET gbk COLLATE gbk_chinese_ci"),
        ("gb18030", "VARCHAR(20) CHARACTER SET gb18030 COLLATE gb18030_chinese_ci"),
        ("big5", "VARCHAR(20) CHARACTER SET big5 COLLATE big5_chinese_ci"),
        ("sjis", "VARCHAR(20) CHARACTER SET sjis COLLATE sjis_japanese_ci"),
        ("ujis", "VARCHAR(20) CHARACTER SET ujis COLLATE ujis_japanese_ci"),
        ("euckr", "VARCHAR(20) CHARACTER SET euckr COLLATE euckr_bin"),
        ("ucs2", "VARCHAR(20) CHARACTER SET ucs2 COLLATE ucs2_general_ci"),
        ("utf16", "VARCHAR(20) CHARACTER SET utf16 COLLATE utf16_unicode_ci"),
        ("utf16le", "VARCHAR(20) CHARACTER SET utf16le COLLATE utf16le_general_ci"),
        ("utf32", "CHAR(20) CHARACTER SET utf32 COLLATE utf32_bin"),
        ("tis620", "VARCHAR(20) CHARACTER SET tis620 COLLATE tis620_thai_ci"),
        ("koi8r", "VARCHAR(20) CHARACTER SET koi8r COLLATE koi8r_general_ci"),
    ] {
        check_type(&database, table, column_type, &words, filler).await;
    }
}

#[tokio::test]
async fn byte_keys_hold_any_byte() {
    let database = Database::fresh("keys_bytes").await;
    let bytes = [
        "''", "x'00'", "x'0000'", "x'ff'", "x'ff00'", "x'c3'", "x'c328'", "x'20'", "x'2020'", "x'5c27'",
        "x'61'", "'a '",
    ];
    check_type(&database, "variable", "VARBINARY(8)", &bytes, "UNHEX(LPAD(HEX(n * 331), 6, '0'))").await;
    check_type(&database, "fixed", "BINARY(4)", &bytes, "UNHEX(LPAD(HEX(n * 331), 6, '0'))").await;
    check_type(&database, "uuid", "BINARY(16)", &["x'00'"], "UNHEX(LEFT(SHA2(n, 256), 32))").await;
}

#[tokio::test]
async fn temporal_keys_keep_their_fractions_their_sign_and_their_zero() {
    let database = Database::fresh("keys_time").await;
    let days = [
        "'0000-00-00'",
        "'0000-01-01'",
        "'2024-00-00'",
        "'2024-05-00'",
        "'2023-02-31'",
        "'9999-12-31'",
        "'1000-01-01'",
    ];
    check_type(&database, "date", "DATE", &days, "'2024-01-01' + INTERVAL n DAY").await;
    let moments = [
        "'0000-00-00 00:00:00'",
        "'1000-01-01 00:00:00'",
        "'9999-12-31 23:59:59.999999'",
        "'2024-02-30 12:00:00.5'",
        "'2024-01-01 00:00:00.000001'",
        "'2024-01-01 00:00:00.000002'",
        "'2024-01-01 00:00:00'",
        "'2024-00-00 01:00:00'",
    ];
    let filler = "'2024-01-01 00:00:00' + INTERVAL n * 1001 MICROSECOND";
    check_type(&database, "datetime0", "DATETIME", &moments, "'2024-01-01 00:00:00' + INTERVAL n SECOND")
        .await;
    check_type(&database, "datetime3", "DATETIME(3)", &moments, filler).await;
    check_type(&database, "datetime6", "DATETIME(6)", &moments, filler).await;
    let stamps = [
        "'0000-00-00 00:00:00'",
        "'1970-01-01 00:00:01'",
        "'2038-01-19 03:14:07.999999'",
        "'2024-03-31 01:30:00'",
        "'2024-03-31 02:30:00'",
        "'2024-01-01 00:00:00.000001'",
    ];
    check_type(&database, "stamp0", "TIMESTAMP", &stamps, "'2024-01-01 00:00:00' + INTERVAL n SECOND").await;
    check_type(&database, "stamp6", "TIMESTAMP(6)", &stamps, filler).await;
    let spans = [
        "'-838:59:59'",
        "'838:59:59'",
        "'00:00:00'",
        "'-00:00:00.000001'",
        "'00:00:00.000001'",
        "'-100:00:00.5'",
        "'24:00:00'",
        "'-24:00:00'",
        "'240:00:00'",
    ];
    check_type(&database, "time0", "TIME", &spans, "SEC_TO_TIME(n * 3601 - 100000)").await;
    check_type(&database, "time6", "TIME(6)", &spans, "SEC_TO_TIME(n * 1.000001)").await;
}
