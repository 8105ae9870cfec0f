//! Rules 5, 7, 29 to 31, 34 and 35 where a switch decides: bound values, the size of a statement, NULL and empty values.

use lindorm_local::answer::Datum;

use super::shell::Shell;

fn rows(count: usize) -> String {
    let rows: Vec<String> = (0..count).map(|id| format!("({id}, 1)")).collect();
    format!("UPSERT INTO t (id, a) VALUES {}", rows.join(", "))
}

#[test]
fn parameters_in_values_work_or_are_refused() {
    const BOUND: &str = "UPSERT INTO t (id, a) VALUES (1, ?)";
    assert_eq!(Shell::with_table(&[]).bound(BOUND, &[Datum::Int(1)]), 1);
    let mut shell = Shell::with_table(&["bind_values=refused"]);
    let refused = shell.engine.prepare(&shell.session, BOUND).expect_err("no parameter in VALUES");
    assert_eq!(refused.code, 9001);
    shell.bound("UPSERT INTO t (id, a) VALUES (1, 1)", &[]);
    assert_eq!(shell.rows_bound("SELECT a FROM t WHERE id = ?", &[Datum::Int(1)]), ["1"]);
}

#[test]
fn a_bound_text_is_read_by_its_column_or_refused() {
    let columns = ["ok BOOLEAN", "d DATE", "c TIME", "at TIMESTAMP", "n DECIMAL(9,2)", "i INT", "s VARCHAR"];
    let texts = ["true", "2024-08-30", "08:11:15", "2024-08-30 08:11:15", "1.50", "7", "x"];
    let table = format!("CREATE TABLE t (id INT, {}, PRIMARY KEY (id))", columns.join(", "));
    for (column, text) in columns.iter().zip(texts) {
        let name = column.split(' ').next().expect("a name");
        let sql = format!("UPSERT INTO t (id, {name}) VALUES (1, ?)");
        let mut shell = Shell::new();
        shell.done(&table);
        assert_eq!(shell.bound(&sql, &[Datum::Text(text.into())]), 1, "{column}");
        let mut shell = Shell::assuming(&["bound_text=refused"]);
        shell.done(&table);
        if ["i", "s"].contains(&name) {
            assert_eq!(shell.bound(&sql, &[Datum::Text(text.into())]), 1, "{column}");
        } else {
            assert_eq!(shell.error_bound(&sql, &[Datum::Text(text.into())]), 1366, "{column}");
            assert_eq!(shell.error_bound(&sql, &[Datum::Bytes(text.as_bytes().into())]), 1366, "{column}");
            shell.done(&format!("UPSERT INTO t (id, {name}) VALUES (1, '{text}')"));
        }
    }
}

#[test]
fn a_bound_text_is_refused_in_a_key_and_in_a_condition_as_well() {
    let mut shell = Shell::assuming(&["bound_text=refused"]);
    shell.done("CREATE TABLE t (d DATE, a INT, PRIMARY KEY (d))");
    let day = [Datum::Text("2024-08-30".into())];
    assert_eq!(shell.error_bound("UPSERT INTO t (d, a) VALUES (?, 1)", &day), 1366);
    assert_eq!(shell.error_bound("DELETE FROM t WHERE d = ?", &day), 1366);
    assert_eq!(shell.error_bound("SELECT a FROM t WHERE d = ?", &day), 1366);
    shell.bound("UPSERT INTO t (d, a) VALUES (?, 1)", &[Datum::Date { year: 2024, month: 8, day: 30 }]);
    assert_eq!(shell.rows("SELECT a FROM t WHERE d = '2024-08-30'"), ["1"]);
}

#[test]
fn a_statement_has_at_most_so_many_rows_and_beyond_nothing_is_written() {
    for most in [2000, 1000, 100, 50, 10, 1] {
        let mut shell = Shell::with_table(&[&format!("rows_per_statement={most}")]);
        assert_eq!(shell.error(&rows(most + 1)), 8008, "{most}");
        assert!(shell.rows("SELECT id FROM t").is_empty(), "{most}");
        assert_eq!(shell.done(&rows(most)), most as u64);
    }
}

#[test]
fn a_statement_has_at_most_so_many_bytes() {
    let text = "x".repeat(300_000);
    let sql = |count: usize| {
        let rows: Vec<String> = (0..count).map(|id| format!("({id}, '{text}')")).collect();
        format!("UPSERT INTO t (id, b) VALUES {}", rows.join(", "))
    };
    let mut shell = Shell::with_table(&["bytes_per_statement=1MiB"]);
    shell.done(&sql(3));
    assert_eq!(shell.error(&sql(4)), 8008);
    let mut shell = Shell::with_table(&["bytes_per_statement=16MiB"]);
    shell.done(&sql(4));
    assert_eq!(shell.error(&sql(56)), 8008);
    Shell::with_table(&[]).done(&sql(56));
}

