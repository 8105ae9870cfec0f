//! The database that every trial moves, and what changes in it meanwhile: each type with its extremes, each kind of key, NULLs in every pattern, texts that
//! are hard to quote, rows of only NULLs, and enough rows for several statements, pages and chunks.

use std::fmt::Write as _;

use anyhow::Result;
use servers::MysqlServer;

/// Its name on the target.
pub(crate) const DATABASE: &str = "semantics";
/// Tables with their key columns, in key order.
pub(crate) const TABLES: &[(&str, &[&str])] = &[
    ("numbers", &["id"]),
    ("texts", &["code"]),
    ("blobs", &["id"]),
    ("times", &["id"]),
    ("by_unsigned", &["id"]),
    ("by_bytes", &["id"]),
    ("by_day", &["day", "moment"]),
    ("composite", &["a", "b", "c"]),
    ("nullable", &["id"]),
    ("key_only", &["a", "b"]),
    ("patterns", &["id"]),
    ("nothing", &["id"]),
];

/// Texts that a careless writer of literals, or a careless reader, gets wrong.
const NASTY: &[&str] = &[
    "",
    "'",
    "''",
    "\\",
    "\\\\",
    "\\'",
    "'\\",
    "\\n",
    "a'b''c\\d\\\\e",
    "line\nbreak\r\ttab",
    "\"double\"",
    "`back`",
    "NULL",
    "null",
    "true",
    "x'00'",
    "?",
    ":a",
    "--",
    "/* */",
    "/*+ _l_ts_(1) */",
    ";",
    "%_",
    "été",
    "注文",
    "🦀🦀",
    " lead",
    "trail ",
    "\u{1a}",
    "\u{7f}",
    "0",
    "1e5",
    "{}",
    "=1+1",
];

/// Makes the database anew under this name and fills it.
pub(crate) fn load(server: &MysqlServer, database: &str) -> Result<()> {
    server.sql(&statements(database))?;
    Ok(())
}

/// The statements that make and fill it.
pub(crate) fn statements(database: &str) -> String {
    let mut sql = format!(
        "SET time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
DROP DATABASE IF EXISTS {database};
CREATE DATABASE {database} CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs; USE {database};
{NUMBERS}{TIMES}{KEYS}"
    );
    texts(&mut sql);
    blobs(&mut sql);
    sql.push_str(
        "CREATE TABLE composite (a INT NOT NULL, b VARCHAR(20) NOT NULL, c BIGINT NOT NULL, v VARCHAR(40), \
         w DECIMAL(12,2), PRIMARY KEY (a, b, c));
CREATE TABLE patterns (id BIGINT PRIMARY KEY, a INT, b VARCHAR(20), c DOUBLE, d VARBINARY(16), e DATETIME(3), f BIT(1), \
         g JSON, h DATE);
SET SESSION cte_max_recursion_depth = 100000;
INSERT INTO composite WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
  SELECT i % 7 - 3, CONCAT(CHAR(65 + i % 26), i % 11), i, CONCAT('v', i * 7919), i / 100 FROM n;
INSERT INTO patterns WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 2047)
  SELECT i * 1000003, IF(i & 1, i, NULL), IF(i & 2, CONCAT('b', i), NULL), IF(i & 4, i / 3, NULL),
    IF(i & 8, UNHEX(LPAD(HEX(i), 8, '0')), NULL), IF(i & 16, '2024-02-29 12:00:00.125' + INTERVAL i MINUTE, NULL),
    IF(i & 32, i & 64 = 0, NULL), IF(i & 64, JSON_OBJECT('i', i, 'l', JSON_ARRAY(i, 'x')), NULL),
    IF(i & 128, '2000-02-28' + INTERVAL i DAY, NULL) FROM n;\n",
    );
    sql
}

const NUMBERS: &str = "CREATE TABLE numbers (id INT PRIMARY KEY, t TINYINT, tu TINYINT UNSIGNED, s SMALLINT, \
    su SMALLINT UNSIGNED, m MEDIUMINT, mu MEDIUMINT UNSIGNED, i INT, iu INT UNSIGNED, b BIGINT, bu BIGINT UNSIGNED, \
    f FLOAT, d DOUBLE, n DECIMAL(30,10), w DECIMAL(65,30), b1 BIT(1), b8 BIT(8), b64 BIT(64), y YEAR, o BOOLEAN);
INSERT INTO numbers VALUES
  (-2147483648, -128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0, -3.40282e38, \
    -1.7976931348623157e308, -99999999999999999999.9999999999, -99999999999999999999999999999999999.5, b'0', b'0', b'0', 1901, 0),
  (2147483647, 127, 255, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9223372036854775807, \
    18446744073709551615, 3.40282e38, 1.7976931348623157e308, 99999999999999999999.9999999999, \
    99999999999999999999999999999999999.123456789012345678901234567891, b'1', b'11111111', ~0, 2155, 1),
  (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b'0', b'0', b'0', 0, 0),
  (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.000000000000000000000000000001, b'1', b'101', b'1', 2024, 127),
  (3, -1, 2, -1, 2, -1, 2, -1, 2, -1, 9223372036854775808, 1.1754944e-38, 2.2250738585072014e-308, -0.1, 1.10, b'0', \
    b'1000', b'1000', 1999, -128),
  (4, 5, 5, 5, 5, 5, 5, 5, 5, 9007199254740993, 9007199254740993, 16777216, 123456789.123456789, 1e10, 1e10, b'1', \
    b'1', b'1', 2000, 2);
