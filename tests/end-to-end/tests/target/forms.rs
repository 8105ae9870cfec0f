//! Each form of a statement against a target that takes no other: what was written is read back, stamped where asked.

use std::time::Duration;

use migration::port::{RejectedRow, Sink, WriteBatch};
use migration::schema::{TableMapping, TargetType};
use migration::statement_form::{Escaping, NullForm, StampForm, StatementForm, TimeoutHint, ValueForm};
use migration::time::UnixMs;
use migration::value::{Date, Refusal, TargetRow, TargetValue, Time};

use super::lost_answers::behind_a_line;
use super::stand::{Stand, in_a_minute, mapping, now, plain, row};

const STAMP: UnixMs = UnixMs(1_700_000_000_123);

fn literal(escaping: Escaping) -> ValueForm {
    ValueForm::Literal { escaping }
}

/// Each form with the switches of a target that needs it.
fn needed() -> Vec<(StatementForm, Vec<&'static str>)> {
    let documented = StatementForm::documented();
    let values = literal(Escaping::QuotesDoubled);
    vec![
        (documented, vec![]),
        (StatementForm { stamp: StampForm::Column, ..documented }, vec!["stamp_hint=ignored"]),
        (StatementForm { stamp: StampForm::Column, ..documented }, vec!["stamp_hint=refused"]),
        (StatementForm { values, ..documented }, vec!["bind_values=refused"]),
        (StatementForm { values, ..documented }, vec!["hints_when_prepared=refused"]),
        (StatementForm { values, ..documented }, vec!["hints_when_prepared=ignored", "full_scan=refused"]),
        (StatementForm { values, ..documented }, vec!["bound_text=refused"]),
        (StatementForm { nulls: NullForm::LeftOut, ..documented }, vec!["null_write=refused"]),
        (StatementForm { rows: 10, ..documented }, vec!["rows_per_statement=10"]),
        (StatementForm { rows: 1, ..documented }, vec!["rows_per_statement=1"]),
        (
            StatementForm {
                stamp: StampForm::Column,
                values: literal(Escaping::Backslashes),
                nulls: NullForm::LeftOut,
                rows: 10,
                delete_timeout: TimeoutHint::Left,
            },
            vec![
                "stamp_hint=refused",
                "bind_values=refused",
                "quote_doubling=refused",
                "null_write=refused",
                "rows_per_statement=10",
                "timeout_on_delete=refused",
                "boolean_from_integer=refused",
                "full_scan=refused",
                "boolean_result=text",
                "temporal_result=text",
            ],
        ),
    ]
}

/// A table with a column of every type.
fn wide() -> TableMapping {
    let varchar = TargetType::Varchar { chars: None };
    mapping(
        "wide",
        2,
        &[
            ("name", varchar),
            ("id", TargetType::BigInt),
            ("a", TargetType::Boolean),
            ("b", TargetType::SmallInt),
            ("c", TargetType::Float),
            ("d", TargetType::Double),
            ("e", TargetType::Decimal { precision_scale: Some((38, 10)) }),
            ("f", varchar),
            ("g", TargetType::Varbinary),
            ("h", TargetType::Date),
            ("i", TargetType::Time),
            ("j", TargetType::Timestamp),
            ("k", TargetType::Json),
        ],
    )
}

