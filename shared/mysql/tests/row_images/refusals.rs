//! Columns that cannot be decoded exactly are refused where they are wanted, and passed over where they are not.

use migration::schema::{SourceTable, SourceType};
use migration::value::SourceValue;
use mysql::{RowChange, RowShape, RowsEvent, Selection, ShapeError, TableMap};

use super::prepared::{Column, ROWS, rows_event, table, table_map};

fn column(source: SourceType, number: u8, metadata: &[u8], value: &[u8]) -> Column {
    Column { source, number, metadata: metadata.to_vec(), values: vec![Some(value.to_vec()); ROWS] }
}

/// A table of an integer behind the column, its shape, and what the first row says of the integer.
fn behind(first: Column, charset: &str) -> (SourceTable, RowShape, SourceValue) {
    let second = column(SourceType::Integer { bytes: 1, unsigned: false }, 1, &[], &[7]);
    let columns = [first, second];
    let mut table = table(&columns);
    table.columns[0].charset = Some(charset.to_owned());
    let (map, rows) = (table_map(&columns), rows_event(&columns, 30));
    let shape = RowShape::of(&TableMap::parse(&map).unwrap(), &table).unwrap();
    let wanted = Selection::of(&shape, [&table.columns[1].name]).unwrap();
    let change = RowsEvent::parse(30, &rows).unwrap().changes(&shape).unwrap().next().unwrap().unwrap();
    let RowChange::Insert { after } = change else { panic!("an insert was written") };
    let value = shape.decode(after, &wanted).unwrap().remove(0);
    (table, shape, value)
}

#[test]
fn a_column_that_cannot_be_decoded_is_passed_over_but_never_selected() {
    let labels = vec!["a?".to_owned()];
    let varchar = SourceType::Varchar { chars: 10, fixed: false };
    let unknown = SourceType::Unknown { spelling: "new".to_owned() };
    for (first, charset) in [
        (column(varchar, 15, &[40, 0], &[2, b'h', b'i']), "klingon"),
        (column(SourceType::Enum { labels }, 254, &[247, 1], &[1]), "utf8mb4"),
        (column(unknown, 15, &[40, 0], &[1, 9]), "utf8mb4"),
    ] {
        let (table, shape, value) = behind(first, charset);
        assert_eq!(value, SourceValue::Int(7));
        let (id, name) = (table.id.clone(), table.columns[0].name.clone());
        let expected = match table.columns[0].column_type {
            SourceType::Varchar { .. } => {
                ShapeError::Charset { table: id, column: name, charset: "klingon".to_owned() }
            }
            SourceType::Enum { .. } => ShapeError::UncertainLabels { table: id, column: name },
            _ => ShapeError::UnknownType { table: id, column: name },
        };
        assert_eq!(Selection::of(&shape, [&table.columns[0].name]), Err(expected));
    }
}

#[test]
fn old_temporal_types_and_other_widths_are_refused() {
    for (source, number, metadata) in [
        (SourceType::DateTime { digits: 0 }, 12, &[][..]),
        (SourceType::Timestamp { digits: 0 }, 7, &[]),
        (SourceType::Time { digits: 0 }, 11, &[]),
        (SourceType::Blob { bytes_max: 0xffff }, 252, &[3]),
        (SourceType::Varchar { chars: 10, fixed: false }, 254, &[0xfe, 40]),
        (SourceType::Decimal { precision: 10, scale: 2 }, 246, &[10, 3]),
        (SourceType::Json, 243, &[]),
    ] {
        let columns = [column(source, number, metadata, &[])];
        let (map, table) = (table_map(&columns), table(&columns));
        let shape = RowShape::of(&TableMap::parse(&map).unwrap(), &table);
        let refused = matches!(shape, Err(ShapeError::Type { .. } | ShapeError::Malformed));
        assert!(refused, "{number}");
    }
}
