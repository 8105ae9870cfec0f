//! Which index identifies a table's rows: the primary key, else the best unique key over NOT NULL columns.
//!
//! A key qualifies only as a whole: no prefix, no expression, not invisible (an invisible index cannot be forced), and
//! of types an index orders by the whole value. Of several, the one with the fewest columns is best, then the
//! one without generated columns, then integers, then the name, so that every run chooses alike.

use migration::ident::ColumnName;
use migration::schema::{KeyKind, SourceColumn, SourceKey, SourceType};

/// A part of a unique index, as the catalog lists it.
#[derive(Debug, Clone)]
pub(crate) struct IndexPart {
    /// The index.
    pub(crate) index: String,
    /// The column; none for an expression.
    pub(crate) column: Option<String>,
    /// Whether only a prefix of the column is indexed.
    pub(crate) prefix: bool,
    /// Whether the optimizer may use the index.
    pub(crate) visible: bool,
}

/// The key of a table, from the parts of its unique indexes in index order.
pub(crate) fn choose_key(columns: &[SourceColumn], parts: &[IndexPart]) -> Option<SourceKey> {
    let mut names: Vec<&str> = parts.iter().map(|part| part.index.as_str()).collect();
    names.dedup();
    let keys = names.into_iter().filter_map(|index| {
        let parts: Vec<&IndexPart> = parts.iter().filter(|part| part.index == index).collect();
        whole_key(columns, index, &parts)
    });
    keys.min_by_key(|(key, places)| {
        let integers =
            places.iter().filter(|column| matches!(column.column_type, SourceType::Integer { .. })).count();
        let generated = places.iter().filter(|column| column.generated.is_some()).count();
        let others = places.len() - integers;
        (key.kind != KeyKind::Primary, key.columns.len(), generated, others, key.index.clone())
    })
    .map(|(key, _)| key)
}

fn whole_key<'a>(
    columns: &'a [SourceColumn],
    index: &str,
    parts: &[&IndexPart],
) -> Option<(SourceKey, Vec<&'a SourceColumn>)> {
    let mut names: Vec<ColumnName> = Vec::new();
    let mut places = Vec::new();
    for part in parts {
        if part.prefix || !part.visible {
            return None;
        }
        let name = part.column.as_deref()?;
        let column = columns.iter().find(|column| column.name.as_str() == name)?;
        if column.nullable || !is_ordered(&column.column_type) {
            return None;
        }
        names.push(column.name.clone());
        places.push(column);
    }
    let kind = if index == "PRIMARY" { KeyKind::Primary } else { KeyKind::Unique };
    Some((SourceKey { index: index.to_owned(), kind, columns: names }, places))
}

fn is_ordered(column_type: &SourceType) -> bool {
    !matches!(
        column_type,
        SourceType::Geometry | SourceType::Vector { .. } | SourceType::Json | SourceType::Unknown { .. }
    )
}

#[cfg(test)]
mod tests {
    use migration::ident::ColumnName;
    use migration::schema::{KeyKind, SourceColumn, SourceType};

    use super::{IndexPart, choose_key};

    fn column(name: &str, column_type: SourceType, nullable: bool) -> SourceColumn {
        SourceColumn {
            name: ColumnName::new(name).unwrap(),
            column_type,
            spelling: String::new(),
            nullable,
            charset: None,
            collation: None,
            generated: None,
            invisible: false,
        }
    }

    fn columns() -> Vec<SourceColumn> {
        let int = || SourceType::Integer { bytes: 4, unsigned: false };
        let text = || SourceType::Varchar { chars: 10, fixed: false };
        vec![
            column("i", int(), false),
            column("j", int(), false),
            column("s", text(), false),
            column("n", int(), true),
        ]
    }

    fn part(index: &str, column: &str) -> IndexPart {
        IndexPart { index: index.to_owned(), column: Some(column.to_owned()), prefix: false, visible: true }
    }

    fn chosen(parts: &[IndexPart]) -> Option<String> {
        choose_key(&columns(), parts).map(|key| key.index)
    }

    #[test]
    fn the_primary_key_wins_over_a_narrower_unique_key() {
        let parts = [part("PRIMARY", "s"), part("PRIMARY", "i"), part("a", "j")];
        let key = choose_key(&columns(), &parts).unwrap();
        assert_eq!((key.index.as_str(), key.kind), ("PRIMARY", KeyKind::Primary));
        assert_eq!(key.columns.iter().map(ColumnName::as_str).collect::<Vec<_>>(), ["s", "i"]);
    }

    #[test]
    fn of_unique_keys_the_fewest_columns_win_then_integers_then_the_name() {
        assert_eq!(chosen(&[part("a", "i"), part("a", "j"), part("b", "s")]).as_deref(), Some("b"));
        assert_eq!(chosen(&[part("a", "s"), part("b", "i")]).as_deref(), Some("b"));
        assert_eq!(chosen(&[part("b", "j"), part("a", "i")]).as_deref(), Some("a"));
    }

    #[test]
    fn nullable_prefix_expression_and_invisible_keys_identify_nothing() {
        let prefix = IndexPart { prefix: true, ..part("a", "s") };
        let expression = IndexPart { column: None, ..part("b", "i") };
        let invisible = IndexPart { visible: false, ..part("c", "i") };
        assert_eq!(chosen(&[part("d", "n"), prefix, expression, invisible]), None);
    }
}
