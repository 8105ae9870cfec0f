//! Reads what DESCRIBE, SHOW CREATE TABLE and SHOW INDEX say, as far as their forms are known (`lindorm.md` 4.5).
//!
//! Types are read in any case, with or without parameters. A type this version does not know is told apart from a column
//! that is not there; it is never taken for another type.

use migration::schema::TargetType;

/// A line of DESCRIBE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DescribedColumn {
    pub(crate) name: String,
    /// As the server spells it.
    pub(crate) spelling: String,
    pub(crate) in_key: bool,
    /// Whether keys are sorted from the greatest.
    pub(crate) descending: bool,
}

/// A row of SHOW or DESCRIBE: header and text, none for NULL.
pub(crate) type ShownRow = Vec<(String, Option<String>)>;

/// The text under a header, in any case.
pub(crate) fn under<'a>(row: &'a ShownRow, header: &str) -> Option<&'a str> {
    row.iter().find(|(name, _)| name.eq_ignore_ascii_case(header)).and_then(|(_, text)| text.as_deref())
}

/// A line of DESCRIBE; none where a column of it is missing.
pub(crate) fn described_column(row: &ShownRow) -> Option<DescribedColumn> {
    Some(DescribedColumn {
        name: under(row, "COLUMN_NAME")?.to_owned(),
        spelling: under(row, "TYPE")?.to_owned(),
        in_key: under(row, "IS_PRIMARY_KEY")
            .is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1"),
        descending: under(row, "SORT_ORDER").is_some_and(|text| text.eq_ignore_ascii_case("desc")),
    })
}

/// The name of an index; its headers are not documented, so the likely ones are tried.
pub(crate) fn index_name(row: &ShownRow) -> Option<String> {
    let likely = ["INDEX_NAME", "KEY_NAME", "INDEX", "NAME"];
    let name = likely.iter().find_map(|header| under(row, header)).map(str::to_owned);
    let other = || row.iter().filter_map(|(_, text)| text.clone()).nth(1);
    let name = name.or_else(other).unwrap_or_else(|| "unnamed".to_owned());
    (!name.eq_ignore_ascii_case("primary")).then_some(name)
}

/// A type by the server's spelling; none where it is not known.
pub(crate) fn read_type(spelling: &str) -> Option<TargetType> {
    let spelling = spelling.trim().to_ascii_uppercase();
    let end = spelling.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(spelling.len());
    let (word, rest) = spelling.split_at(end);
    let numbers =
        rest.trim().strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(inside, _)| inside);
    let number = |at: usize| -> Option<u32> { numbers?.split(',').nth(at)?.trim().parse().ok() };
    Some(match word {
        "BOOLEAN" | "BOOL" => TargetType::Boolean,
        "TINYINT" => TargetType::TinyInt,
        "SMALLINT" => TargetType::SmallInt,
        "INTEGER" | "INT" => TargetType::Integer,
        // Its upper half is not usable (`lindorm.md` 5.1), and whether it is used cannot be seen.
        "BIGINT" if rest.contains("UNSIGNED") => return None,
        "BIGINT" => TargetType::BigInt,
        "FLOAT" => TargetType::Float,
        "DOUBLE" => TargetType::Double,
        "DECIMAL" => {
            TargetType::Decimal { precision_scale: number(0).map(|all| (all, number(1).unwrap_or(0))) }
        }
        "VARCHAR" => TargetType::Varchar { chars: number(0) },
        "CHAR" => TargetType::Char { chars: number(0) },
        "BINARY" => TargetType::Binary { bytes: number(0) },
        "VARBINARY" => TargetType::Varbinary,
        "DATE" => TargetType::Date,
        "TIME" => TargetType::Time,
        "TIMESTAMP" => TargetType::Timestamp,
        "JSON" => TargetType::Json,
        _ => return None,
    })
}

/// Whether DESCRIBE may have left out parameters that SHOW CREATE TABLE gives.
pub(crate) fn lacks_parameters(column: TargetType) -> bool {
    match column {
        TargetType::Decimal { precision_scale } => precision_scale.is_none(),
        TargetType::Varchar { chars } | TargetType::Char { chars } => chars.is_none(),
        TargetType::Binary { bytes } => bytes.is_none(),
        TargetType::Boolean
        | TargetType::TinyInt
        | TargetType::SmallInt
        | TargetType::Integer
        | TargetType::BigInt
        | TargetType::Float
        | TargetType::Double
        | TargetType::Varbinary
        | TargetType::Date
        | TargetType::Time
        | TargetType::Timestamp
        | TargetType::Json => false,
    }
}

