//! Rule 53: what each statement needs, where it may be held, and what comes without it. One test a row of the table.

use lindorm_local::answer::SqlError;

use super::shell::Shell;

const DENIED: Result<(), u16> = Err(1227);
const ALL: [&str; 5] = ["READ", "WRITE", "ADMIN", "TRASH", "SYSTEM"];
const PLACES: [&str; 3] = ["GLOBAL", "DATABASE shop", "TABLE shop.goods"];
const ELSEWHERE: [&str; 2] = ["DATABASE other", "TABLE other.goods"];

/// Two databases alike, an index, and a user `clerk` without any privilege.
fn shop(settings: &[&str]) -> Shell {
    let mut shell = Shell::assuming(settings);
    for database in ["shop", "other"] {
        shell.done(&format!("CREATE DATABASE {database}"));
        shell.done(&format!("CREATE TABLE {database}.goods (id BIGINT, a INT, b INT, PRIMARY KEY (id))"));
        shell.done(&format!("CREATE INDEX by_a ON {database}.goods (a)"));
    }
    shell.done("CREATE USER clerk IDENTIFIED BY 'open sesame'");
    shell
}

fn grant(shell: &mut Shell, privileges: &[&str], place: &str) {
    for privilege in privileges {
        shell.done(&format!("GRANT {privilege} ON {place} TO clerk"));
    }
}

fn run(shell: &mut Shell, sql: &str) -> Result<(), u16> {
    let mut clerk = shell.engine.log_in("clerk", None).expect("the clerk");
    shell.engine.query(&mut clerk, sql).map(|_| ()).map_err(|error| error.code)
}

/// How a statement ends for a user who holds these privileges at this place.
fn with(privileges: &[&str], place: &str, sql: &str) -> Result<(), u16> {
    let mut shell = shop(&[]);
    grant(&mut shell, privileges, place);
    run(&mut shell, sql)
}

/// The statement needs all of `needed`, on the first `levels` of [`PLACES`], and nothing else helps.
fn needs(sql: &str, needed: &[&str], levels: usize) {
    for (level, place) in PLACES.into_iter().enumerate() {
        let expected = if level < levels { Ok(()) } else { DENIED };
        assert_eq!(with(needed, place, sql), expected, "{sql} with {needed:?} on {place}");
    }
    for place in ELSEWHERE {
        assert_eq!(with(needed, place, sql), DENIED, "{sql} with {needed:?} on {place}");
    }
    for missing in needed {
        // SYSTEM brings ADMIN with it.
        let others =
            ALL.into_iter().filter(|held| held != missing && (*held, *missing) != ("SYSTEM", "ADMIN"));
        let others: Vec<_> = others.collect();
        assert_eq!(with(&others, "GLOBAL", sql), DENIED, "{sql} with {others:?}");
    }
}

#[test]
fn select_needs_read_on_any_level() {
    needs("SELECT * FROM shop.goods WHERE id = 1", &["READ"], 3);
    assert_eq!(with(&[], "GLOBAL", "SELECT @@time_zone, DATABASE()"), Ok(()));
}

#[test]
fn upsert_needs_write_on_any_level() {
    needs("UPSERT INTO shop.goods (id, a) VALUES (1, 1)", &["WRITE"], 3);
}

#[test]
fn update_needs_write_on_any_level() {
    needs("UPDATE shop.goods SET a = 2 WHERE id = 1", &["WRITE"], 3);
}

#[test]
fn delete_needs_write_and_no_trash() {
    needs("DELETE FROM shop.goods WHERE id = 1", &["WRITE"], 3);
}

#[test]
fn create_table_needs_admin_on_the_database() {
    needs("CREATE TABLE shop.more (id BIGINT, a INT, PRIMARY KEY (id))", &["ADMIN"], 2);
}

#[test]
fn alter_table_needs_read_and_admin_on_the_database() {
    needs("ALTER TABLE shop.goods ADD COLUMN c INT", &["READ", "ADMIN"], 2);
}

#[test]
fn drop_table_needs_admin_and_trash_on_the_database() {
    needs("DROP TABLE shop.goods", &["ADMIN", "TRASH"], 2);
}

