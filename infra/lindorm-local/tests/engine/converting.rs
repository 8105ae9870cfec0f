//! Rules 31 to 34 and sections 5.1 and 5.2: values of every type, from literals and parameters.

use lindorm_local::answer::Datum;

use super::shell::Shell;

fn with_column(kind: &str, settings: &[&str]) -> Shell {
    let mut shell = Shell::assuming(settings);
    shell.done(&format!("CREATE TABLE x (id INT, c {kind}, PRIMARY KEY (id))"));
    shell
}

/// What a literal reads back as, or the number of its refusal.
fn literal(shell: &mut Shell, text: &str) -> Result<String, u16> {
    written(shell, &format!("UPSERT INTO x (id, c) VALUES (1, {text})"), &[])
}

fn parameter(shell: &mut Shell, value: Datum<'_>) -> Result<String, u16> {
    written(shell, "UPSERT INTO x (id, c) VALUES (1, ?)", &[value])
}

fn written(shell: &mut Shell, sql: &str, params: &[Datum<'_>]) -> Result<String, u16> {
    let prepared = shell.engine.prepare(&shell.session, sql).map_err(|error| error.code)?;
    shell.engine.execute(&mut shell.session, &prepared, params).map_err(|error| error.code)?;
    Ok(shell.rows("SELECT c FROM x").join(","))
}

fn ok(text: &str) -> Result<String, u16> {
    Ok(text.to_owned())
}

#[test]
fn integers_are_kept_within_their_range_and_never_clamped() {
    for (kind, least, most) in [
        ("TINYINT", "-128", "127"),
        ("SMALLINT", "-32768", "32767"),
        ("INTEGER", "-2147483648", "2147483647"),
        ("BIGINT", "-9223372036854775808", "9223372036854775807"),
        ("BIGINT UNSIGNED", "0", "18446744073709551615"),
    ] {
        let mut shell = with_column(kind, &[]);
        for bound in [least, most] {
            assert_eq!(literal(&mut shell, bound), ok(bound), "{kind}");
            let beyond = bound.parse::<i128>().expect("a number") + if bound == least { -1 } else { 1 };
            assert_eq!(literal(&mut shell, &beyond.to_string()), Err(1264), "{kind}");
        }
        assert_eq!(literal(&mut shell, "'abc'"), Err(1366), "{kind}");
        assert_eq!(literal(&mut shell, "1.5"), Err(1366), "{kind}");
        assert_eq!(literal(&mut shell, "true"), Err(1366), "{kind}");
    }
    let mut shell = with_column("INTEGER", &[]);
    assert_eq!(parameter(&mut shell, Datum::UInt(u64::MAX)), Err(1264));
    assert_eq!(parameter(&mut shell, Datum::Bytes(b"-17"[..].into())), ok("-17"));
}

#[test]
fn booleans_are_words_or_zero_and_one() {
    let mut shell = with_column("BOOLEAN", &[]);
    assert_eq!(literal(&mut shell, "TRUE"), ok("true"));
    assert_eq!(literal(&mut shell, "0"), ok("false"));
    assert_eq!(parameter(&mut shell, Datum::Int(1)), ok("true"));
    assert_eq!(literal(&mut shell, "2"), Err(1366));
    let mut shell = with_column("BOOLEAN", &["boolean_from_integer=refused"]);
    assert_eq!(literal(&mut shell, "1"), Err(1366));
    assert_eq!(parameter(&mut shell, Datum::Bool(true)), ok("true"));
}

#[test]
fn floats_keep_their_value_and_refuse_what_is_not_finite() {
    let mut shell = with_column("FLOAT", &[]);
    assert_eq!(parameter(&mut shell, Datum::Float(0.1)), ok("0.1"));
    assert_eq!(literal(&mut shell, "1e39"), Err(1264));
    assert_eq!(parameter(&mut shell, Datum::Float(f32::NAN)), Err(1264));
    let mut shell = with_column("DOUBLE", &[]);
    assert_eq!(parameter(&mut shell, Datum::Double(f64::MIN_POSITIVE)), ok(&f64::MIN_POSITIVE.to_string()));
    assert_eq!(literal(&mut shell, "-1.5e300"), ok(&(-1.5e300_f64).to_string()));
    assert_eq!(literal(&mut shell, "12"), ok("12"));
    assert_eq!(parameter(&mut shell, Datum::Double(f64::INFINITY)), Err(1264));
}

#[test]
fn decimals_keep_every_digit_and_show_their_whole_scale() {
    let mut shell = with_column("DECIMAL(38,4)", &[]);
    let most = format!("{}.{}", "9".repeat(34), "9".repeat(4));
    assert_eq!(literal(&mut shell, &most), ok(&most));
    assert_eq!(literal(&mut shell, &format!("-{most}")), ok(&format!("-{most}")));
    assert_eq!(literal(&mut shell, &format!("1{}", "0".repeat(34))), Err(1264));
    assert_eq!(literal(&mut shell, "5"), ok("5.0000"));
    assert_eq!(parameter(&mut shell, Datum::Bytes(b"0.12"[..].into())), ok("0.1200"));
    assert_eq!(literal(&mut shell, "0.00001"), Err(1264));
    assert_eq!(literal(&mut shell, "0.10000"), ok("0.1000"));
    assert_eq!(literal(&mut shell, "'one'"), Err(1366));
}

#[test]
fn excess_scale_may_be_rounded_or_cut_by_choice() {
    assert_eq!(literal(&mut with_column("DECIMAL(5,2)", &["excess_scale=rounded"]), "1.005"), ok("1.01"));
    assert_eq!(literal(&mut with_column("DECIMAL(5,2)", &["excess_scale=truncated"]), "1.009"), ok("1.00"));
    assert_eq!(literal(&mut with_column("DECIMAL(3,2)", &["excess_scale=rounded"]), "9.999"), Err(1264));
}

#[test]
fn varchar_counts_characters_and_keeps_trailing_spaces() {
    let mut shell = with_column("VARCHAR(3)", &[]);
    assert_eq!(literal(&mut shell, "'键键 '"), ok("键键 "));
    assert_eq!(literal(&mut shell, "''"), ok(""));
    assert_eq!(literal(&mut shell, "'abcd'"), Err(1406));
    assert_eq!(literal(&mut shell, "12"), Err(1366));
    assert_eq!(parameter(&mut shell, Datum::Bytes(b"\xff"[..].into())), Err(1366));
    assert_eq!(literal(&mut with_column("VARCHAR(3)", &["varchar_length=ignored"]), "'abcd'"), ok("abcd"));
}

#[test]
fn char_is_padded_with_spaces_and_a_longer_text_refused() {
    let mut shell = with_column("CHAR(4)", &[]);
    assert_eq!(literal(&mut shell, "'ab'"), ok("ab  "));
    assert_eq!(literal(&mut shell, "'abcde'"), Err(1406));
}

#[test]
fn binary_is_padded_with_zeros_and_cut_silently() {
    let mut shell = with_column("BINARY(3)", &[]);
    assert_eq!(literal(&mut shell, "x'0a'"), ok("0a0000"));
    assert_eq!(literal(&mut shell, "x'0a0b0c0d'"), ok("0a0b0c"));
}

#[test]
fn varbinary_takes_binary_literals_and_parameters_and_quoted_text_by_choice() {
    let mut shell = with_column("VARBINARY", &[]);
    assert_eq!(literal(&mut shell, "x'00ff00'"), ok("00ff00"));
    assert_eq!(parameter(&mut shell, Datum::Bytes(b"\0\xff"[..].into())), ok("00ff"));
    assert_eq!(literal(&mut shell, "x''"), ok(""));
    assert_eq!(literal(&mut shell, "'41'"), Err(1366));
    assert_eq!(literal(&mut with_column("VARBINARY", &["text_as_bytes=bytes"]), "'41'"), ok("3431"));
    assert_eq!(literal(&mut with_column("VARBINARY", &["text_as_bytes=hex"]), "'41'"), ok("41"));
    assert_eq!(
        literal(&mut with_column("VARBINARY", &["empty_bytes=null", "null_row=exists"]), "x''"),
        ok("NULL")
    );
}

#[test]
fn dates_have_no_zone_and_exist_in_the_calendar() {
    let mut shell = with_column("DATE", &[]);
    assert_eq!(literal(&mut shell, "'2024-02-29'"), ok("2024-02-29"));
    assert_eq!(parameter(&mut shell, Datum::Date { year: 1, month: 1, day: 1 }), ok("0001-01-01"));
    for bad in ["'2023-02-29'", "'0000-00-00'", "'24-1-1'", "'2024-08-30 10:00:00'", "20240830"] {
        assert_eq!(literal(&mut shell, bad), Err(1292), "{bad}");
    }
}

#[test]
fn times_stay_within_a_day_and_drop_their_fraction() {
    let mut shell = with_column("TIME", &[]);
    assert_eq!(literal(&mut shell, "'08:11:15.354'"), ok("08:11:15.000000"));
    assert_eq!(literal(&mut shell, "'24:00:00'"), Err(1292));
    assert_eq!(literal(&mut shell, "'-01:00:00'"), Err(1292));
    let time = Datum::Time { negative: false, hours: 23, minutes: 59, seconds: 59, micros: 999_999 };
    assert_eq!(parameter(&mut shell, time), ok("23:59:59.000000"));
}

#[test]
fn timestamps_keep_milliseconds_and_are_read_and_shown_in_the_sessions_zone() {
    let mut shell = with_column("TIMESTAMP", &[]);
    assert_eq!(literal(&mut shell, "'2024-08-30 08:11:15.354'"), ok("2024-08-30 08:11:15.354000"));
    shell.done("SET time_zone = 'UTC'");
    assert_eq!(shell.rows("SELECT c FROM x"), ["2024-08-30 00:11:15.354000"]);
    assert_eq!(literal(&mut shell, "1724976675345"), ok("2024-08-30 00:11:15.345000"));
    assert_eq!(literal(&mut shell, "'2024-08-30 08:11:15.354999'"), ok("2024-08-30 08:11:15.354000"));
    assert_eq!(literal(&mut shell, "'2024-08-30'"), ok("2024-08-30 00:00:00.000000"));
    let bound =
        Datum::DateTime { year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59, micros: 999_999 };
    assert_eq!(parameter(&mut shell, bound), ok("9999-12-31 23:59:59.999000"));
    for bad in ["'0000-00-00 00:00:00'", "'2024-13-01 00:00:00'", "'2024-01-01 25:00:00'", "'soon'", "1.5"] {
        assert_eq!(literal(&mut shell, bad), Err(1292), "{bad}");
    }
}

#[test]
fn json_is_checked_and_kept_as_it_is_written() {
    let mut shell = with_column("JSON", &[]);
    assert_eq!(
        literal(&mut shell, "'{\"a\": [1, 1.0, null], \"n\": 1e400}'"),
        ok("{\"a\": [1, 1.0, null], \"n\": 1e400}")
    );
    assert_eq!(literal(&mut shell, "'{a: 1}'"), Err(3140));
    assert_eq!(literal(&mut shell, "''"), Err(3140));
}

#[test]
fn every_type_but_json_can_be_the_key_and_reads_back_in_order() {
    for (kind, low, high) in [
        ("BOOLEAN", "false", "true"),
        ("TINYINT", "-3", "2"),
        ("SMALLINT", "-300", "2"),
        ("INTEGER", "-70000", "2"),
        ("BIGINT", "-5000000000", "2"),
        ("BIGINT UNSIGNED", "2", "18446744073709551615"),
        ("FLOAT", "-1.5e0", "0.25e0"),
        ("DOUBLE", "-1.5e0", "0.25e0"),
        ("DECIMAL(10,2)", "-12.50", "3.00"),
        ("VARCHAR", "'Z'", "'a'"),
        ("CHAR(3)", "'a'", "'ab'"),
        ("BINARY(3)", "x'00'", "x'0001'"),
        ("VARBINARY", "x''", "x'00'"),
        ("DATE", "'1969-12-31'", "'1970-01-01'"),
        ("TIME", "'00:00:01'", "'23:59:59'"),
        ("TIMESTAMP", "'1969-01-01 00:00:00'", "'2024-01-01 00:00:00.001'"),
    ] {
        let mut shell = Shell::new();
        shell.done(&format!("CREATE TABLE x (k {kind}, a INT, PRIMARY KEY (k))"));
        shell.done(&format!("UPSERT INTO x (k, a) VALUES ({high}, 2), ({low}, 1)"));
        assert_eq!(shell.rows("SELECT a FROM x"), ["1", "2"], "{kind}");
        assert_eq!(shell.rows(&format!("SELECT a FROM x WHERE k = {high}")), ["2"], "{kind}");
        assert_eq!(shell.rows(&format!("SELECT a FROM x WHERE k > {low}")), ["2"], "{kind}");
        assert_eq!(shell.rows(&format!("SELECT a FROM x WHERE k < {high}")), ["1"], "{kind}");
        shell.done(&format!("CREATE TABLE y (id INT, k {kind}, PRIMARY KEY (id))"));
        shell.done(&format!("UPSERT INTO y (id, k) VALUES (1, {low}), (2, {high})"));
        assert_eq!(shell.rows("SELECT k FROM x"), shell.rows("SELECT k FROM y"), "{kind}");
    }
}
