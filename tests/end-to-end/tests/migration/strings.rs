//! Text of every character set, at every length that means something.

use crate::migration::moved::assert_moved;

pub(super) const TABLES: &str = "
CREATE TABLE charsets (id INT PRIMARY KEY,
  latin VARCHAR(40) CHARACTER SET latin1, chinese VARCHAR(40) CHARACTER SET gbk,
  wide VARCHAR(40) CHARACTER SET utf16, japanese VARCHAR(40) CHARACTER SET sjis,
  modern VARCHAR(40) CHARACTER SET utf8mb4, old VARCHAR(40) CHARACTER SET utf8mb3);
INSERT INTO charsets VALUES
  (1, 'äöüß€', '汉字测试', '😀 ü 汉', '日本語ｶﾅ', '😀👨‍👩‍👧', 'ñ€'),
  (2, '', '', '', '', '', ''), (3, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, ' a ', '中 ', ' b', 'ソ表能', 'ﷺ\\'\\\"\\\\`', 'x');
UPDATE charsets SET modern = CONCAT('e', CONVERT(x'CC81' USING utf8mb4)) WHERE id = 3;
CREATE TABLE sjis_key (id VARCHAR(20) CHARACTER SET sjis PRIMARY KEY, v INT);
INSERT INTO sjis_key VALUES ('日本', 1), ('ソ表', 2), ('ｶﾅ', 3), ('a', 4);
CREATE TABLE lengths (id INT PRIMARY KEY, c CHAR(5), v VARCHAR(5), t TINYTEXT, x TEXT, m MEDIUMTEXT, l LONGTEXT);
INSERT INTO lengths VALUES (1, 'a  ', 'a  ', '', '', '', ''), (2, '', '', NULL, NULL, NULL, NULL),
  (3, NULL, NULL, REPEAT('t', 255), REPEAT('x', 65535), REPEAT('m', 65536), REPEAT('ü', 100000));
CREATE TABLE choices (id INT PRIMARY KEY,
  e ENUM('', 'one', 'it''s', 'a,b', '😀'), s SET('x', 'ü', 'z') , l ENUM('ä', 'ß') CHARACTER SET latin1);
INSERT INTO choices VALUES (1, '', '', 'ä'), (2, 2, 'z,x', 'ß'), (3, 3, 'x,ü,z', NULL), (4, 4, NULL, NULL),
  (5, 5, 'ü', NULL), (6, NULL, NULL, NULL);
INSERT IGNORE INTO choices VALUES (7, 'no such label', '', 'ä');
CREATE TABLE ci_key (id VARCHAR(20) COLLATE utf8mb4_0900_as_ci PRIMARY KEY, v VARCHAR(20));
INSERT INTO ci_key VALUES ('Abc', 'Abc'), ('ABD', 'ABD'), ('äbc', 'äbc'), ('', 'empty'), ('z ', 'space');
";

#[test]
fn text_of_every_character_set_arrives_as_utf_8() {
    assert_moved(
        "charsets",
        "latin, chinese, wide, japanese, modern, old",
        &[
            &["äöüß€", "汉字测试", "😀 ü 汉", "日本語ｶﾅ", "😀👨‍👩‍👧", "ñ€"],
            &[""; 6],
            &["NULL", "NULL", "NULL", "NULL", "e\u{301}", "NULL"],
            &[" a ", "中 ", " b", "ソ表能", "ﷺ'\"\\`", "x"],
        ],
    );
}

#[test]
fn keys_of_a_multibyte_character_set_arrive() {
    assert_moved("sjis_key", "id, v", &[&["a", "4"], &["ソ表", "2"], &["日本", "1"], &["ｶﾅ", "3"]]);
}

#[test]
fn an_empty_text_is_not_null_and_spaces_stay_where_the_type_keeps_them() {
    assert_moved(
        "lengths",
        "c, v, t, x, m, l",
        &[
            &["a", "a  ", "", "", "", ""],
            &["", "", "NULL", "NULL", "NULL", "NULL"],
            &[
                "NULL",
                "NULL",
                &"t".repeat(255),
                &"x".repeat(65_535),
                &"m".repeat(65_536),
                &"ü".repeat(100_000),
            ],
        ],
    );
}

#[test]
fn enums_and_sets_arrive_as_their_labels() {
    assert_moved(
        "choices",
        "e, s, l",
        &[
            &["", "", "ä"],
            &["one", "x,z", "ß"],
            &["it's", "x,ü,z", "NULL"],
            &["a,b", "NULL", "NULL"],
            &["😀", "ü", "NULL"],
            &["NULL", "NULL", "NULL"],
            &["", "", "ä"],
        ],
    );
}

#[test]
fn keys_of_a_collation_without_case_arrive_in_their_own_case() {
    assert_moved(
        "ci_key",
        "id, v",
        &[&["", "empty"], &["ABD", "ABD"], &["Abc", "Abc"], &["z ", "space"], &["äbc", "äbc"]],
    );
}
