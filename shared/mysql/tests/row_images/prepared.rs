//! Made-up tables with rows for them, as the events a server would write.

use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::schema::{SourceColumn, SourceTable, SourceType, StringDefault, TableKind};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;

/// Rows of each made-up table.
pub(crate) const ROWS: usize = 3;

/// A column with a value for each row; none is NULL.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) source: SourceType,
    pub(crate) number: u8,
    pub(crate) metadata: Vec<u8>,
    pub(crate) values: Vec<Option<Vec<u8>>>,
}

fn column(
    source: SourceType,
    number: u8,
    metadata: &[u8],
    value: impl Strategy<Value = Vec<u8>>,
) -> impl Strategy<Value = Column> {
    let metadata = metadata.to_vec();
    vec(proptest::option::weighted(0.8, value), ROWS).prop_map(move |values| Column {
        source: source.clone(),
        number,
        metadata: metadata.clone(),
        values,
    })
}

fn integer() -> impl Strategy<Value = Column> {
    (proptest::sample::select(vec![(1_u8, 1_u8), (2, 2), (3, 9), (4, 3), (8, 8)]), any::<bool>())
        .prop_flat_map(|((bytes, number), unsigned)| {
            let value = vec(any::<u8>(), usize::from(bytes));
            column(SourceType::Integer { bytes, unsigned }, number, &[], value)
        })
}

fn float() -> impl Strategy<Value = Column> {
    let single = any::<f32>().prop_map(|number| number.to_le_bytes().to_vec());
    let double = any::<f64>().prop_map(|number| number.to_le_bytes().to_vec());
    prop_oneof![column(SourceType::Float, 4, &[4], single), column(SourceType::Double, 5, &[8], double)]
}

/// DECIMAL(19,9): groups of one, nine and nine digits.
fn decimal() -> impl Strategy<Value = Column> {
    let value = (0..10_u8, 0..1_000_000_000_u32, 0..1_000_000_000_u32, any::<bool>()).prop_map(
        |(first, second, fraction, negative)| {
            let mut bytes = vec![first | 0x80];
            bytes.extend(second.to_be_bytes());
            bytes.extend(fraction.to_be_bytes());
            // MySQL stores no negative zero.
            if negative && (first, second, fraction) != (0, 0, 0) {
                bytes.iter_mut().for_each(|byte| *byte = !*byte);
            }
            bytes
        },
    );
    column(SourceType::Decimal { precision: 19, scale: 9 }, 246, &[19, 9], value)
}

fn prefixed(width: usize, content: Vec<u8>) -> Vec<u8> {
    let mut bytes = content.len().to_le_bytes()[..width].to_vec();
    bytes.extend(content);
    bytes
}

fn string() -> impl Strategy<Value = Column> {
    let text = |width| "\\PC{0,20}".prop_map(move |text| prefixed(width, text.into_bytes()));
    let bytes = |width| vec(any::<u8>(), 0..30).prop_map(move |bytes| prefixed(width, bytes));
    let char_type = SourceType::Varchar { chars: 255, fixed: true };
    let trimmed = "[a-zä]{0,20}".prop_map(|text| prefixed(2, text.into_bytes()));
    prop_oneof![
        column(SourceType::Varchar { chars: 63, fixed: false }, 15, &[252, 0], text(1)),
        column(SourceType::Varchar { chars: 64, fixed: false }, 15, &[0, 1], text(2)),
        column(char_type, 254, &[0xce, 0xfc], trimmed),
        column(SourceType::Text { bytes_max: 0xff_ffff }, 252, &[3], text(3)),
        column(SourceType::Varbinary { bytes_max: 99 }, 15, &[99, 0], bytes(1)),
        column(SourceType::Blob { bytes_max: 0xffff_ffff }, 252, &[4], bytes(4)),
        column(SourceType::Geometry, 255, &[4], bytes(4)),
        column(
            SourceType::Bit { bits: 13 },
            16,
            &[5, 1],
            (0..0x2000_u16).prop_map(|n| n.to_be_bytes().to_vec())
        ),
        column(SourceType::Year, 13, &[], (1..=255_u8).prop_map(|year| vec![year])),
    ]
}

fn temporal() -> impl Strategy<Value = Column> {
    let date = (0..10_000_u32, 0..13_u32, 0..32_u32)
        .prop_map(|(year, month, day)| (year << 9 | month << 5 | day).to_le_bytes()[..3].to_vec());
    let date_time = (0..10_000_u64, 0..13_u64, 0..32_u64, 0..24_u64, 0..60_u64, 0..1_000_000_u64).prop_map(
        |(year, month, day, hour, minute, micros)| {
            let whole = (year * 13 + month) << 22 | day << 17 | hour << 12 | minute << 6 | 59;
            let mut bytes = (whole + (1 << 39)).to_be_bytes()[3..].to_vec();
            bytes.extend(&micros.to_be_bytes()[5..]);
            bytes
        },
    );
    let time = (0..839_i64, 0..60_i64, 0..60_i64, 0..100_i64, any::<bool>()).prop_map(
        |(hours, minutes, seconds, hundredths, negative)| {
            // The binlog crate cannot take a negative time's fraction apart; a server's rows show that we can.
            let hundredths = if negative { 0 } else { hundredths };
            let magnitude = (hours << 12 | minutes << 6 | seconds) << 8 | hundredths;
            let value = if negative { -magnitude } else { magnitude };
            (value + (1 << 31)).to_be_bytes()[4..].to_vec()
        },
    );
    let timestamp = (1..1_u32 << 31, 0..10_000_u16).prop_map(|(seconds, fraction)| {
        let mut bytes = seconds.to_be_bytes().to_vec();
        bytes.extend(fraction.to_be_bytes());
        bytes
    });
    prop_oneof![
        column(SourceType::Date, 10, &[], date),
        column(SourceType::DateTime { digits: 6 }, 18, &[6], date_time),
        column(SourceType::Time { digits: 2 }, 19, &[2], time),
        column(SourceType::Timestamp { digits: 4 }, 17, &[4], timestamp),
    ]
}

