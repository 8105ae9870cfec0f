//! Sections 6 and 8 of the fact sheet: users and what is shown of them.

use lindorm_local::engine::{Accounts, Login};

use super::shell::Shell;

fn with_clerk() -> Shell {
    let mut shell = Shell::with_table(&[]);
    shell.done("CREATE USER clerk IDENTIFIED BY 'open sesame'");
    shell
}

/// What a statement of the clerk's ends in.
fn as_clerk(shell: &Shell, sql: &str) -> Result<(), u16> {
    let mut clerk = shell.engine.log_in("clerk", None).expect("the clerk");
    shell.engine.query(&mut clerk, sql).map(|_| ()).map_err(|error| error.code)
}

#[test]
fn the_name_of_a_user_has_4_to_15_letters_digits_hyphens_and_underscores() {
    let mut shell = Shell::new();
    for name in ["abcd", "`a-b_1`", "abcdefghijklmno", "`1234`", "Lindorm"] {
        shell.done(&format!("CREATE USER {name} IDENTIFIED BY 'x'"));
    }
    for name in ["abc", "abcdefghijklmnop", "`a b c`", "`käse`", "system", "anonymous", "lindorm"] {
        assert_eq!(shell.error(&format!("CREATE USER {name} IDENTIFIED BY 'x'")), 1396, "{name}");
    }
    assert_eq!(shell.error("CREATE USER a-bcd IDENTIFIED BY 'x'"), 1064, "unquoted");
    assert_eq!(shell.error("CREATE USER 'abcde' IDENTIFIED BY 'x'"), 1064, "a text is not a name");
}

#[test]
fn a_user_is_made_once_and_names_differ_by_case() {
    let mut shell = with_clerk();
    assert_eq!(shell.error("CREATE USER clerk IDENTIFIED BY 'x'"), 1396);
    shell.done("CREATE USER IF NOT EXISTS clerk IDENTIFIED BY 'x'");
    shell.done("CREATE USER Clerk IDENTIFIED BY 'x'");
    assert_eq!(shell.rows("SHOW USERS"), ["Clerk", "clerk"]);
    shell.done("GRANT READ ON GLOBAL TO Clerk");
    assert_eq!(as_clerk(&shell, "SELECT * FROM t WHERE id = 1"), Err(1227));
}

#[test]
fn a_dropped_user_is_gone_with_all_grants() {
    let mut shell = with_clerk();
    shell.done("GRANT READ ON TABLE t TO clerk");
    shell.done("DROP USER clerk");
    assert_eq!(shell.error("DROP USER clerk"), 1396);
    shell.done("DROP USER IF EXISTS clerk");
    assert!(shell.engine.credential("clerk").is_none());
    shell.done("CREATE USER clerk IDENTIFIED BY 'x'");
    assert_eq!(shell.rows("SHOW PRIVILEGES"), ["clerk|{}|{}|{}"]);
}

#[test]
fn root_cannot_be_dropped_and_holds_everything() {
    let mut shell = Shell::new();
    shell.engine.install_account("root", "", Login::Any);
    assert_eq!(shell.error("DROP USER root"), 1396);
    let actions = r#"{"actions":["READ","WRITE","ADMIN","TRASH","SYSTEM"]}"#;
    assert_eq!(shell.rows("SHOW PRIVILEGES"), [format!("root|{actions}|{{}}|{{}}")]);
}

#[test]
fn grants_are_on_users_databases_and_tables_there_are() {
    let mut shell = with_clerk();
    assert_eq!(shell.error("GRANT READ ON GLOBAL TO nobody"), 1396);
    assert_eq!(shell.error("REVOKE READ ON GLOBAL FROM nobody"), 1396);
    assert_eq!(shell.error("GRANT READ ON DATABASE nowhere TO clerk"), 1049);
    assert_eq!(shell.error("GRANT READ ON TABLE nothing TO clerk"), 1146);
    shell.done("REVOKE READ ON TABLE nothing FROM clerk");
    for sql in [
        "GRANT READ TO clerk",
        "GRANT SELECT ON GLOBAL TO clerk",
        "GRANT READ ON t TO clerk",
        "GRANT READ ON GLOBAL FROM clerk",
    ] {
        assert_eq!(shell.error(sql), 1064, "{sql}");
    }
}