";

const TIMES: &str = "CREATE TABLE times (id INT PRIMARY KEY, d DATE, dt DATETIME, dt6 DATETIME(6), ts TIMESTAMP NULL, \
    ts3 TIMESTAMP(3) NULL, ts6 TIMESTAMP(6) NULL, tm TIME, tm6 TIME(6));
INSERT INTO times VALUES
  (1, '1000-01-01', '1000-01-01 00:00:00', '1000-01-01 00:00:00.000001', '1970-01-01 00:00:01', \
    '1970-01-01 00:00:01.001', '1970-01-01 00:00:01.000001', '-838:59:59', '-838:59:58.999999'),
  (2, '9999-12-31', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', \
    '2038-01-19 03:14:07.999', '2038-01-19 03:14:07.499999', '838:59:59', '838:59:58.999999'),
  (3, '2024-02-29', '2024-02-29 12:30:45', '2024-02-29 12:30:45.1', '2024-03-31 01:30:00', '2024-03-31 01:30:00.5', \
    '2024-03-31 01:30:00.123456', '00:00:00', '-00:00:00.000001'),
  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
";

const KEYS: &str = "CREATE TABLE by_unsigned (id BIGINT UNSIGNED PRIMARY KEY, v VARCHAR(10) NOT NULL);
INSERT INTO by_unsigned VALUES (0, 'zero'), (1, 'one'), (9223372036854775807, 'half'), (9223372036854775808, 'more'), \
    (18446744073709551615, 'all'), (10, 'ten'), (9, 'nine');
CREATE TABLE by_bytes (id VARBINARY(20) PRIMARY KEY, v INT NOT NULL);
INSERT INTO by_bytes VALUES (x'00', 1), (x'0000', 2), (x'ff', 3), (x'ff00', 4), (x'27', 5), (x'5c', 6), (x'2727', 7), \
    (x'c3a9', 8), (x'f09fa680', 9), (x'7f80', 10);
CREATE TABLE by_day (day DATE NOT NULL, moment TIMESTAMP(3) NOT NULL, v INT NOT NULL, PRIMARY KEY (day, moment));
INSERT INTO by_day VALUES ('2024-02-29', '2024-02-29 00:00:00.001', 1), ('2024-02-29', '2024-02-29 00:00:00.002', 2), \
    ('1970-01-01', '1970-01-01 00:00:01', 3), ('9999-12-31', '2038-01-19 03:14:07.999', 4);
CREATE TABLE nullable (id INT PRIMARY KEY, a INT, b VARCHAR(10));
INSERT INTO nullable VALUES (1, NULL, NULL), (2, 2, NULL), (3, NULL, 'c'), (4, NULL, NULL), (5, 5, 'e');
CREATE TABLE key_only (a INT NOT NULL, b VARCHAR(10) NOT NULL, PRIMARY KEY (a, b));
INSERT INTO key_only VALUES (1, 'x'), (1, 'y'), (2, 'x'), (-1, 'z');
CREATE TABLE nothing (id INT PRIMARY KEY, v INT);
";

fn texts(sql: &mut String) {
    sql.push_str(
        "CREATE TABLE texts (code VARCHAR(40) PRIMARY KEY, c CHAR(30), v VARCHAR(100) NOT NULL, t TEXT, \
         e ENUM('a','b''c','d\\\\e'), s SET('x','y','z'), j JSON, l VARCHAR(100) CHARACTER SET latin1);\nINSERT INTO texts VALUES\n",
    );
    for (at, text) in NASTY.iter().enumerate() {
        let quoted = quoted(text);
        let (number, comma) = (at % 4, if at == 0 { "" } else { ",\n" });
        let latin = if text.is_ascii() { quoted.as_str() } else { "NULL" };
        let choice = if number == 0 { "NULL".to_owned() } else { number.to_string() };
        let _ = write!(
            sql,
            "{comma}(CONCAT('k', {at}, {quoted}), {quoted}, {quoted}, REPEAT({quoted}, 3), {choice}, {number}, \
             JSON_OBJECT('text', {quoted}, 'n', {at}), {latin})"
        );
    }
    sql.push_str(";\n");
}

fn blobs(sql: &mut String) {
    sql.push_str(
        "CREATE TABLE blobs (id INT PRIMARY KEY, b BINARY(8), v VARBINARY(300), l BLOB);\nINSERT INTO blobs VALUES \
         (1, x'00', x'', x''), (2, x'0102030405060708', x'00', x'27'), (3, NULL, NULL, NULL), (4, x'27275c5c', x'5c27', x'fffe')",
    );
    let all: String = (0_u8..=255).fold(String::new(), |all, byte| all + &format!("{byte:02x}"));
    let _ = writeln!(sql, ", (5, x'ff', x'{all}', x'{all}{all}');");
}

/// As an expression that needs no quoting rules.
fn quoted(text: &str) -> String {
    let digits = text.bytes().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
    format!("CONVERT(x'{digits}' USING utf8mb4)")
}
