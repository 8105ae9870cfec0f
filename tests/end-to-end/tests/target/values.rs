//! Every target type there and back, at the ends of its range, as key and as value.

use migration::schema::TargetType;
use migration::value::{Date, TargetRow, TargetValue, Time};

use super::stand::{Stand, mapping};

fn time(hours: u16, minutes: u8, seconds: u8) -> TargetValue {
    TargetValue::Time(Time { negative: false, hours, minutes, seconds, micros: 0 })
}

fn date(year: u16, month: u8, day: u8) -> TargetValue {
    TargetValue::Date(Date { year, month, day })
}

fn text(text: &str) -> TargetValue {
    TargetValue::Text(text.to_owned())
}

/// Each type with values from its ends and its traps.
fn samples() -> Vec<(TargetType, Vec<TargetValue>)> {
    let int = |ends: [i64; 2]| [ends[0], -1, 0, 1, ends[1]].map(TargetValue::Int).to_vec();
    let decimals =
        |texts: &[&str]| texts.iter().map(|text| TargetValue::Decimal((*text).to_owned())).collect();
    vec![
        (TargetType::Boolean, vec![TargetValue::Boolean(false), TargetValue::Boolean(true)]),
        (TargetType::TinyInt, int([i8::MIN.into(), i8::MAX.into()])),
        (TargetType::SmallInt, int([i16::MIN.into(), i16::MAX.into()])),
        (TargetType::Integer, int([i32::MIN.into(), i32::MAX.into()])),
        (TargetType::BigInt, int([i64::MIN, i64::MAX])),
        (
            TargetType::Float,
            [-f32::MAX, -0.1, 0.0, f32::MIN_POSITIVE, 16_777_217.0].map(TargetValue::Float).to_vec(),
        ),
        (
            TargetType::Double,
            [-f64::MAX, -0.1, 0.0, f64::MIN_POSITIVE, 1.0e300].map(TargetValue::Double).to_vec(),
        ),
        (
            TargetType::Decimal { precision_scale: Some((38, 10)) },
            decimals(&[
                "-9999999999999999999999999999.9999999999",
                "0.0000000000",
                "0.0000000001",
                "12.5000000000",
            ]),
        ),
        (TargetType::Decimal { precision_scale: Some((20, 0)) }, decimals(&["0", "18446744073709551615"])),
        (
            TargetType::Varchar { chars: None },
            vec![text(""), text(" "), text("a'b\\c\"`?"), text("größe 注文 🦀"), text("a\0b")],
        ),
        (TargetType::Varchar { chars: Some(3) }, vec![text(""), text("äöü")]),
        (
            TargetType::Binary { bytes: Some(2) },
            vec![TargetValue::Bytes(vec![0, 0]), TargetValue::Bytes(vec![255, 1])],
        ),
        (
            TargetType::Varbinary,
            vec![
                TargetValue::Bytes(vec![]),
                TargetValue::Bytes(vec![0, 39, 92, 255]),
                TargetValue::Bytes((0..=255).collect()),
            ],
        ),
        (TargetType::Date, vec![date(1, 1, 1), date(1969, 12, 31), date(2024, 2, 29), date(9999, 12, 31)]),
        (TargetType::Time, vec![time(0, 0, 0), time(12, 0, 1), time(23, 59, 59)]),
        (
            TargetType::Timestamp,
            [-62_135_596_800_000, -1, 0, 1, 1_724_976_675_354, 253_402_300_799_999]
                .map(TargetValue::Timestamp)
                .to_vec(),
        ),
        (
            TargetType::Json,
            ["null", "{}", r#"{"b":1.10,"a":["é",12345678901234567890123]}"#]
                .map(|json| TargetValue::Json(json.to_owned()))
                .to_vec(),
        ),
    ]
}

#[tokio::test]
async fn every_type_reads_back_what_was_written_and_null() {
    let stand = Stand::new().await;
    for (number, (column, values)) in samples().into_iter().enumerate() {
        let mapping = mapping(
            &format!("t{number}"),
            1,
            &[("id", TargetType::Integer), ("w", TargetType::TinyInt), ("v", column)],
        );
        stand.create(&mapping).await;
        let values = values.into_iter().chain([TargetValue::Null]);
        let rows: Vec<TargetRow> = (0..)
            .zip(values)
            .map(|(id, value)| vec![TargetValue::Int(id), TargetValue::Int(1), value])
            .collect();
        let outcome = stand.write(&mapping, None, rows.clone()).await;
        assert_eq!(outcome.rejected, [], "{column}");
        assert_eq!(stand.all(&mapping).await, rows, "{column}");
        let keys: Vec<Vec<TargetValue>> = rows.iter().map(|row| row[..1].to_vec()).collect();
        assert_eq!(stand.found(&mapping, &keys).await, rows, "{column}");
    }
}

#[tokio::test]
async fn every_type_that_can_be_a_key_finds_its_rows_again() {
    let stand = Stand::new().await;
    for (number, (column, values)) in samples().into_iter().enumerate() {
        let nul = |value: &TargetValue| matches!(value, TargetValue::Text(text) if text.contains('\0'));
        if column == TargetType::Json {
            continue;
        }
        let mapping = mapping(&format!("k{number}"), 1, &[("k", column), ("v", TargetType::Integer)]);
        stand.create(&mapping).await;
        let values = values.into_iter().filter(|value| !nul(value));
        let rows: Vec<TargetRow> =
            (0..).zip(values).map(|(id, value)| vec![value, TargetValue::Int(id)]).collect();
        let outcome = stand.write(&mapping, None, rows.clone()).await;
        assert_eq!(outcome.rejected, [], "{column}");
        let keys: Vec<Vec<TargetValue>> = rows.iter().map(|row| row[..1].to_vec()).collect();
        assert_eq!(stand.found(&mapping, &keys).await, rows, "{column}");
        assert_eq!(stand.all(&mapping).await.len(), rows.len(), "{column}");
        for key in &keys {
            stand.target.delete_row(&mapping, key, stand.form, super::stand::in_a_minute()).await.unwrap();
        }
        assert!(stand.all(&mapping).await.is_empty(), "{column}");
    }
}

#[tokio::test]
async fn values_do_not_depend_on_what_the_documentation_leaves_open() {
    let stand = Stand::with(&[
        "chatter=refused",
        "boolean_from_integer=refused",
        "escapes=off",
        "statement_reset=refused",
        "describe_parameters=hidden",
    ])
    .await;
    let columns: Vec<TargetType> = samples().into_iter().map(|(column, _)| column).collect();
    let names: Vec<String> = (0..columns.len()).map(|number| format!("c{number}")).collect();
    let mut all = vec![("id", TargetType::Integer)];
    all.extend(names.iter().map(String::as_str).zip(columns));
    let mapping = mapping("wide", 1, &all);
    stand.create(&mapping).await;
    let mut row = vec![TargetValue::Int(1)];
    row.extend(samples().into_iter().filter_map(|(_, values)| values.into_iter().next_back()));
    stand.write(&mapping, None, vec![row.clone()]).await;
    assert_eq!(stand.all(&mapping).await, [row]);
}