#[test]
fn the_number_of_a_statement_that_is_too_large_is_a_choice() {
    let mut shell = Shell::with_table(&["over_limit_code=1153", "rows_per_statement=1"]);
    assert_eq!(shell.error(&rows(2)), 1153);
    let mut shell = Shell::with_table(&["over_limit_code=9001", "rows_per_statement=1"]);
    assert_eq!(shell.error(&rows(2)), 9001);
    let mut shell = Shell::with_table(&["over_limit_code=1153", "bytes_per_statement=1MiB"]);
    assert_eq!(shell.error(&format!("UPSERT INTO t (id, b) VALUES (1, '{}')", "x".repeat(1 << 20))), 1153);
}

#[test]
fn an_upsert_tells_its_rows_or_zero_or_one() {
    for (setting, told) in [("rows", 3), ("zero", 0), ("one", 1)] {
        let mut shell = Shell::with_table(&[&format!("upsert_affected={setting}")]);
        assert_eq!(shell.done(&rows(3)), told, "{setting}");
        assert_eq!(shell.rows("SELECT id FROM t").len(), 3, "{setting}");
    }
}

#[test]
fn null_outside_the_key_may_be_an_error_typed_or_bound() {
    let mut shell = Shell::with_table(&["null_write=refused"]);
    assert_eq!(shell.error("UPSERT INTO t (id, a, b) VALUES (1, 1, NULL)"), 1048);
    assert_eq!(shell.error_bound("UPSERT INTO t (id, a) VALUES (1, ?)", &[Datum::Null]), 1048);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    assert_eq!(shell.error("UPDATE t SET a = NULL WHERE id = 1"), 1048);
    assert_eq!(shell.rows("SELECT a, b FROM t"), ["1|NULL"]);
}

#[test]
fn not_null_outside_the_key_is_checked_by_choice() {
    let table = "CREATE TABLE n (id INT, a INT NOT NULL, b INT, PRIMARY KEY (id))";
    let null = "UPSERT INTO n (id, a, b) VALUES (1, NULL, NULL)";
    let mut shell = Shell::new();
    shell.done(table);
    shell.done(null);
    let mut shell = Shell::assuming(&["not_null=checked"]);
    shell.done(table);
    assert_eq!(shell.error(null), 1048);
    shell.done("UPSERT INTO n (id, a, b) VALUES (1, 1, NULL)");
    shell.done("UPSERT INTO n (id, b) VALUES (1, 2)");
    assert_eq!(shell.rows("SELECT a, b FROM n"), ["1|2"]);
}

#[test]
fn an_empty_text_is_kept_or_becomes_null() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a, b) VALUES (1, 1, '')");
    assert_eq!(shell.rows("SELECT a FROM t WHERE b = '' AND id = 1"), ["1"]);
    let mut shell = Shell::with_table(&["empty_text=null"]);
    shell.done("UPSERT INTO t (id, a, b) VALUES (1, 1, '')");
    assert_eq!(shell.rows("SELECT b FROM t"), ["NULL"]);
    shell.done("CREATE TABLE k (name VARCHAR, a INT, PRIMARY KEY (name))");
    assert_eq!(shell.error("UPSERT INTO k (name, a) VALUES ('', 1)"), 1048);
}

#[test]
fn a_key_is_limited_as_a_whole_or_column_by_column() {
    let table = "CREATE TABLE k (p VARCHAR, q VARCHAR, a INT, PRIMARY KEY (p, q))";
    let row = |p: usize, q: usize| {
        format!("UPSERT INTO k (p, q, a) VALUES ('{}', '{}', 1)", "p".repeat(p), "q".repeat(q))
    };
    let mut shell = Shell::new();
    shell.done(table);
    shell.done(&row(1024, 1024));
    assert_eq!(shell.error(&row(1024, 1025)), 1406);
    let mut shell = Shell::assuming(&["key_limit=wide"]);
    shell.done(table);
    shell.done(&row(2048, 2048));
    assert_eq!(shell.error(&row(2049, 1)), 1406);
}

#[test]
fn the_limit_of_two_megabytes_is_of_a_value_or_of_a_row() {
    let half = "x".repeat(1_100_000);
    let row = format!("UPSERT INTO t (id, b, c) VALUES (1, '{half}', '{half}')");
    for (setting, fits) in [("value_limit=column", true), ("value_limit=row", false)] {
        let mut shell = Shell::assuming(&[setting]);
        shell.done("CREATE TABLE t (id INT, b VARCHAR, c VARCHAR, PRIMARY KEY (id))");
        if fits {
            shell.done(&row);
        } else {
            assert_eq!(shell.error(&row), 1406);
            shell.done(&format!("UPSERT INTO t (id, b) VALUES (1, '{half}')"));
        }
    }
}

#[test]
fn a_table_that_does_not_exist_has_either_number() {
    for (setting, number) in [("1146", 1146), ("8005", 8005)] {
        let mut shell = Shell::assuming(&[&format!("missing_table_code={setting}")]);
        assert_eq!(shell.error("SELECT a FROM gone"), number);
        assert_eq!(shell.error("DESCRIBE gone"), number);
        assert_eq!(shell.error("UPSERT INTO gone (a, b) VALUES (1, 1)"), number);
    }
}