#[test]
fn show_privileges_shows_each_level_as_an_object() {
    let mut shell = with_clerk();
    shell.done("CREATE DATABASE shop");
    shell.done("GRANT READ ON GLOBAL TO clerk");
    shell.done("GRANT TRASH, WRITE ON DATABASE `default` TO clerk");
    shell.done("GRANT ADMIN ON SCHEMA shop TO clerk");
    shell.done("GRANT READ ON TABLE t TO clerk");
    let names: Vec<_> = shell.columns("SHOW PRIVILEGES").into_iter().map(|column| column.name).collect();
    assert_eq!(names, ["user", "global privileges", "database privileges", "table privileges"]);
    let expected = [
        "clerk",
        r#"{"actions":["READ"]}"#,
        r#"{"default":{"actions":["WRITE","TRASH"],"namespace":"default"},"shop":{"actions":["ADMIN"],"namespace":"shop"}}"#,
        r#"{"default.t":{"actions":["READ"],"tableName":"default.t"}}"#,
    ];
    assert_eq!(shell.rows("SHOW PRIVILEGES"), [expected.join("|")]);
}

#[test]
fn users_change_their_own_password_with_the_old_one_only() {
    let shell = with_clerk();
    let before = shell.engine.accounts();
    assert_eq!(as_clerk(&shell, "ALTER USER clerk SET PASSWORD = 'new'"), Err(1227));
    assert_eq!(
        as_clerk(&shell, "ALTER USER clerk SET PASSWORD = 'new' WHERE OLDPASSWORD = 'wrong'"),
        Err(3891)
    );
    assert_eq!(as_clerk(&shell, "ALTER USER root SET PASSWORD = 'x' WHERE OLDPASSWORD = ''"), Err(1227));
    assert_eq!(shell.engine.accounts(), before);
    let right = "ALTER USER clerk SET PASSWORD = 'new' WHERE OLDPASSWORD = 'open sesame'";
    assert_eq!(as_clerk(&shell, right), Ok(()));
    assert_eq!(as_clerk(&shell, right), Err(3891), "it is another one now");
}

#[test]
fn a_password_cannot_be_empty_and_altering_needs_a_user() {
    let mut shell = with_clerk();
    assert_eq!(shell.error("CREATE USER other IDENTIFIED BY ''"), 1819);
    assert_eq!(shell.error("ALTER USER clerk SET PASSWORD = ''"), 1819);
    assert_eq!(shell.error("ALTER USER other SET PASSWORD = 'x'"), 1396);
    shell.done("ALTER USER IF EXISTS other SET PASSWORD = 'x'");
    assert_eq!(shell.error("ALTER USER clerk IDENTIFIED BY 'x'"), 1064, "the pages have SET PASSWORD only");
}

#[test]
fn no_statement_shows_its_password() {
    let shell = with_clerk();
    let sql = "ALTER USER clerk SET PASSWORD = 'hush' WHERE OLDPASSWORD = 'open sesame'";
    let shown = format!("{:?} {:?}", shell.engine.prepare(&shell.session, sql), shell.engine);
    assert!(!shown.contains("hush") && !shown.contains("sesame"), "{shown}");
    assert!(shown.contains("hidden"), "{shown}");
}

#[test]
fn accounts_come_back_from_what_was_kept() {
    let mut shell = with_clerk();
    shell.done("GRANT READ ON TABLE t TO clerk");
    shell.done("GRANT SYSTEM ON GLOBAL TO clerk");
    let text = serde_json::to_string(&shell.engine.accounts()).expect("serializable");
    assert!(!text.contains("sesame"));
    let kept: Accounts = serde_json::from_str(&text).expect("what was written");
    let mut other = Shell::with_table(&[]);
    other.engine.restore_accounts(kept.clone());
    assert_eq!(other.engine.accounts(), kept);
    assert_eq!(other.rows("SHOW PRIVILEGES"), shell.rows("SHOW PRIVILEGES"));
    assert_eq!(as_clerk(&other, "SELECT * FROM t WHERE id = 1"), Ok(()));
}

#[test]
fn an_account_of_the_options_keeps_its_grants_and_an_empty_password_changes_nothing() {
    let mut shell = with_clerk();
    let before = shell.engine.accounts();
    shell.engine.install_account("clerk", "", Login::Any);
    assert_eq!(shell.engine.accounts(), before);
    shell.engine.install_account("clerk", "another", Login::Old);
    assert_ne!(shell.engine.accounts(), before);
    assert_eq!(shell.rows("SHOW PRIVILEGES"), ["clerk|{}|{}|{}"]);
    shell.engine.install_account("newcomer", "secret", Login::Any);
    assert!(shell.rows("SHOW PRIVILEGES")[1].contains("SYSTEM"));
}
