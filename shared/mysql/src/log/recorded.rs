//! A file of the log as a server wrote it, read without one: what is told of it, and that damage is an error.
//!
//! The file is MySQL 9.7's: a definition, a transaction, one with a tagged GTID, one in two phases, a compressed one, and
//! one logged as a statement.

use migration::port::LogEvent;
use mysql_common_client::binlog::BinlogCtx;
use mysql_common_client::binlog::consts::BinlogVersion::Version4;
use mysql_common_client::binlog::events::{FormatDescriptionEvent, TransactionPayloadEvent};
use mysql_common_client::io::ParseBuf;
use mysql_common_client::proto::MyDeserialize as _;
use proptest::prelude::{any, proptest};

use crate::log::cursor::{Cursor, CursorError, FIRST_OFFSET};
use crate::log::raw_event::{RawEvent, kind};
use crate::log::transactions::Transactions;
use crate::row_image::Take;

const FILE: &[u8] = include_bytes!("../../tests/recorded/binlog.000002");
const NAME: &str = "binlog.000002";
const MAGIC: usize = 4;
const CHECKSUM: usize = 4;
const HEADER: usize = 19;

/// The event at the front and its length; `footer` bytes at its end are left out.
fn event(bytes: &[u8], footer: usize) -> Option<(RawEvent<'_>, usize)> {
    let mut take = Take(bytes);
    let time = u32::try_from(take.little(4)?).ok()?;
    let kind = take.byte()?;
    let server_id = u32::try_from(take.little(4)?).ok()?;
    let length = u32::try_from(take.little(4)?).ok()?;
    let log_pos = u32::try_from(take.little(4)?).ok()?;
    let flags = u16::try_from(take.little(2)?).ok()?;
    let whole = usize::try_from(length).ok()?;
    let payload = bytes.get(HEADER..whole)?;
    let payload = payload.get(..payload.len().checked_sub(footer)?)?;
    Some((RawEvent { kind, time, server_id, length, log_pos, flags, payload }, whole))
}

fn unpacked(payload: &[u8]) -> Vec<u8> {
    let format = FormatDescriptionEvent::new(Version4);
    let context = BinlogCtx::new(payload.len(), &format, kind::TRANSACTION_PAYLOAD);
    TransactionPayloadEvent::deserialize(context, &mut ParseBuf(payload)).unwrap().danger_decompress()
}

/// Reads on from an offset, as the stream does.
fn read(file: &[u8], from: u64) -> Result<(Cursor, Vec<LogEvent>), CursorError> {
    let mut cursor = Cursor::new(NAME, from)?;
    let mut transactions = Transactions::default();
    if from > FIRST_OFFSET {
        // The format description is repeated where a dump starts inside a file.
        let (format, _) = event(&file[MAGIC..], CHECKSUM).ok_or(CursorError::FileName)?;
        cursor.step(&RawEvent { log_pos: 0, ..format })?;
    }
    let mut rest = &file[usize::try_from(from).unwrap()..];
    while let Some((raw, length)) = event(rest, CHECKSUM) {
        let span = cursor.step(&raw)?;
        transactions.take(&raw, span)?;
        if raw.kind == kind::TRANSACTION_PAYLOAD {
            let inner = unpacked(raw.payload);
            let mut inner = &inner[..];
            while let Some((raw, length)) = event(inner, 0) {
                let span = cursor.step(&raw)?;
                transactions.take(&raw, span)?;
                inner = &inner[length..];
            }
        }
        rest = &rest[length..];
    }
    Ok((cursor, std::iter::from_fn(|| transactions.pop()).collect()))
}

fn word(event: &LogEvent) -> String {
    match event {
        LogEvent::Begin(begin) => {
            let gtid = begin.gtid.as_ref().unwrap().to_string();
            format!("{} begin {}", begin.at.offset, gtid.trim_start_matches(|c| c != ':'))
        }
        LogEvent::Table { id, table, offset, .. } => format!("  table {id} {table} {offset:?}"),
        LogEvent::Rows { id, kind, payload } => format!("  rows {id} kind {kind}, {} bytes", payload.len()),
        LogEvent::Commit { next } => format!("commit {}", next.offset),
        LogEvent::Definition { statement, .. } => format!("  {statement}"),
        LogEvent::Unreadable { what, .. } => format!("  unreadable: {what}"),
        other => format!("  {other:?}"),
    }
}

#[test]
fn a_recorded_file_is_told_as_transactions() {
    let (cursor, events) = read(FILE, FIRST_OFFSET).unwrap();
    assert_eq!((cursor.name(), cursor.place().file, cursor.place().offset), ("binlog.000003", 3, 4));
    let words: Vec<String> = events.iter().map(word).collect();
    let expected = "\
198 begin :2
  CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR (20))
commit 407
407 begin :3
  table 106 d.t Some(558)
  rows 106 kind 30, 26 bytes
  table 106 d.t Some(672)
  rows 106 kind 31, 27 bytes