/// Rows of every type, with NULLs in ever other places; the column `b` is never NULL, so that every row exists.
fn rows() -> Vec<TargetRow> {
    let row = |id: i64| {
        let small = u8::try_from(id % 24).expect("a small number");
        let time = Time { negative: false, hours: u16::from(small), minutes: 5, seconds: small, micros: 0 };
        let mut row = vec![
            TargetValue::Text(format!("it's \\ {}", id / 50)),
            TargetValue::Int(id - 100),
            TargetValue::Boolean(id % 2 == 0),
            TargetValue::Int(id - 120),
            TargetValue::Float(0.1 * f32::from(small)),
            TargetValue::Double(-1.0e-7 * f64::from(small)),
            TargetValue::Decimal(format!("-{}{:025}.0000000001", id + 1, 7)),
            TargetValue::Text(format!("'größe\\' 注文 \"🦀\"\r\n\t?;-- {id}\\")),
            TargetValue::Bytes(vec![0, b'\'', b'\\', small, 255]),
            TargetValue::Date(Date { year: 1 + 41 * u16::from(small), month: 2, day: 28 }),
            TargetValue::Time(time),
            TargetValue::Timestamp(-62_135_596_800_000 + id * 1_234_567_890_123),
            TargetValue::Json(format!(r#"{{"it's":"\\{id}\n"}}"#)),
        ];
        for (place, value) in row.iter_mut().enumerate().skip(2).filter(|(place, _)| *place != 3) {
            if (id >> (place % 7)) % 3 == 1 {
                *value = TargetValue::Null;
            }
        }
        row
    };
    (0..230).map(row).collect()
}

/// Sorted as the target sorts them.
fn sorted(mut rows: Vec<TargetRow>) -> Vec<TargetRow> {
    let place = |row: &TargetRow| match (&row[0], &row[1]) {
        (TargetValue::Text(name), TargetValue::Int(id)) => (name.clone(), *id),
        _ => panic!("not the key's types"),
    };
    rows.sort_by_key(place);
    rows
}

#[tokio::test]
async fn every_form_writes_reads_and_deletes_where_it_is_the_only_one_taken() {
    for (form, switches) in needed() {
        let mut stand = Stand::with(&switches).await;
        stand.form = form;
        let (mapping, rows) = (wide(), rows());
        stand.create(&mapping).await;
        let outcome = stand.write(&mapping, Some(STAMP), rows.clone()).await;
        assert_eq!(outcome.rejected, [], "{switches:?}");
        let stamps = stand.rows("SELECT /*+ _l_versions_(1), _l_allow_filtering_ */ b_l_ts FROM wide").await;
        let stamps: Vec<Option<u64>> = stamps.iter().map(|row| row.get(0)).collect();
        assert_eq!(stamps, vec![Some(STAMP.0); rows.len()], "{switches:?}");
        assert_eq!(stand.all(&mapping).await, sorted(rows.clone()), "{switches:?}");

        let keys: Vec<Vec<TargetValue>> = rows.iter().map(|row| row[..2].to_vec()).collect();
        let found = stand.target.read_rows(&mapping, &keys, form).await.unwrap();
        assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), rows, "{switches:?}");
        let later = now().plus(migration::limits::DDL_TIMEOUT * 2);
        stand.target.delete_row(&mapping, &keys[7], form, later).await.unwrap();
        let found = stand.target.read_rows(&mapping, &keys[7..9], form).await.unwrap();
        assert_eq!(found, [None, Some(rows[8].clone())], "{switches:?}");
        // A change, without a stamp, wins over the copy.
        let mut changed = rows.clone();
        changed[8][3] = TargetValue::Int(-7_777);
        stand.target.upsert_rows(&mapping, changed[8..9].to_vec(), form, in_a_minute()).await.unwrap();
        stand.write(&mapping, Some(STAMP), rows[8..9].to_vec()).await;
        changed.remove(7);
        assert_eq!(stand.all(&mapping).await, sorted(changed), "{switches:?}");
    }
}

#[tokio::test]
async fn the_documented_form_fails_where_another_is_needed() {
    // A limit of rows is not among them: it is found by halving.
    for (_, switches) in needed().into_iter().skip(1).filter(|(form, _)| form.rows == 100) {
        let stand = Stand::with(&switches).await;
        let (mapping, rows) = (wide(), rows());
        stand.create(&mapping).await;
        let batch = WriteBatch { table: &mapping, stamp: Some(STAMP), form: stand.form, rows: rows.clone() };
        let soon = now().plus(migration::limits::STATEMENT_TIMEOUT).plus(Duration::from_millis(300));
        let outcome = stand.target.write(batch, soon).await;
        let written = outcome.is_ok_and(|outcome| outcome.rejected.is_empty());
        let stamps = stand.rows("SELECT /*+ _l_versions_(1), _l_allow_filtering_ */ b_l_ts FROM wide").await;
        let stamped = stamps.iter().all(|row| row.get::<Option<u64>, _>(0).unwrap() == Some(STAMP.0));
        assert!(!written || !stamped, "{switches:?}");
    }
}

/// Texts of everything a parser could stumble over, made from a seed.
fn nasty_texts(seed: u64, count: usize) -> Vec<String> {
    const PARTS: [&str; 20] = [
        "'", "\\", "''", "\\'", "\\\\", "\"", "`", "\0", "\n", "\r", "\t", "\u{1a}", "%", "_", "?", ";",
        "--", "/*+", "é", "🦀",
    ];
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits")
    };
    (0..count).map(|_| (0..next() % 12).map(|_| PARTS[next() % PARTS.len()]).collect()).collect()
}

/// Writes texts with an escaping and says whether all of them read back.
async fn carries(stand: &Stand, table: &str, escaping: Escaping, texts: &[String]) -> bool {
    let mapping = plain(table);
    stand.create(&mapping).await;
    let rows: Vec<TargetRow> = (0..).zip(texts).map(|(id, text)| row(id, text)).collect();
    let form = StatementForm { values: literal(escaping), ..stand.form };
    let batch = WriteBatch { table: &mapping, stamp: None, form, rows: rows.clone() };
    let outcome = stand.target.write(batch, in_a_minute()).await;
    outcome.is_ok_and(|outcome| outcome.rejected.is_empty()) && stand.all(&mapping).await == rows
}

