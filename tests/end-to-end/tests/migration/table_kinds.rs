//! Tables of every kind: without values, with columns one does not see or does not write, with odd names.

use crate::migration::moved::{assert_moved, moved_by};

pub(super) const TABLES: &str = "
CREATE TABLE key_only (id INT, part VARCHAR(10), PRIMARY KEY (id, part));
INSERT INTO key_only VALUES (1, 'a'), (1, 'b'), (2, '');
CREATE TABLE all_null (id INT PRIMARY KEY, a INT, b VARCHAR(10), c DATE);
INSERT INTO all_null VALUES (1, NULL, NULL, NULL), (2, 1, NULL, NULL), (3, NULL, NULL, '0000-00-00');
CREATE TABLE computed (id INT PRIMARY KEY, v INT AS (id * 2) VIRTUAL, s VARCHAR(20) AS (CONCAT('n', id)) STORED,
  hidden VARCHAR(10) INVISIBLE);
INSERT INTO computed (id, hidden) VALUES (1, 'x'), (2, NULL);
SET SESSION sql_generate_invisible_primary_key = ON;
CREATE TABLE keyless (v VARCHAR(10));
SET SESSION sql_generate_invisible_primary_key = OFF;
INSERT INTO keyless (v) VALUES ('a'), ('a'), (NULL);
CREATE TABLE unique_key (v INT, id VARCHAR(10) NOT NULL UNIQUE);
INSERT INTO unique_key VALUES (1, 'one'), (NULL, 'two');
CREATE TABLE `select ``from`` größe 注文` (`id` INT PRIMARY KEY, `group` INT, `with space` INT, `back``tick` INT,
  `größe` INT, `注文` INT, `quote'\"` INT, `back\\slash` INT, `per%cent?` INT, `:colon@` INT);
INSERT INTO `select ``from`` größe 注文` VALUES (1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
CREATE TABLE `TABLE` (`id` INT PRIMARY KEY, `PRIMARY` INT, `Key` INT, `order` INT, `_l_ts` INT, `null` INT);
INSERT INTO `TABLE` VALUES (1, 2, 3, 4, 5, 6);
CREATE TABLE Cased (id INT PRIMARY KEY, Aa INT);
CREATE TABLE cased (id INT PRIMARY KEY, aA INT);
INSERT INTO Cased VALUES (1, 2);
INSERT INTO cased VALUES (3, 4);
CREATE TABLE empty_table (id INT PRIMARY KEY, v INT);
CREATE TABLE one_row (id INT PRIMARY KEY, v INT);
INSERT INTO one_row VALUES (-1, -1);
";

#[test]
fn a_row_without_values_exists_by_its_marker() {
    assert_moved("key_only", "id, part, ferry_row", &[&["1", "a", "1"], &["1", "b", "1"], &["2", "", "1"]]);
    assert_moved(
        "all_null",
        "id, a, b, c, ferry_row",
        &[
            &["1", "NULL", "NULL", "NULL", "1"],
            &["2", "1", "NULL", "NULL", "1"],
            &["3", "NULL", "NULL", "NULL", "1"],
        ],
    );
}

#[test]
fn columns_that_are_generated_or_not_seen_arrive() {
    assert_moved("computed", "id, v, s, hidden", &[&["1", "2", "n1", "x"], &["2", "4", "n2", "NULL"]]);
}

#[test]
fn a_table_without_a_key_of_its_own_arrives_by_the_key_the_server_gave_it() {
    let columns = "my_row_id, v";
    assert_eq!(moved_by("my_row_id", "keyless", columns), [["1", "a"], ["2", "a"], ["3", "NULL"]]);
}

#[test]
fn a_unique_key_over_columns_that_are_not_null_stands_for_a_primary_key() {
    assert_moved("unique_key", "id, v", &[&["one", "1"], &["two", "NULL"]]);
}

#[test]
fn names_with_spaces_quotes_unicode_and_reserved_words_arrive() {
    assert_moved(
        "`select ``from`` größe 注文`",
        "`group`, `with space`, `back``tick`, `größe`, `注文`, `quote'\"`, `back\\slash`, `per%cent?`, `:colon@`",
        &[&["2", "3", "4", "5", "6", "7", "8", "9", "10"]],
    );
    assert_moved("`TABLE`", "`PRIMARY`, `Key`, `order`, `_l_ts`, `null`", &[&["2", "3", "4", "5", "6"]]);
}

#[test]
fn names_that_differ_in_case_only_are_two_tables() {
    assert_moved("Cased", "id, Aa", &[&["1", "2"]]);
    assert_moved("cased", "id, aA", &[&["3", "4"]]);
}

#[test]
fn empty_tables_exist_and_tables_of_one_row_have_one() {
    assert_moved("empty_table", "id, v", &[]);
    assert_moved("one_row", "id, v", &[&["-1", "-1"]]);
}