#[test]
fn truncate_table_needs_admin_and_trash_on_the_database() {
    needs("TRUNCATE TABLE shop.goods", &["ADMIN", "TRASH"], 2);
}

#[test]
fn create_database_needs_admin_on_everything() {
    needs("CREATE DATABASE third", &["ADMIN"], 1);
}

#[test]
fn drop_database_needs_read_and_admin_on_everything() {
    needs("DROP DATABASE shop", &["READ", "ADMIN"], 1);
}

#[test]
fn describe_and_show_tables_need_read_on_the_database() {
    needs("DESCRIBE shop.goods", &["READ"], 2);
    needs("SHOW COLUMNS FROM shop.goods", &["READ"], 2);
    needs("SHOW TABLES FROM shop", &["READ"], 2);
}

#[test]
fn show_index_and_show_table_variables_need_read_on_the_database() {
    needs("SHOW INDEX FROM shop.goods", &["READ"], 2);
    needs("SHOW TABLE VARIABLES FROM shop.goods", &["READ"], 2);
}

#[test]
fn show_create_table_needs_read_and_admin_on_the_database() {
    needs("SHOW CREATE TABLE shop.goods", &["READ", "ADMIN"], 2);
}

#[test]
fn create_and_drop_index_need_read_and_admin_on_the_database_and_drop_trash_too() {
    needs("CREATE INDEX by_b ON shop.goods (b)", &["READ", "ADMIN"], 2);
    needs("DROP INDEX by_a ON shop.goods", &["READ", "ADMIN", "TRASH"], 2);
}

#[test]
fn show_privileges_needs_admin_on_everything() {
    needs("SHOW PRIVILEGES", &["ADMIN"], 1);
}

#[test]
fn grant_and_revoke_need_admin_on_everything() {
    needs("GRANT READ ON TABLE shop.goods TO clerk", &["ADMIN"], 1);
    needs("REVOKE READ ON TABLE shop.goods FROM clerk", &["ADMIN"], 1);
}

#[test]
fn statements_on_users_need_read_and_admin_on_everything() {
    needs("CREATE USER other IDENTIFIED BY 'x'", &["READ", "ADMIN"], 1);
    needs("ALTER USER clerk SET PASSWORD = 'x'", &["READ", "ADMIN"], 1);
    needs("DROP USER clerk", &["READ", "ADMIN"], 1);
}

#[test]
fn use_needs_any_of_three_privileges_on_the_database_above_it_or_below_it() {
    for privilege in ["READ", "WRITE", "ADMIN"] {
        for place in PLACES {
            assert_eq!(with(&[privilege], place, "USE shop"), Ok(()), "{privilege} on {place}");
        }
        for place in ELSEWHERE {
            assert_eq!(with(&[privilege], place, "USE shop"), DENIED, "{privilege} on {place}");
        }
    }
    assert_eq!(with(&["TRASH"], "GLOBAL", "USE shop"), DENIED);
    assert_eq!(with(&[], "GLOBAL", "USE nowhere"), Err(1049), "what there is can be seen by everyone");
}

#[test]
fn show_databases_and_show_users_need_any_of_three_privileges_anywhere() {
    for sql in ["SHOW DATABASES", "SHOW USERS"] {
        for place in PLACES.into_iter().chain(ELSEWHERE) {
            assert_eq!(with(&["WRITE"], place, sql), Ok(()), "{sql} on {place}");
            assert_eq!(with(&["TRASH"], place, sql), DENIED, "{sql} on {place}");
        }
    }
}

#[test]
fn all_stands_for_four_privileges_and_admin_includes_neither_read_nor_write() {
    for spelling in ["ALL", "ALL PRIVILEGE", "ALL PRIVILEGES"] {
        for sql in [
            "SELECT * FROM shop.goods WHERE id = 1",
            "DELETE FROM shop.goods WHERE id = 1",
            "DROP TABLE shop.goods",
        ] {
            assert_eq!(with(&[spelling], "SCHEMA shop", sql), Ok(()), "{sql}");
        }
    }
    let mut shell = shop(&[]);
    grant(&mut shell, &["ADMIN"], "GLOBAL");
    assert_eq!(run(&mut shell, "SELECT * FROM shop.goods WHERE id = 1"), DENIED);
    assert_eq!(run(&mut shell, "UPSERT INTO shop.goods (id, a) VALUES (1, 1)"), DENIED);
}

