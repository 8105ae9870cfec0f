//! What is on the target already and cannot be used.

use crate::misuse::stage::{assert_refused, make};
use crate::stage::LindormClient;

#[test]
fn a_table_on_the_target_that_cannot_be_used_is_told() {
    make("CREATE TABLE taken (id INT PRIMARY KEY, price DECIMAL(10,2) NOT NULL)");
    LindormClient::shared("default").run("CREATE DATABASE taken_db");
    let mut client = LindormClient::shared("taken_db");
    let objects = "  - { database: misuse, target: taken_db, include: [taken] }\n";
    client.run("CREATE TABLE taken (id INTEGER, price DECIMAL(10,2), PRIMARY KEY (id))");
    client.run("UPSERT INTO taken (id, price) VALUES (7, 1.50)");
    assert_refused(
        objects,
        "",
        "FAIL  target_not_empty  taken_db.taken
      the table holds rows
      -> empty it, or set `tables_on_target: { if_not_empty: allow }` to keep its rows and write over equal keys
         TRUNCATE TABLE `taken_db`.`taken`;",
    );
    client.run("DROP TABLE taken");
    client.run("CREATE TABLE taken (id INTEGER, price DECIMAL(12,2), PRIMARY KEY (id))");
    assert_refused(
        objects,
        "",
        "FAIL  decimal_precision  misuse.taken
      column price (decimal(10,2)) cannot be carried exactly into the target column of type DECIMAL(12,2)
      -> a column's type is final on the target: drop the table there and let Ferry make it, give it another name \
         with `target:`, or leave the column out; Ferry would make it DECIMAL(10,2)
         DROP TABLE `taken_db`.`taken`;",
    );
    client.run("DROP TABLE taken");
    client.run("CREATE TABLE taken (other INTEGER, price DECIMAL(10,2), PRIMARY KEY (other))");
    assert_refused(
        objects,
        "",
        "FAIL  target_key  misuse.taken
      the target table's key is (other), the source's is (id)
      -> the key of a target table is final: give the table another name with `target:`, or drop it there
         DROP TABLE `taken_db`.`taken`;",
    );
    client.run("DROP TABLE taken");
    client.run("CREATE TABLE taken (id INTEGER, other VARCHAR, PRIMARY KEY (id))");
    assert_refused(
        objects,
        "",
        "FAIL  target_column_missing  misuse.taken
      the target table has no column price
      -> add the column on the target, or leave it out with `columns.exclude`
         ALTER TABLE `taken_db`.`taken` ADD COLUMN `price` DECIMAL(10,2);",
    );
    client.run("DROP TABLE taken");
    assert_refused(
        objects,
        "tables_on_target: { create: false }\n",
        "FAIL  target_table_missing  taken_db.taken
      the table does not exist, and `tables_on_target.create` is false
      -> create it with this statement, or set `tables_on_target: { create: true }`
         CREATE TABLE `taken_db`.`taken` (
           `id` INTEGER NOT NULL,
           `price` DECIMAL(10,2),
           PRIMARY KEY (`id`)
         )",
    );
}

#[test]
fn a_database_name_the_target_does_not_allow_is_refused_with_one_it_does() {
    make("CREATE TABLE housed (id INT PRIMARY KEY, v INT)");
    assert_refused(
        "  - { database: misuse, target: x, include: [housed] }\n",
        "",
        r#"FAIL  target_database_name  x
      a database name on the target has 4 to 16 characters
      -> give it another name on the target, with these lines under `objects`
         - database: "misuse"
           target: "x_ferry""#,
    );
}