fn labels(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("m{number}")).collect()
}

fn listed() -> impl Strategy<Value = Column> {
    let one = (0..=300_u16).prop_map(|number| number.to_le_bytes().to_vec());
    let many = (0..1_u32 << 20).prop_map(|bits| bits.to_le_bytes()[..3].to_vec());
    prop_oneof![
        column(SourceType::Enum { labels: labels(300) }, 254, &[247, 2], one),
        column(SourceType::Set { labels: labels(20) }, 254, &[248, 3], many),
    ]
}

/// JSON whose bytes are an object of an array of numbers, and of a string.
pub(crate) fn json() -> impl Strategy<Value = Column> {
    let value = (any::<i16>(), "[a-z]{0,9}").prop_map(|(number, text)| {
        let [low, high] = number.to_le_bytes();
        let mut object = vec![2, 0, 0, 0, 18, 0, 1, 0, 19, 0, 1, 0, 2, 20, 0, 12, 30, 0, b'a', b'b'];
        object.extend([2, 0, 10, 0, 5, low, high, 4, 1, 0, u8::try_from(text.len()).unwrap()]);
        object.extend(text.bytes());
        object[2] = u8::try_from(object.len()).unwrap();
        object.insert(0, 0);
        prefixed(4, object)
    });
    column(SourceType::Json, 245, &[4], value)
}

/// A column of any type but JSON.
fn any_column() -> impl Strategy<Value = Column> {
    prop_oneof![integer(), float(), decimal(), string(), temporal(), listed()]
}

/// A table's columns, JSON included or not.
pub(crate) fn columns(with_json: bool) -> impl Strategy<Value = Vec<Column>> {
    let json = if with_json { json().prop_map(Some).boxed() } else { Just(None).boxed() };
    (vec(any_column(), 1..20), json).prop_map(|(mut columns, json)| {
        columns.extend(json);
        columns
    })
}

fn name(column: usize) -> ColumnName {
    ColumnName::new(format!("c{column}")).unwrap()
}

/// The table as the catalog would describe it.
pub(crate) fn table(columns: &[Column]) -> SourceTable {
    let id = TableId { database: DatabaseName::new("d").unwrap(), table: TableName::new("t").unwrap() };
    let column = |(place, column): (usize, &Column)| SourceColumn {
        name: name(place),
        column_type: column.source.clone(),
        spelling: String::new(),
        nullable: true,
        charset: Some("utf8mb4".to_owned()),
        collation: None,
        generated: None,
        invisible: false,
    };
    SourceTable {
        id,
        kind: TableKind::Base,
        engine: "InnoDB".to_owned(),
        create_options: String::new(),
        columns: columns.iter().enumerate().map(column).collect(),
        key: None,
        rows_estimate: 0,
        data_bytes: 0,
        cascading_foreign_keys: Vec::new(),
        strings: StringDefault::default(),
    }
}

/// The payload of its table map event.
pub(crate) fn table_map(columns: &[Column]) -> Vec<u8> {
    let mut payload = vec![7, 0, 0, 0, 0, 0, 1, 0, 1, b'd', 0, 1, b't', 0];
    payload.push(u8::try_from(columns.len()).unwrap());
    payload.extend(columns.iter().map(|column| column.number));
    let metadata: Vec<u8> = columns.iter().flat_map(|column| column.metadata.clone()).collect();
    payload.push(u8::try_from(metadata.len()).unwrap());
    payload.extend(metadata);
    payload.extend(vec![0xff; columns.len().div_ceil(8)]);
    let signs = signs(columns);
    payload.extend([1, u8::try_from(signs.len()).unwrap()]);
    payload.extend(signs);
    payload
}

/// The optional metadata that says which numbers are unsigned; the binlog crate needs it, we do not.
fn signs(columns: &[Column]) -> Vec<u8> {
    let numbers = columns.iter().filter(|column| matches!(column.number, 1..=5 | 8 | 9 | 13 | 246));
    let unsigned = numbers.map(|column| matches!(column.source, SourceType::Integer { unsigned: true, .. }));
    let unsigned: Vec<bool> = unsigned.collect();
    let byte = |bits: &[bool]| (0..8).fold(0, |byte, at| byte << 1 | u8::from(bits.get(at) == Some(&true)));
    unsigned.chunks(8).map(byte).collect()
}

/// The payload of a WRITE ROWS event (30) of all rows, or of an UPDATE (31) from each row to itself.
pub(crate) fn rows_event(columns: &[Column], number: u8) -> Vec<u8> {
    let bitmap = vec![0xff; columns.len().div_ceil(8)];
    let mut payload = vec![7, 0, 0, 0, 0, 0, 1, 0, 2, 0, u8::try_from(columns.len()).unwrap()];
    let images = if number == 31 { 2 } else { 1 };
    (0..images).for_each(|_| payload.extend(&bitmap));
    for row in 0..ROWS {
        let mut nulls = vec![0; bitmap.len()];
        for (place, _) in columns.iter().enumerate().filter(|(_, column)| column.values[row].is_none()) {
            nulls[place / 8] |= 1 << (place % 8);
        }
        let values: Vec<u8> =
            columns.iter().filter_map(|column| column.values[row].clone()).flatten().collect();
        for _ in 0..images {
            payload.extend(&nulls);
            payload.extend(&values);
        }
    }
    payload
}
