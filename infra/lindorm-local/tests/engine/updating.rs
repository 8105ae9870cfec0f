//! Rule 37: UPDATE.

use lindorm_local::answer::Datum;

use super::shell::Shell;

#[test]
fn an_update_changes_the_named_columns_of_one_row_that_is_there() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a, b) VALUES (1, 1, 'x')");
    assert_eq!(shell.bound("UPDATE t SET b = ?, a = 5 WHERE id = ?", &[Datum::Null, Datum::Int(1)]), 1);
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|5|NULL"]);
    assert_eq!(shell.done("UPDATE t SET a = 5 WHERE id = 2"), 0);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["1"]);
}

#[test]
fn an_update_fixes_every_key_column_by_equality_and_changes_none() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("UPDATE t SET a = 5"), 1064);
    assert_eq!(shell.error("UPDATE t SET a = 5 WHERE id > 1"), 9001);
    assert_eq!(shell.error("UPDATE t SET a = 5 WHERE id = 1 AND b = 'x'"), 9001);
    assert_eq!(shell.error("UPDATE t SET id = 5 WHERE id = 1"), 9001);
    assert_eq!(shell.error("UPDATE t SET a = 5, a = 6 WHERE id = 1"), 1060);
    assert_eq!(shell.error("UPDATE t SET nope = 5 WHERE id = 1"), 1054);
    assert_eq!(shell.error("UPDATE t SET a = a + 1 WHERE id = 1"), 9001);
}
