//! How fast row images are walked, routed and decoded: rows a second of this process's own processor time.
//!
//! The same made-up events of ten-column rows of about 110 bytes are read three ways: boundaries and the key column,
//! as the reader does to route a row; all columns, as the appliers do; and all columns by the binlog crate's decoder,
//! for comparison. Nothing is sent and no server is asked. Usage: `image_speed [EVENTS]`.

use std::hint::black_box;
use std::time::Duration;

use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::schema::{SourceColumn, SourceTable, SourceType, StringDefault, TableKind};
use mysql::{RowChange, RowShape, RowsEvent, Selection, TableMap};
use mysql_common_client::binlog::BinlogCtx;
use mysql_common_client::binlog::consts::BinlogVersion;
use mysql_common_client::binlog::events::{FormatDescriptionEvent, TableMapEvent, WriteRowsEvent};
use mysql_common_client::io::ParseBuf;
use mysql_common_client::proto::MyDeserialize as _;

type Failure = Box<dyn std::error::Error>;

const WRITE_ROWS: u8 = 30;
const TABLE_MAP: u8 = 19;
/// As many as fit an event of the server's usual 8 KiB.
const ROWS_AN_EVENT: u32 = 72;

fn main() -> Result<(), Failure> {
    let events: u64 = std::env::args().nth(1).map_or(Ok(20_000), |events| events.parse())?;
    let (table, map_bytes, rows_bytes) = (table()?, table_map(), rows_event());
    let rows = events * u64::from(ROWS_AN_EVENT);
    println!("{rows} rows of {} bytes", rows_bytes.len() / ROWS_AN_EVENT as usize);
    let shape = RowShape::of(&TableMap::parse(&map_bytes).ok_or("no table map")?, &table)?;
    let key = Selection::of(&shape, table.columns.iter().take(1).map(|column| &column.name))?;
    let all = Selection::of(&shape, table.columns.iter().map(|column| &column.name))?;

    measured("boundaries alone", rows, || {
        for _ in 0..events {
            for change in RowsEvent::parse(WRITE_ROWS, black_box(&rows_bytes))?.changes(&shape)? {
                black_box(change?);
            }
        }
        Ok(())
    })?;
    for (name, selection) in [("boundaries and key", &key), ("all columns", &all)] {
        measured(name, rows, || {
            for _ in 0..events {
                for change in RowsEvent::parse(WRITE_ROWS, black_box(&rows_bytes))?.changes(&shape)? {
                    let RowChange::Insert { after } = change? else { return Err("not an insert".into()) };
                    black_box(shape.decode(after, selection)?);
                }
            }
            Ok(())
        })?;
    }
    measured("all columns by the binlog crate", rows, || {
        let description = FormatDescriptionEvent::new(BinlogVersion::Version4);
        let context = |bytes: &[u8], number| BinlogCtx::new(bytes.len(), &description, number);
        let map = TableMapEvent::deserialize(context(&map_bytes, TABLE_MAP), &mut ParseBuf(&map_bytes))?;
        for _ in 0..events {
            let bytes = black_box(&rows_bytes);
            let event = WriteRowsEvent::deserialize(context(bytes, WRITE_ROWS), &mut ParseBuf(bytes))?;
            for row in event.rows(&map) {
                black_box(row?);
            }
        }
        Ok(())
    })
}

fn measured(name: &str, rows: u64, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let before = processor_time().ok_or("no processor time")?;
    work()?;
    let used = (processor_time().ok_or("no processor time")? - before).max(Duration::from_millis(10));
    println!("{name}: {:.2} million rows a second of processor time", rows as f64 / used.as_secs_f64() / 1e6);
    Ok(())
}

/// This process's processor time, where the system tells it in ticks of a hundredth of a second.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// An order: its type numbers and metadata, and its columns' types.
fn columns() -> [(u8, &'static [u8], SourceType); 10] {
    [
        (8, &[], SourceType::Integer { bytes: 8, unsigned: false }),
        (3, &[], SourceType::Integer { bytes: 4, unsigned: true }),
        (15, &[0x90, 1], SourceType::Varchar { chars: 100, fixed: false }),
        (15, &[0x90, 1], SourceType::Varchar { chars: 100, fixed: false }),
        (246, &[12, 2], SourceType::Decimal { precision: 12, scale: 2 }),
        (18, &[6], SourceType::DateTime { digits: 6 }),
        (17, &[0], SourceType::Timestamp { digits: 0 }),
        (1, &[], SourceType::Integer { bytes: 1, unsigned: false }),
        (5, &[8], SourceType::Double),
        (15, &[0x20, 3], SourceType::Varchar { chars: 200, fixed: false }),
    ]
}

fn table() -> Result<SourceTable, Failure> {
    let column = |(place, (_, _, column_type)): (usize, (u8, &[u8], SourceType))| {
        Ok::<_, Failure>(SourceColumn {
            name: ColumnName::new(format!("c{place}"))?,
            column_type,
            spelling: String::new(),
            nullable: true,
            charset: Some("utf8mb4".to_owned()),
            collation: None,
            generated: None,
            invisible: false,
        })
    };
    Ok(SourceTable {
        id: TableId { database: DatabaseName::new("shop")?, table: TableName::new("orders")? },
        kind: TableKind::Base,
        engine: "InnoDB".to_owned(),
        create_options: String::new(),
        columns: columns().into_iter().enumerate().map(column).collect::<Result<_, _>>()?,
        key: None,
        rows_estimate: 0,
        data_bytes: 0,
        cascading_foreign_keys: Vec::new(),
        strings: StringDefault::default(),
    })
}

fn table_map() -> Vec<u8> {
    let mut payload = vec![7, 0, 0, 0, 0, 0, 1, 0, 4];
    payload.extend(b"shop\0\x06orders\0\x0a");
    payload.extend(columns().iter().map(|(number, ..)| *number));
    let metadata: Vec<u8> = columns().iter().flat_map(|(_, metadata, _)| metadata.to_vec()).collect();
    payload.push(u8::try_from(metadata.len()).unwrap_or(u8::MAX));
    payload.extend(metadata);
    payload.extend([0xff, 0x03]);
    payload
}

fn rows_event() -> Vec<u8> {
    let mut payload = vec![7, 0, 0, 0, 0, 0, 1, 0, 2, 0, 10, 0xff, 0x03];
    for row in 0..ROWS_AN_EVENT {
        // Every eighth row has no note.
        payload.extend([0, if row % 8 == 0 { 0b10 } else { 0 }]);
        payload.extend((1_000_000_000 + u64::from(row)).to_le_bytes());
        payload.extend((row * 7).to_le_bytes());
        payload.extend(b"\x12\x00Margarethe Schmidt");
        payload.extend(b"\x14\x00m.schmidt@mail.co.de");
        payload.extend([0x80, 0, 0x12, 0xd6, 0x87, 0x32]);
        payload.extend([0x99, 0xb2, 0x40, 0x10, 0x83, 1, 2, 3]);
        payload.extend([0x65, 0x9b, 0x12, 0x34]);
        payload.push(3);
        payload.extend((f64::from(row) * 1.25).to_le_bytes());
        if row % 8 != 0 {
            payload.extend(b"\x1c\x00leave it at the back door pl");
        }
    }
    payload
}
