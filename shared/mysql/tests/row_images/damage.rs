//! Damaged and arbitrary events give errors or other values, never a panic, and never a value out of proportion.

use migration::value::SourceValue;
use mysql::{RowChange, RowShape, RowsEvent, Selection, TableMap};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::prepared::{ROWS, columns, rows_event, table, table_map};

/// What a value may take for each of its bytes: a label is looked up, BINARY padded, JSON spelled out.
const GROWTH: usize = 64;

/// Decodes all that can be, and answers how many changes there were and whether all was whole.
fn read(shape: &RowShape, all: &Selection, number: u8, payload: &[u8]) -> (usize, bool) {
    let Ok(event) = RowsEvent::parse(number, payload) else { return (0, false) };
    let Ok(changes) = event.changes(shape) else { return (0, false) };
    let (mut count, mut whole) = (0, true);
    for change in changes {
        let images = match change {
            Ok(RowChange::Insert { after }) => [Some(after), None],
            Ok(RowChange::Update { before, after }) => [Some(before), Some(after)],
            Ok(RowChange::Delete { before }) => [Some(before), None],
            Err(_) => [None, None],
        };
        whole &= change.is_ok();
        count += 1;
        for image in images.into_iter().flatten() {
            let row = shape.decode(image, all);
            whole &= row.is_ok();
            let bytes: usize = row.iter().flatten().map(SourceValue::bytes).sum();
            assert!(bytes <= (payload.len() + all.len()) * GROWTH + 2048);
        }
    }
    (count, whole)
}

proptest! {
    #[test]
    fn a_truncated_event_never_reads_as_whole(columns in columns(true), cut in any::<proptest::sample::Index>()) {
        let (map, table) = (table_map(&columns), table(&columns));
        let shape = RowShape::of(&TableMap::parse(&map).unwrap(), &table).unwrap();
        let all = Selection::of(&shape, table.columns.iter().map(|column| &column.name)).unwrap();
        for number in [30, 31, 32] {
            let payload = rows_event(&columns, number);
            prop_assert_eq!(read(&shape, &all, number, &payload), (ROWS, true));
            let cut = cut.index(payload.len());
            let (count, whole) = read(&shape, &all, number, &payload[..cut]);
            prop_assert!(!whole || count < ROWS);
        }
        let cut = cut.index(map.len());
        if let Some(map) = TableMap::parse(&map[..cut]) {
            // Only the last bits, which say what may be NULL, can be cut unseen.
            let _ = RowShape::of(&map, &table);
        }
    }

    #[test]
    fn flipped_bits_never_panic(columns in columns(true), flips in vec(any::<(proptest::sample::Index, u8)>(), 1..6)) {
        let (map, table) = (table_map(&columns), table(&columns));
        let shape = RowShape::of(&TableMap::parse(&map).unwrap(), &table).unwrap();
        let all = Selection::of(&shape, table.columns.iter().map(|column| &column.name)).unwrap();
        for number in [30, 31] {
            let mut payload = rows_event(&columns, number);
            for (at, bits) in &flips {
                let at = at.index(payload.len());
                payload[at] ^= bits;
            }
            read(&shape, &all, number, &payload);
        }
        let mut map = map;
        for (at, bits) in &flips {
            let at = at.index(map.len());
            map[at] ^= bits;
        }
        if let Some(Ok(shape)) = TableMap::parse(&map).map(|map| RowShape::of(&map, &table)) {
            read(&shape, &all, 30, &rows_event(&columns, 30));
        }
    }

    #[test]
    fn arbitrary_rows_never_panic(columns in columns(true), rows in vec(any::<u8>(), 0..300), number in 20..42_u8) {
        let (map, table) = (table_map(&columns), table(&columns));
        let shape = RowShape::of(&TableMap::parse(&map).unwrap(), &table).unwrap();
        let all = Selection::of(&shape, table.columns.iter().map(|column| &column.name)).unwrap();
        read(&shape, &all, number, &rows);
        let columns = vec![0xff; columns.len().div_ceil(8)];
        let mut payload = vec![7, 0, 0, 0, 0, 0, 1, 0, 2, 0, u8::try_from(shape.columns()).unwrap()];
        payload.extend(columns);
        payload.extend(rows);
        read(&shape, &all, 30, &payload);
    }

    #[test]
    fn arbitrary_json_is_refused_or_has_text(json in vec(0..20_u8, 0..200)) {
        let column = super::prepared::Column {
            source: migration::schema::SourceType::Json,
            number: 245,
            metadata: vec![4],
            values: vec![Some([&u32::try_from(json.len()).unwrap().to_le_bytes(), json.as_slice()].concat()); ROWS],
        };
        let columns = [column];
        let (map, table) = (table_map(&columns), table(&columns));
        let shape = RowShape::of(&TableMap::parse(&map).unwrap(), &table).unwrap();
        let all = Selection::of(&shape, [&table.columns[0].name]).unwrap();
        prop_assert_eq!(read(&shape, &all, 30, &rows_event(&columns, 30)).0, ROWS);
    }

    #[test]
    fn arbitrary_table_maps_never_panic(payload in vec(any::<u8>(), 0..100), columns in columns(true)) {
        if let Some(map) = TableMap::parse(&payload) {
            let _ = RowShape::of(&map, &table(&columns));
        }
        let mut told = table_map(&columns);
        told.extend(payload);
        if let Some(map) = TableMap::parse(&told) {
            let _ = RowShape::of(&map, &table(&columns));
        }
    }
}
