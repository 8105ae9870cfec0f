//! Every code of every character set: the log's bytes become the text the server sends for them.

use crate::source::fixture::Database;
use crate::source::log::Position;
use crate::source::row_images::compare;

/// Asks for all codes a set stores, a string of those that begin alike, in hexadecimal behind the set's name.
/// Only a SELECT passes over codes that are none. What has no text at all is left out: halves of pairs in ucs2, which
/// neither road reads, and half a character at a string's end in eucjpms, which no client can mean.
fn codes(charset: &str, count: u32, hexadecimal: &str) -> String {
    format!(
        "WITH RECURSIVE n AS (SELECT 0 i UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1)
         SELECT '{charset}', GROUP_CONCAT(c ORDER BY i SEPARATOR '') FROM
         (SELECT i, HEX(CONVERT(UNHEX({hexadecimal}) USING {charset})) c, 
         HEX(CONVERT(CONVERT(UNHEX({hexadecimal}) USING {charset}) USING utf8mb4)) u FROM n) codes WHERE u <> '' GROUP BY i DIV 256;\n"
    )
}

#[tokio::test]
async fn every_code_of_every_character_set_becomes_the_servers_character() {
    let database = Database::fresh("images_charsets").await;
    let from = Position::now(&database);
    let known = database.sql(
        "SELECT CHARACTER_SET_NAME, MAXLEN FROM information_schema.CHARACTER_SETS \
         WHERE CHARACTER_SET_NAME <> 'binary' ORDER BY CHARACTER_SET_NAME",
    );
    let (mut tables, mut asked, mut script) = (Vec::new(), String::new(), String::new());
    asked += "SET cte_max_recursion_depth = 1000000, group_concat_max_len = 1000000;\n";
    for line in known.lines() {
        let (charset, bytes) = line.split_once('\t').unwrap();
        script += &format!(
            "CREATE TABLE {charset} (k INT PRIMARY KEY AUTO_INCREMENT, v TEXT CHARACTER SET {charset}, n INT DEFAULT 0);\n"
        );
        asked += &codes(charset, 256, "LPAD(HEX(i), 2, '0')");
        if bytes != "1" {
            asked += &codes(charset, 0x8000, "HEX(i + 32768)");
        }
        asked += &match charset {
            "ujis" | "eucjpms" => codes(charset, 0x8000, "CONCAT('8F', HEX(i + 32768))"),
            "utf32" => codes(charset, 0x1100, "CONCAT('00', LPAD(HEX(i), 4, '0'), '41')"),
            "utf16" => codes(charset, 0x400, "CONCAT('D83D', HEX(i + 56320))"),
            "utf8mb3" => codes(charset, 0x8000, "CONCAT('E2', HEX(i + 32768))"),
            "utf8mb4" => codes(charset, 0x8000, "CONCAT('F09F', HEX(i + 32768))"),
            // Every 31st of the codes of four bytes.
            "gb18030" => codes(
                charset,
                1_587_600 / 31,
                "CONCAT(HEX(129 + i * 31 DIV 12600), HEX(48 + (i * 31 DIV 1260) MOD 10), \
                 HEX(129 + (i * 31 DIV 10) MOD 126), HEX(48 + i * 31 MOD 10))",
            ),
            _ => String::new(),
        };
        tables.push(charset.to_owned());
    }
    assert!(tables.len() > 35);
    for line in database.sql(&asked).lines() {
        let (charset, hexadecimal) = line.split_once('\t').unwrap();
        script += &format!("INSERT INTO {charset} (v) VALUES (CONVERT(x'{hexadecimal}' USING {charset}));\n");
    }
    database.sql(&script);
    compare(&database, &tables, &from).await;
}
