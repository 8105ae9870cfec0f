//! A database's rows as its server's binary log holds them, taken apart by our own decoder.
//!
//! The stream is the driver's; everything from a table map's bytes on is ours.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::StreamExt as _;
use migration::schema::SourceTable;
use migration::value::SourceRow;
use mysql::{ImageError, RowChange, RowShape, RowsEvent, Selection, ShapeError, TableMap};
use mysql_async::{BinlogStreamRequest, Conn, OptsBuilder};

use crate::source::fixture::{Database, server};

const TABLE_MAP: u8 = 19;
const ROWS: [u8; 7] = [23, 24, 25, 30, 31, 32, 39];

/// Where the log stands.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    file: String,
    offset: u64,
}

impl Position {
    pub(crate) fn now(database: &Database) -> Self {
        let status = database.sql("SHOW BINARY LOG STATUS");
        let mut fields = status.split('\t');
        let file = fields.next().unwrap().to_owned();
        Self { file, offset: fields.next().unwrap().trim().parse().unwrap() }
    }
}

/// A row's change with all columns decoded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub(crate) table: String,
    pub(crate) before: Option<SourceRow>,
    pub(crate) after: Option<SourceRow>,
}

/// Why an event was refused.
#[derive(Debug, PartialEq)]
pub(crate) enum Refused {
    Shape(ShapeError),
    Image(ImageError),
}

impl From<ShapeError> for Refused {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

impl From<ImageError> for Refused {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

/// All changes of these tables since the position, up to the log's end.
pub(crate) async fn changes(
    database: &Database,
    from: &Position,
    tables: &BTreeMap<String, SourceTable>,
) -> Result<Vec<Change>, Refused> {
    static READERS: AtomicU32 = AtomicU32::new(1000);
    let options = OptsBuilder::default()
        .ip_or_hostname(server().host())
        .tcp_port(server().port())
        .user(Some(server().user()))
        .prefer_socket(false);
    let conn = Conn::new(options).await.unwrap();
    let request = BinlogStreamRequest::new(READERS.fetch_add(1, Ordering::Relaxed))
        .with_filename(from.file.as_bytes())
        .with_pos(from.offset)
        .with_non_blocking();
    let mut stream = conn.get_binlog_stream(request).await.unwrap();
    let mut shapes: BTreeMap<u64, (RowShape, Selection)> = BTreeMap::new();
    let mut changes = Vec::new();
    while let Some(event) = stream.next().await {
        let event = event.unwrap();
        let number = event.header().event_type_raw();
        if number == TABLE_MAP {
            let map = TableMap::parse(event.data()).unwrap();
            let name = std::str::from_utf8(map.table).unwrap();
            let known = tables.get(name).filter(|_| map.database == database.name.as_bytes());
            shapes.remove(&map.table_id);
            if let Some(table) = known {
                let shape = RowShape::of(&map, table)?;
                let all = Selection::of(&shape, table.columns.iter().map(|column| &column.name))?;
                shapes.insert(map.table_id, (shape, all));
            }
        } else if ROWS.contains(&number) {
            let table_id = event.data()[..6].iter().rev().fold(0, |id, byte| id << 8 | u64::from(*byte));
            let Some((shape, all)) = shapes.get(&table_id) else { continue };
            let name = shape.table().table.as_str();
            for change in RowsEvent::parse(number, event.data())?.changes(shape)? {
                let (before, after) = match change? {
                    RowChange::Insert { after } => (None, Some(after)),
                    RowChange::Update { before, after } => (Some(before), Some(after)),
                    RowChange::Delete { before } => (Some(before), None),
                };
                let decode = |image| shape.decode(image, all);
                let (before, after) = (before.map(decode).transpose()?, after.map(decode).transpose()?);
                changes.push(Change { table: name.to_owned(), before, after });
            }
        }
    }
    Ok(changes)
}