#[test]
fn system_is_global_only_and_includes_global_admin() {
    assert_eq!(with(&["SYSTEM"], "GLOBAL", "CREATE DATABASE third"), Ok(()));
    assert_eq!(with(&["SYSTEM"], "GLOBAL", "SELECT * FROM shop.goods WHERE id = 1"), DENIED);
    let mut shell = shop(&[]);
    assert_eq!(shell.error("GRANT SYSTEM ON DATABASE shop TO clerk"), 1144);
    assert_eq!(shell.error("GRANT READ, SYSTEM ON TABLE shop.goods TO clerk"), 1144);
    grant(&mut shell, &["ALL", "SYSTEM"], "GLOBAL");
    shell.done("REVOKE SYSTEM ON GLOBAL FROM clerk");
    assert_eq!(run(&mut shell, "CREATE DATABASE third"), DENIED, "ADMIN went with it");
}

#[test]
fn a_privilege_is_revoked_on_the_level_it_is_revoked_on() {
    let read = "SELECT * FROM shop.goods WHERE id = 1";
    let mut shell = shop(&[]);
    grant(&mut shell, &["READ, WRITE"], "TABLE shop.goods");
    grant(&mut shell, &["READ"], "DATABASE shop");
    shell.done("REVOKE READ ON DATABASE shop FROM clerk");
    assert_eq!(run(&mut shell, read), Ok(()), "still held on the table");
    shell.done("REVOKE READ ON TABLE shop.goods FROM clerk");
    assert_eq!(run(&mut shell, read), DENIED);
    assert_eq!(run(&mut shell, "DELETE FROM shop.goods WHERE id = 1"), Ok(()), "WRITE was not revoked");
    shell.done("REVOKE ALL ON GLOBAL FROM clerk");
    assert_eq!(run(&mut shell, "DELETE FROM shop.goods WHERE id = 1"), Ok(()), "nor by a REVOKE above");
}

fn code<T>(outcome: Result<T, SqlError>) -> u16 {
    outcome.map(|_| ()).expect_err("a denial").code
}

#[test]
fn a_revoke_holds_for_statements_prepared_before_it() {
    let mut shell = shop(&[]);
    grant(&mut shell, &["WRITE"], "DATABASE shop");
    let mut clerk = shell.engine.log_in("clerk", Some("shop")).expect("the clerk");
    let prepared = shell.engine.prepare(&clerk, "UPSERT INTO goods (id, a) VALUES (1, 1)").expect("granted");
    assert!(shell.engine.execute(&mut clerk, &prepared, &[]).is_ok());
    shell.done("REVOKE WRITE ON DATABASE shop FROM clerk");
    assert_eq!(code(shell.engine.execute(&mut clerk, &prepared, &[])), 1227);
    assert_eq!(code(shell.engine.prepare(&clerk, "DELETE FROM goods WHERE id = 1")), 1227);
    shell.done("GRANT WRITE ON TABLE shop.goods TO clerk");
    assert!(shell.engine.execute(&mut clerk, &prepared, &[]).is_ok());
    shell.done("DROP USER clerk");
    assert_eq!(code(shell.engine.execute(&mut clerk, &prepared, &[])), 1227);
}

#[test]
fn what_is_not_held_is_denied_before_it_is_looked_for() {
    assert_eq!(with(&[], "GLOBAL", "SELECT * FROM shop.nothing WHERE id = 1"), DENIED);
    assert_eq!(with(&["READ"], "GLOBAL", "SELECT * FROM shop.nothing WHERE id = 1"), Err(1146));
}

#[test]
fn a_denied_statement_has_the_number_of_the_switch() {
    for (settings, expected) in
        [(&[][..], (1227, "42000")), (&["denied_statement=1045"][..], (1045, "28000"))]
    {
        let shell = shop(settings);
        let mut clerk = shell.engine.log_in("clerk", None).expect("the clerk");
        for sql in ["SELECT * FROM shop.goods WHERE id = 1", "USE shop"] {
            let error = shell.engine.query(&mut clerk, sql).map(|_| ()).unwrap_err();
            assert_eq!((error.code, error.state), expected, "{sql}");
        }
    }
}
