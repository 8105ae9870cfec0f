//! Tables that are not there, may not be read, or cannot be carried.

use crate::misuse::stage::{Broken, assert_refused, make, task_of, troubles};
use crate::stage::run_sql;

#[test]
fn objects_that_do_not_exist_are_named() {
    make("CREATE TABLE present (id INT PRIMARY KEY, v INT)");
    assert_refused(
        "  - database: nowhere\n",
        "",
        "FAIL  source_object_missing  nowhere
      the source shows the account no such database
      -> mend the name under `objects`, or, where the database exists, grant the right to see it
         GRANT SELECT ON `nowhere`.* TO 'root'@'127.0.0.1';",
    );
    assert_refused(
        "  - { database: misuse, include: [present, Present] }\n",
        "",
        "FAIL  source_object_missing  misuse.Present
      the document names this table and the source shows the account no such table
      -> mend the name under `objects` (letter case counts), or, where the table exists, grant the right to see it
         GRANT SELECT ON `misuse`.`Present` TO 'root'@'127.0.0.1';",
    );
    assert_refused(
        "  - { database: misuse, include: [\"absent_*\"] }\n",
        "",
        "FAIL  selection_empty  misuse
      include and exclude leave no table of this database
      -> mend `include` and `exclude`, or leave the database out",
    );
    assert_refused(
        "  - database: misuse\n    include: [present]\n    \
         tables: [{ table: present, columns: { exclude: [w] } }]\n",
        "",
        "FAIL  source_column_missing  misuse.present
      the document renames or excludes columns the table does not have: w
      -> mend `columns` of this table",
    );
}

#[test]
fn a_missing_grant_is_printed_and_granting_it_makes_precheck_pass() {
    make("CREATE TABLE granted (id INT PRIMARY KEY, v INT)");
    for (account, right, expected) in [
        (
            "poor",
            "GRANT INSERT ON misuse.granted TO 'poor'@'%'",
            "FAIL  source_grants  misuse
      the account 'poor'@'%' has no SELECT on all columns of 1 table: granted
      -> grant the right as an administrator of the source
         GRANT SELECT ON `misuse`.* TO 'poor'@'%';",
        ),
        (
            "blind",
            "GRANT SELECT ON misuse.nothing_yet TO 'blind'@'%'",
            "FAIL  selection_empty  misuse
      include and exclude leave no table of this database
      -> mend `include` and `exclude`, or leave the database out

FAIL  source_object_missing  misuse.granted
      the document names this table and the source shows the account no such table
      -> mend the name under `objects` (letter case counts), or, where the table exists, grant the right to see it
         GRANT SELECT ON `misuse`.`granted` TO 'blind'@'%';",
        ),
    ] {
        make("CREATE TABLE IF NOT EXISTS nothing_yet (id INT PRIMARY KEY)");
        run_sql(&format!("DROP USER IF EXISTS '{account}'@'%'; CREATE USER '{account}'@'%'; {right}"));
        let source = format!("user: {account}, tls: {{ mode: disabled }}");
        let objects = "  - { database: misuse, include: [granted] }\n";
        let task = task_of(&Broken { source: &source, objects, ..Broken::default() }.document());
        let said = troubles(&task.ferry("precheck", &[]).expect(3));
        assert_eq!(said, expected);
        let grant = said.lines().map(str::trim).find(|line| line.starts_with("GRANT ")).expect("a GRANT");
        run_sql(grant);
        task.ferry("precheck", &[]).expect(0);
    }
}

#[test]
fn tables_that_cannot_be_carried_are_refused_with_the_way_out() {
    make("CREATE TABLE keyless (v INT)");
    assert_refused(
        "  - { database: misuse, include: [keyless] }\n",
        "",
        "FAIL  table_key  misuse.keyless
      the table has neither a primary key nor a unique key whose columns are all NOT NULL
      -> give the table a primary key (invisible from MySQL 8.0.23 on), or leave the table out
         ALTER TABLE `misuse`.`keyless` ADD COLUMN `ferry_id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY;",
    );
    make("CREATE TABLE wide (a INT, b INT, c INT, d INT, e INT, f INT, PRIMARY KEY (a, b, c, d, e, f))");
    assert_refused(
        "  - { database: misuse, include: [wide] }\n",
        "",
        "FAIL  key_columns  misuse.wide
      the key has 6 columns, the target takes 5
      -> give the source table a narrower primary key, or leave the table out",
    );
    make("CREATE TABLE bytes_first (a VARBINARY(10), b INT, PRIMARY KEY (a, b))");
    assert_refused("  - { database: misuse, include: [bytes_first] }\n", "", "FAIL  key_type  misuse.bytes_first
      column a (varbinary(10)) cannot be a key column of the target at its place
      -> JSON cannot be a key column, and bytes of varying length only the last one; change the key on the source, \
         or leave the table out",
    );
    make("CREATE TABLE zero_key (d DATE PRIMARY KEY, v INT); INSERT INTO zero_key VALUES ('0000-00-00', 1)");
    assert_refused(
        "  - { database: misuse, include: [zero_key] }\n",
        "",
        "FAIL  key_zero_date  misuse.zero_key.d
      1 row with a zero date in the key
      -> mend the keys, or set `zero_dates: text` and let Ferry make the table",
    );
    make("CREATE OR REPLACE VIEW seen AS SELECT 1");
    assert_refused(
        "  - { database: misuse, include: [seen] }\n",
        "",
        "FAIL  selection_empty  misuse
      include and exclude leave no table of this database
      -> mend `include` and `exclude`, or leave the database out

ALERT  view_skipped  misuse.seen
      this is a view; its rows are not carried, although the document names it
      -> leave it out; the tables below it can be carried",
    );
}

#[test]
fn names_that_would_become_one_are_refused_with_another_name() {
    make("CREATE TABLE shouting (id INT PRIMARY KEY, ferry_row INT NULL)");
    assert_refused(
        "  - { database: misuse, include: [shouting] }\n",
        "",
        r#"FAIL  name_clash  misuse.shouting
      two columns are called ferry_row on the target
      -> give one of them another name with these lines
         - table: "shouting"
           columns: { rename: { "ferry_row": "ferry_row_2" } }"#,
    );
    make("CREATE TABLE clash (id INT PRIMARY KEY); CREATE TABLE CLASH (id INT PRIMARY KEY)");
    assert_refused(
        "  - { database: misuse, include: [\"clas*\", \"CLAS*\"] }\n",
        "names: { case: lower }\n",
        r#"FAIL  name_clash  misuse.clash
      misuse.CLASH, misuse.clash would all be this table
      -> give all but one another name, with these lines under `tables` of their databases
         - table: "clash"
           target: "clash_2""#,
    );
}

#[test]
fn findings_that_cannot_be_accepted_are_not() {
    make("CREATE TABLE accepted (id INT PRIMARY KEY, v INT)");
    let objects = "  - { database: misuse, include: [accepted] }\n";
    assert_refused(
        objects,
        "ignore: [nonsense]\n",
        "FAIL  unknown_accepted_code  nonsense
      `ignore` names nonsense, and there is no such finding
      -> take it out; the codes that can be accepted stand in the documentation",
    );
    assert_refused(
        objects,
        "ignore: [source_tls]\n",
        "FAIL  unknown_accepted_code  source_tls
      `ignore` names source_tls: a failure, which cannot be accepted
      -> take the code out of `ignore`",
    );
}
