//! The catalog's `COLUMN_TYPE` text as a type, with what matters for carrying it.
//!
//! What is not recognised in full is [`SourceType::Unknown`], never a near match.

use migration::schema::SourceType;

/// Reads a spelling such as `enum('a','it''s')` or `decimal(10,2) unsigned zerofill`.
pub(crate) fn column_type(spelling: &str) -> SourceType {
    parsed(spelling).unwrap_or_else(|| SourceType::Unknown { spelling: spelling.to_owned() })
}

fn parsed(spelling: &str) -> Option<SourceType> {
    let name_end = spelling.find(['(', ' ']).unwrap_or(spelling.len());
    let (name, rest) = spelling.split_at(name_end);
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "enum" => return labels(rest).map(|labels| SourceType::Enum { labels }),
        "set" => return labels(rest).map(|labels| SourceType::Set { labels }),
        _ => {}
    }
    let (arguments, attributes) = arguments(rest)?;
    let unsigned = attributes.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("unsigned"));
    let first = arguments.first().copied();
    let digits = || u8::try_from(first.unwrap_or(0)).ok().filter(|digits| *digits <= 6);
    Some(match name.as_str() {
        "tinyint" => SourceType::Integer { bytes: 1, unsigned },
        "smallint" => SourceType::Integer { bytes: 2, unsigned },
        "mediumint" => SourceType::Integer { bytes: 3, unsigned },
        "int" | "integer" => SourceType::Integer { bytes: 4, unsigned },
        "bigint" => SourceType::Integer { bytes: 8, unsigned },
        "float" => SourceType::Float,
        "double" | "real" => SourceType::Double,
        "decimal" | "numeric" => SourceType::Decimal {
            precision: first.unwrap_or(10),
            scale: arguments.get(1).copied().unwrap_or(0),
        },
        "char" => SourceType::Varchar { chars: first.unwrap_or(1), fixed: true },
        "varchar" => SourceType::Varchar { chars: first?, fixed: false },
        "tinytext" => SourceType::Text { bytes_max: 0xff },
        "text" => SourceType::Text { bytes_max: 0xffff },
        "mediumtext" => SourceType::Text { bytes_max: 0xff_ffff },
        "longtext" => SourceType::Text { bytes_max: 0xffff_ffff },
        "binary" => SourceType::Binary { bytes: first.unwrap_or(1) },
        "varbinary" => SourceType::Varbinary { bytes_max: first? },
        "tinyblob" => SourceType::Blob { bytes_max: 0xff },
        "blob" => SourceType::Blob { bytes_max: 0xffff },
        "mediumblob" => SourceType::Blob { bytes_max: 0xff_ffff },
        "longblob" => SourceType::Blob { bytes_max: 0xffff_ffff },
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => SourceType::Geometry,
        // Four bytes a dimension (MySQL manual, 11.3.5 the VECTOR type); 2,048 dimensions where none are given.
        "vector" => SourceType::Vector { bytes_max: u64::from(first.unwrap_or(2048)) * 4 },
        "bit" => SourceType::Bit { bits: u8::try_from(first.unwrap_or(1)).ok().filter(|bits| *bits <= 64)? },
        "date" => SourceType::Date,
        "datetime" => SourceType::DateTime { digits: digits()? },
        "timestamp" => SourceType::Timestamp { digits: digits()? },
        "time" => SourceType::Time { digits: digits()? },
        "year" => SourceType::Year,
        "json" => SourceType::Json,
        _ => return None,
    })
}

/// The numbers in parentheses, and the words after them.
fn arguments(rest: &str) -> Option<(Vec<u32>, &str)> {
    let Some(inside) = rest.strip_prefix('(') else { return Some((Vec::new(), rest)) };
    let (inside, attributes) = inside.split_once(')')?;
    let numbers: Result<Vec<u32>, _> = inside.split(',').map(|number| number.trim().parse()).collect();
    Some((numbers.ok()?, attributes))
}

/// The quoted labels of ENUM and SET. The catalog doubles quotes and escapes what would break a line.
fn labels(rest: &str) -> Option<Vec<String>> {
    let mut characters = rest.strip_prefix('(')?.chars().peekable();
    let mut labels = Vec::new();
    loop {
        if characters.next()? != '\'' {
            return None;
        }
        let mut label = String::new();
        loop {
            match characters.next()? {
                '\'' if characters.next_if_eq(&'\'').is_some() => label.push('\''),
                '\'' => break,
                '\\' => label.push(match characters.next()? {
                    '0' => '\0',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\u{8}',
                    'Z' => '\u{1a}',
                    other => other,
                }),
                other => label.push(other),
            }
        }
        labels.push(label);
        match characters.next()? {
            ',' => {}
            ')' => return Some(labels),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use migration::schema::SourceType;

    use super::column_type;

    #[test]
    fn numbers_keep_their_sign_and_size() {
        assert_eq!(column_type("bigint unsigned"), SourceType::Integer { bytes: 8, unsigned: true });
        assert_eq!(column_type("int(5) unsigned zerofill"), SourceType::Integer { bytes: 4, unsigned: true });
        assert_eq!(column_type("mediumint"), SourceType::Integer { bytes: 3, unsigned: false });
        assert_eq!(column_type("decimal(65,30)"), SourceType::Decimal { precision: 65, scale: 30 });
        assert_eq!(column_type("float(7,2)"), SourceType::Float);
        assert_eq!(column_type("double unsigned"), SourceType::Double);
        assert_eq!(column_type("bit(64)"), SourceType::Bit { bits: 64 });
    }

    #[test]
    fn strings_bytes_and_times_keep_their_bounds() {
        assert_eq!(column_type("char(10)"), SourceType::Varchar { chars: 10, fixed: true });
        assert_eq!(column_type("varbinary(255)"), SourceType::Varbinary { bytes_max: 255 });
        assert_eq!(column_type("longblob"), SourceType::Blob { bytes_max: 4_294_967_295 });
        assert_eq!(column_type("datetime(6)"), SourceType::DateTime { digits: 6 });
        assert_eq!(column_type("time"), SourceType::Time { digits: 0 });
        assert_eq!(column_type("year(4)"), SourceType::Year);
        assert_eq!(column_type("vector(3)"), SourceType::Vector { bytes_max: 12 });
        assert_eq!(column_type("geomcollection"), SourceType::Geometry);
    }

    #[test]
    fn labels_may_hold_quotes_commas_parentheses_and_escapes() {
        let labels = ["it's", "b\\n", "c,d)", "e\"f", "new\nline", ""].map(str::to_owned).to_vec();
        let spelling = "enum('it''s','b\\\\n','c,d)','e\"f','new\\nline','')";
        assert_eq!(column_type(spelling), SourceType::Enum { labels });
        assert_eq!(column_type("set('x')"), SourceType::Set { labels: vec!["x".to_owned()] });
    }

    #[test]
    fn what_is_not_recognised_in_full_is_unknown() {
        for spelling in
            ["inet6", "uuid", "enum('a", "enum(a)", "varchar", "bit(65)", "datetime(7)", "int(x)", ""]
        {
            assert_eq!(
                column_type(spelling),
                SourceType::Unknown { spelling: spelling.to_owned() },
                "{spelling}"
            );
        }
    }
}