/// Column names and what follows them in a CREATE TABLE statement, key and index elements included.
pub(crate) fn definitions(create_table: &str) -> Vec<(String, String)> {
    elements(create_table).into_iter().filter_map(|element| name_and_rest(&element)).collect()
}

/// What stands between the outer parentheses, cut at the commas that are not inside parentheses or quotes.
fn elements(create_table: &str) -> Vec<String> {
    let (mut found, mut element) = (Vec::new(), String::new());
    let (mut depth, mut quote) = (0_u32, None);
    for letter in create_table.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '`' | '\'') => quote = Some(letter),
            (None, '(') => {
                depth += 1;
                if depth == 1 {
                    element.clear();
                    continue;
                }
            }
            (None, ')') if depth == 1 => break,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 1 => {
                found.push(std::mem::take(&mut element));
                continue;
            }
            (Some(_) | None, _) => {}
        }
        element.push(letter);
    }
    found.push(element);
    found
}

fn name_and_rest(element: &str) -> Option<(String, String)> {
    let element = element.trim();
    let Some(quoted) = element.strip_prefix('`') else {
        let (name, rest) = element.split_once(char::is_whitespace)?;
        return Some((name.to_owned(), rest.trim().to_owned()));
    };
    let (mut name, mut letters) = (String::new(), quoted.char_indices().peekable());
    while let Some((at, letter)) = letters.next() {
        match (letter, letters.peek()) {
            ('`', Some((_, '`'))) => {
                letters.next();
                name.push('`');
            }
            ('`', _) => return Some((name, quoted.get(at + 1..)?.trim().to_owned())),
            (other, _) => name.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use migration::schema::TargetType;

    use super::{definitions, described_column, index_name, read_type};

    #[test]
    fn types_are_read_in_any_case_with_and_without_parameters() {
        let decimal = |precision_scale| Some(TargetType::Decimal { precision_scale });
        assert_eq!(read_type("decimal(10, 2)"), decimal(Some((10, 2))));
        assert_eq!(read_type("DECIMAL"), decimal(None));
        assert_eq!(read_type("int"), Some(TargetType::Integer));
        assert_eq!(read_type("VarChar(50)"), Some(TargetType::Varchar { chars: Some(50) }));
        assert_eq!(read_type("TIMESTAMP(3)"), Some(TargetType::Timestamp));
        assert_eq!(read_type("varchar NOT NULL"), Some(TargetType::Varchar { chars: None }));
        assert_eq!(read_type("BIGINT UNSIGNED"), None);
        assert_eq!(read_type("HLONG"), None);
    }

    #[test]
    fn a_line_of_describe_is_read_by_its_headers() {
        let line = |key: &str, order: &str| {
            let pairs =
                [("column_name", "a b"), ("type", "INT"), ("is_primary_key", key), ("sort_order", order)];
            pairs.map(|(header, text)| (header.to_owned(), Some(text.to_owned()))).to_vec()
        };
        let column = described_column(&line("true", "DESC")).unwrap();
        assert!(column.in_key && column.descending && column.name == "a b");
        let column = described_column(&line("false", "none")).unwrap();
        assert!(!column.in_key && !column.descending);
        assert_eq!(described_column(&line("true", "ASC")[..1].to_vec()), None);
    }

    #[test]
    fn definitions_are_cut_at_outer_commas_only() {
        let sql = "CREATE TABLE `s`.`t`(p1 int NOT NULL, `a``,b` decimal(10,2), c varchar DEFAULT 'x,y)', \
                   PRIMARY KEY (p1, c))";
        let pair = |name: &str, rest: &str| (name.to_owned(), rest.to_owned());
        assert_eq!(
            definitions(sql),
            [
                pair("p1", "int NOT NULL"),
                pair("a`,b", "decimal(10,2)"),
                pair("c", "varchar DEFAULT 'x,y)'"),
                pair("PRIMARY", "KEY (p1, c)"),
            ]
        );
    }

    #[test]
    fn an_index_is_seen_under_any_headers() {
        let row = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(header, text)| ((*header).to_owned(), Some((*text).to_owned())))
                .collect::<Vec<_>>()
        };
        assert_eq!(index_name(&row(&[("Table", "t"), ("Key_name", "i1")])).as_deref(), Some("i1"));
        assert_eq!(index_name(&row(&[("x", "t"), ("y", "i2")])).as_deref(), Some("i2"));
        assert_eq!(index_name(&row(&[("Table", "t"), ("Key_name", "PRIMARY")])), None);
    }
}
