//! Each type of the target with values from its ends and its traps.
//!
//! Empty values are not among them: what becomes of those is a question of its own. NUL inside a text is not either: the
//! target does not support it (`lindorm.md` 5.2).

use migration::schema::TargetType;
use migration::value::{Date, TargetValue, Time};

/// A type and what is written into its column.
pub(super) struct Sample {
    pub(super) column_type: TargetType,
    pub(super) values: Vec<TargetValue>,
}

const TEXTS: [&str; 12] = [
    "it's",
    "''",
    "\\",
    "x\\'y\\\\''z\\",
    "\\n \\0 \\\"",
    "a\nb\r\nc\td",
    "\"quoted\" `back`",
    "größe 注文 🦀",
    " spaces ",
    "?, NULL); -- /*+ _l_ts_(1) */ %_",
    "\u{1a}\u{8}\u{7f}",
    "x'41'",
];

/// Every type a source column can be carried into.
pub(super) fn samples() -> Vec<Sample> {
    let int = |least: i64, greatest: i64| [least, -1, 0, 1, greatest].map(TargetValue::Int).to_vec();
    let decimal = |precision, scale, texts: &[&str]| Sample {
        column_type: TargetType::Decimal { precision_scale: Some((precision, scale)) },
        values: texts.iter().map(|text| TargetValue::Decimal((*text).to_owned())).collect(),
    };
    let sample = |column_type, values| Sample { column_type, values };
    vec![
        sample(TargetType::Boolean, [false, true].map(TargetValue::Boolean).to_vec()),
        sample(TargetType::TinyInt, int(i8::MIN.into(), i8::MAX.into())),
        sample(TargetType::SmallInt, int(i16::MIN.into(), i16::MAX.into())),
        sample(TargetType::Integer, int(i32::MIN.into(), i32::MAX.into())),
        sample(TargetType::BigInt, int(i64::MIN, i64::MAX)),
        sample(
            TargetType::Float,
            [-f32::MAX, -0.1, -0.0, f32::MIN_POSITIVE, 16_777_217.0].map(TargetValue::Float).to_vec(),
        ),
        sample(
            TargetType::Double,
            [-f64::MAX, -0.1, -0.0, f64::MIN_POSITIVE, 1.0e300].map(TargetValue::Double).to_vec(),
        ),
        decimal(
            38,
            10,
            &["-9999999999999999999999999999.9999999999", "0.0000000000", "0.0000000001", "12.5000000000"],
        ),
        decimal(20, 0, &["0", "-1", "18446744073709551615"]),
        sample(
            TargetType::Varchar { chars: None },
            TEXTS.iter().map(|text| TargetValue::Text((*text).to_owned())).collect(),
        ),
        sample(
            TargetType::Varbinary,
            [vec![0], vec![39, 92, 92, 39], vec![255, 254, 0], (0..=255).collect()]
                .map(TargetValue::Bytes)
                .to_vec(),
        ),
        sample(
            TargetType::Date,
            [(1, 1, 1), (1969, 12, 31), (2024, 2, 29), (9999, 12, 31)]
                .map(|(year, month, day)| TargetValue::Date(Date { year, month, day }))
                .to_vec(),
        ),
        sample(
            TargetType::Time,
            [(0, 0, 0), (8, 1, 2), (23, 59, 59)]
                .map(|(hours, minutes, seconds)| {
                    TargetValue::Time(Time { negative: false, hours, minutes, seconds, micros: 0 })
                })
                .to_vec(),
        ),
        sample(
            TargetType::Timestamp,
            [-62_135_596_800_000, -1, 0, 1, 1_724_976_675_354, 253_402_300_799_999]
                .map(TargetValue::Timestamp)
                .to_vec(),
        ),
        sample(
            TargetType::Json,
            ["null", "{}", r#"{"b":1.10,"a":["it's \"é\" \\ \n",-12345678901]}"#, r#""\\'""#]
                .map(|text| TargetValue::Json(text.to_owned()))
                .to_vec(),
        ),
    ]
}
