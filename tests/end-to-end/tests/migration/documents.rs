//! JSON of every kind, with the numbers in the server's own form.

use crate::migration::moved::moved;

pub(super) const TABLES: &str = r#"
CREATE TABLE documents (id INT PRIMARY KEY, j JSON);
INSERT INTO documents VALUES (1, '{"b": 1.0, "a": [1, null, "ü😀"], "": {}}'), (2, 'null'), (3, NULL),
  (4, CAST(18446744073709551615 AS JSON)), (5, '-9223372036854775808'), (6, '[]'), (7, '{}'), (8, '""'),
  (9, '"a \\"quoted\\" \\\\ \\u0000 text\\n"'), (10, 'true'), (11, '[false, 1e100, 0.1, -0.0, 1.50]'),
  (12, '{"deep": [[[[[[{"x": [1, 2, {"y": null}]}]]]]]]}'),
  (13, JSON_OBJECT('d', CAST(99999999999999999999.99 AS DECIMAL(30,2)), 'at', CAST('2024-02-29 01:02:03' AS DATETIME(6)),
    'day', CAST('2024-02-29' AS DATE), 'time', CAST('-01:02:03.5' AS TIME(6)), 'bytes', CAST(x'00ff' AS BINARY))),
  (14, '12345678901234567890123456789'), (15, '{"汉": "字", "a b": 1, "a`b": 2}');
"#;

#[test]
fn json_of_every_kind_arrives() {
    let expected = [
        r#"{"": {}, "a": [1, null, "ü😀"], "b": 1.0}"#,
        "null",
        "NULL",
        "18446744073709551615",
        "-9223372036854775808",
        "[]",
        "{}",
        r#""""#,
        r#""a \"quoted\" \\ \u0000 text\n""#,
        "true",
        "[false, 1e100, 0.1, -0.0, 1.5]",
        r#"{"deep": [[[[[[{"x": [1, 2, {"y": null}]}]]]]]]}"#,
        concat!(
            r#"{"d": 99999999999999999999.99, "at": "2024-02-29 01:02:03.000000", "day": "2024-02-29", "#,
            r#""time": "-01:02:03.500000", "bytes": "base64:type15:AP8="}"#
        ),
        "1.2345678901234568e28",
        r#"{"a b": 1, "a`b": 2, "汉": "字"}"#,
    ];
    let found: Vec<String> = moved("documents", "j").into_iter().flatten().collect();
    assert_eq!(found, expected);
}