#[tokio::test]
async fn any_text_reads_back_by_the_escapings_of_its_target_and_by_no_other() {
    let all = [Escaping::QuotesDoubled, Escaping::BothDoubled, Escaping::Backslashes];
    let texts = nasty_texts(11, 1_500);
    for (switches, expected) in [
        // One pool of connections carries each escaping in turn: no session keeps what another one needs.
        (&["escapes=on"][..], [true, true, true]),
        (&["escapes=off"][..], [true, false, false]),
        (&["escapes=on", "quote_doubling=refused"][..], [false, false, true]),
    ] {
        let stand = Stand::with(switches).await;
        for round in 0..2 {
            for (number, escaping) in all.into_iter().enumerate() {
                let table = format!("t{round}_{number}");
                let carried = carries(&stand, &table, escaping, &texts).await;
                assert_eq!(carried, expected[number], "{switches:?} {escaping:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_row_of_only_nulls_is_rejected_where_none_can_be_written() {
    let mut stand = Stand::with(&["null_write=refused"]).await;
    stand.form.nulls = NullForm::LeftOut;
    let mapping = plain("empty");
    stand.create(&mapping).await;
    let nothing = |id| vec![TargetValue::Int(id), TargetValue::Null];
    let rows = vec![nothing(0), row(1, "x"), nothing(2), row(3, "y")];
    let outcome = stand.write(&mapping, Some(STAMP), rows).await;
    let rejected = [0, 2].map(|index| RejectedRow { index, refusal: Refusal::OnlyNulls });
    assert_eq!(outcome.rejected, rejected);
    assert_eq!(stand.all(&mapping).await, [row(1, "x"), row(3, "y")]);
}

#[tokio::test]
async fn sixty_nullable_columns_need_no_more_prepared_statements_than_a_connection_keeps() {
    let mut stand = Stand::with(&["null_write=refused"]).await;
    stand.form.nulls = NullForm::LeftOut;
    let (line, target) = behind_a_line(&stand).await;
    let names: Vec<String> = (0..61).map(|number| format!("c{number}")).collect();
    let columns: Vec<(&str, TargetType)> =
        names.iter().map(|name| (name.as_str(), TargetType::Integer)).collect();
    let mapping = mapping("sparse", 1, &columns);
    stand.create(&mapping).await;
    // Each row has its NULLs in places of its own, so each needs a text of its own.
    let value = |id: i64, place: i64| match ((id * 2_654_435_761) >> (place % 31)) % 2 {
        0 if place > 1 => TargetValue::Null,
        _ => TargetValue::Int(id),
    };
    let rows: Vec<TargetRow> = (0..700).map(|id| (0..61).map(|place| value(id, place)).collect()).collect();
    let batch = WriteBatch { table: &mapping, stamp: Some(STAMP), form: stand.form, rows: rows.clone() };
    assert_eq!(target.write(batch, in_a_minute()).await.unwrap().rejected, []);
    assert_eq!(stand.all(&mapping).await, rows);
    let (prepared, open_most) = line.prepared();
    assert!(prepared > 600 && open_most <= 32, "{prepared} prepared, {open_most} open");
}

#[tokio::test]
async fn large_rows_travel_as_literals_too() {
    let mut stand = Stand::with(&["bind_values=refused"]).await;
    stand.form.values = literal(Escaping::QuotesDoubled);
    let varchar = TargetType::Varchar { chars: None };
    let columns = ["a", "b", "c", "d", "e", "f", "g"].map(|name| (name, varchar));
    let mapping = mapping("texts", 1, &[&[("id", TargetType::BigInt)][..], &columns].concat());
    stand.create(&mapping).await;
    // 14 MiB of text, and with its quotes doubled more than one packet of the protocol.
    let text = TargetValue::Text("'".repeat(400_000) + &"x".repeat((2 << 20) - 400_000));
    let large = [vec![TargetValue::Int(0)], vec![text; 7]].concat();
    let small = [vec![TargetValue::Int(1)], vec![TargetValue::Text(String::new()); 7]].concat();
    let rows = vec![large, small];
    assert_eq!(stand.write(&mapping, Some(STAMP), rows.clone()).await.rejected, []);
    assert_eq!(stand.all(&mapping).await, rows);
}

#[tokio::test]
async fn a_limit_of_rows_nobody_measured_is_found_whatever_its_number() {
    for code in ["over_limit_code=8008", "over_limit_code=1153", "over_limit_code=9001"] {
        let stand = Stand::with(&["rows_per_statement=50", code]).await;
        let mapping = plain("limited");
        stand.create(&mapping).await;
        let rows: Vec<TargetRow> = (0..3_000).map(|id| row(id, "x")).collect();
        assert_eq!(stand.write(&mapping, Some(STAMP), rows.clone()).await.rejected, []);
        assert_eq!(stand.all(&mapping).await, rows);
    }
}

#[tokio::test]
async fn a_refused_literal_is_never_quoted_in_the_error() {
    let mut stand = Stand::new().await;
    stand.form.values = literal(Escaping::QuotesDoubled);
    let mapping = plain("missing");
    let batch = WriteBatch { table: &mapping, stamp: None, form: stand.form, rows: vec![row(1, "s3cret")] };
    let error = stand.target.write(batch, in_a_minute()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "target: writing to shop.missing: error 1146 (42S02): the table is not there"
    );
    assert!(error.cause.is_none() && !format!("{error:?}").contains("s3cret"));
}