commit 818
818 begin :orders:1
  table 106 d.t Some(973)
  rows 106 kind 30, 19 bytes
commit 1111
1111 begin :4
  XaPrepared
  table 106 d.t Some(1277)
  rows 106 kind 32, 19 bytes
commit 1506
1506 begin :5
commit 1671
1671 begin :6
  table 106 d.t None
  rows 106 kind 30, 64 bytes
commit 1932
1932 begin :7
  unreadable: rows changed by a statement, not logged as rows
commit 2220";
    assert_eq!(words.join("\n"), expected);
    let (format, _) = event(&FILE[MAGIC..], CHECKSUM).unwrap();
    let written = u64::from(format.time) * 1000;
    for event in &events {
        let LogEvent::Begin(begin) = event else { continue };
        assert!((written..written + 60_000).contains(&begin.committed_at.0), "{begin:?}");
    }
}

#[test]
fn reading_from_any_boundary_tells_the_rest() {
    let (_, all) = read(FILE, FIRST_OFFSET).unwrap();
    for (at, event) in all.iter().enumerate() {
        match event {
            LogEvent::Commit { next } if next.offset < FILE.len() as u64 => {
                assert_eq!(read(FILE, next.offset).unwrap().1, all[at + 1..]);
            }
            LogEvent::Table { offset: Some(offset), .. } => {
                assert_eq!(read(FILE, *offset).unwrap().1, all[at..]);
            }
            _ => {}
        }
    }
}

#[test]
fn a_missing_event_is_noticed() {
    // Without the event at 558, a table map, the next one ends elsewhere than its header says.
    let cut = [&FILE[..558], &FILE[623..]].concat();
    assert!(matches!(read(&cut, FIRST_OFFSET), Err(CursorError::OutOfStep { at }) if at.offset == 558));
}

#[test]
fn a_payload_that_was_not_unpacked_is_noticed() {
    let mut cursor = Cursor::new(NAME, 1750).unwrap();
    let (payload, length) = event(&FILE[1750..], CHECKSUM).unwrap();
    cursor.step(&payload).unwrap();
    assert!(cursor.is_inside_payload());
    let (next, _) = event(&FILE[1750 + length..], CHECKSUM).unwrap();
    assert_eq!(cursor.step(&next), Err(CursorError::Payload { at: payload_at() }));
}

fn payload_at() -> migration::position::LogPlace {
    migration::position::LogPlace { file: 2, offset: 1750 }
}

#[test]
fn offsets_pass_4_gib() {
    let mut cursor = Cursor::new(NAME, u64::from(u32::MAX) - 9).unwrap();
    let step = |log_pos| RawEvent {
        kind: kind::XID,
        time: 0,
        server_id: 1,
        length: 30,
        log_pos,
        flags: 0,
        payload: &[],
    };
    let span = cursor.step(&step(20)).unwrap();
    assert_eq!((span.at.offset, span.next.offset), (4_294_967_286, 4_294_967_316));
    assert_eq!(cursor.step(&step(50)).unwrap().next.offset, 4_294_967_346);
}

#[test]
fn what_is_made_for_the_stream_takes_no_place() {
    let mut cursor = Cursor::new(NAME, 198).unwrap();
    let artificial = |kind, log_pos, flags, payload| RawEvent {
        kind,
        time: 0,
        server_id: 1,
        length: 90,
        log_pos,
        flags,
        payload,
    };
    // The greeting names the file that was asked for, with a checksum nobody has announced.
    let greeting = [&198_u64.to_le_bytes()[..], NAME.as_bytes(), &[0xff, 1, 2, 3]].concat();
    cursor.step(&artificial(kind::ROTATE, 0, 0x20, &greeting)).unwrap();
    let (format, _) = event(&FILE[MAGIC..], CHECKSUM).unwrap();
    cursor.step(&RawEvent { log_pos: 0, ..format }).unwrap();
    cursor.step(&artificial(kind::HEARTBEAT, 198, 0, NAME.as_bytes())).unwrap();
    assert_eq!((cursor.name(), cursor.place().offset), (NAME, 198));
    let onward = [&4_u64.to_le_bytes()[..], b"binlog.1000000"].concat();
    cursor.step(&artificial(kind::ROTATE, 0, 0x20, &onward)).unwrap();
    assert_eq!((cursor.place().file, cursor.place().offset), (1_000_000, 4));
}

proptest! {
    #[test]
    fn arbitrary_damage_never_panics(at in 4..FILE.len(), byte in any::<u8>(), cut in 4..FILE.len()) {
        let mut damaged = FILE.to_vec();
        damaged[at] = byte;
        let inside_payload = (1750..1932).contains(&at);
        if !inside_payload {
            drop(read(&damaged, FIRST_OFFSET));
        }
        drop(read(&damaged[..cut.min(1750)], FIRST_OFFSET));
    }
}
