//! A data type as a definition spells it: all synonyms, and the spelling the catalog gives it afterwards.
//!
//! The spelling is what `information_schema` of a current server would say, so that the one reader of spellings
//! (`catalog::column_type`) serves both ways.

use super::cursor::{Cursor, Unread};
use super::token::Token;

/// `REAL` is FLOAT under this mode.
const REAL_AS_FLOAT: u64 = 0x1;

/// A type with what its name alone implies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DataType {
    /// As the catalog spells it.
    pub(super) spelling: String,
    /// The character set it implies: of NATIONAL types.
    pub(super) charset: Option<&'static str>,
    /// SERIAL: also unsigned, not NULL, counted up, unique.
    pub(super) serial: bool,
}

impl DataType {
    fn plain(spelling: impl Into<String>) -> Self {
        Self { spelling: spelling.into(), charset: None, serial: false }
    }
}

/// Reads a type with its length, sign and labels; character sets are attributes.
pub(super) fn data_type(cursor: &mut Cursor<'_>, sql_mode: u64) -> Result<DataType, Unread> {
    let Some(Token::Word(word)) = cursor.next() else { return Err(Unread("a type is missing")) };
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "integer" | "int1" | "int2" | "int3"
        | "int4" | "int8" | "middleint" => integer(cursor, &word),
        "bool" | "boolean" => Ok(DataType::plain("tinyint(1)")),
        "serial" => Ok(DataType { serial: true, ..DataType::plain("bigint unsigned") }),
        "decimal" | "dec" | "numeric" | "fixed" => decimal(cursor),
        "float" | "float4" | "float8" | "double" | "real" => approximate(cursor, &word, sql_mode),
        "bit" => Ok(DataType::plain(format!("bit({})", length(cursor)?.unwrap_or(1)))),
        "char" | "character" | "varchar" | "varcharacter" | "nchar" | "nvarchar" | "national" | "long"
        | "binary" | "varbinary" => string(cursor, &word),
        "text" | "blob" => sized_text(cursor, &word),
        "tinytext" | "mediumtext" | "longtext" | "tinyblob" | "mediumblob" | "longblob" | "json" | "date" => {
            Ok(DataType::plain(word))
        }
        "enum" | "set" => labels(cursor, &word),
        "datetime" | "timestamp" | "time" => {
            let digits = length(cursor)?.filter(|digits| *digits > 0);
            Ok(DataType::plain(digits.map_or_else(|| word.clone(), |digits| format!("{word}({digits})"))))
        }
        "year" => {
            length(cursor)?;
            while cursor.take_any(&["UNSIGNED", "SIGNED", "ZEROFILL"]) {}
            Ok(DataType::plain("year"))
        }
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geomcollection" => Ok(DataType::plain(word)),
        "geometrycollection" => Ok(DataType::plain("geomcollection")),
        "vector" => Ok(DataType::plain(format!("vector({})", length(cursor)?.unwrap_or(2048)))),
        _ => Err(Unread("a type is not known")),
    }
}

/// A number in parentheses.
fn length(cursor: &mut Cursor<'_>) -> Result<Option<u32>, Unread> {
    if cursor.peek() != Some(&Token::Symbol('(')) {
        return Ok(None);
    }
    let mut inside = cursor.parenthesised()?;
    let number = inside.number()?;
    if inside.is_over() { Ok(Some(number)) } else { Err(Unread("a length is not one number")) }
}

/// One or two numbers in parentheses.
fn precision(cursor: &mut Cursor<'_>) -> Result<Option<(u32, Option<u32>)>, Unread> {
    if cursor.peek() != Some(&Token::Symbol('(')) {
        return Ok(None);
    }
    let mut inside = cursor.parenthesised()?;
    let first = inside.number()?;
    let second = if inside.symbol(',') { Some(inside.number()?) } else { None };
    if inside.is_over() { Ok(Some((first, second))) } else { Err(Unread("a precision is not two numbers")) }
}

/// The attributes of numbers: unsigned, filled with zeros.
fn sign(cursor: &mut Cursor<'_>) -> (bool, bool) {
    let (mut unsigned, mut zerofill) = (false, false);
    loop {
        if cursor.take("UNSIGNED") {
            unsigned = true;
        } else if cursor.take("ZEROFILL") {
            (unsigned, zerofill) = (true, true);
        } else if !cursor.take("SIGNED") {
            return (unsigned, zerofill);
        }
    }
}

fn signed(mut spelling: String, (unsigned, zerofill): (bool, bool)) -> DataType {
    if unsigned {
        spelling.push_str(" unsigned");
    }
    if zerofill {
        spelling.push_str(" zerofill");
    }
    DataType::plain(spelling)
}

fn integer(cursor: &mut Cursor<'_>, word: &str) -> Result<DataType, Unread> {
    let (name, digits) = match word {
        "tinyint" | "int1" => ("tinyint", [4, 3]),
        "smallint" | "int2" => ("smallint", [6, 5]),
        "mediumint" | "int3" | "middleint" => ("mediumint", [9, 8]),
        "bigint" | "int8" => ("bigint", [20, 20]),
        _ => ("int", [11, 10]),
    };
    let width = length(cursor)?;
    let (unsigned, zerofill) = sign(cursor);
    // Widths are shown only where they mean something: filled with zeros, and for what stands for a truth value.
    let shown = if zerofill {
        let [_, unsigned_digits] = digits;
        Some(width.unwrap_or(unsigned_digits))
    } else {
        width.filter(|width| name == "tinyint" && *width == 1 && !unsigned)
    };
    let spelling = shown.map_or_else(|| name.to_owned(), |width| format!("{name}({width})"));
    Ok(signed(spelling, (unsigned, zerofill)))
}

fn decimal(cursor: &mut Cursor<'_>) -> Result<DataType, Unread> {
    let (precision, scale) = precision(cursor)?.unwrap_or((10, None));
    // DECIMAL(0) is DECIMAL(10).
    let precision = if precision == 0 { 10 } else { precision };
    let spelling = format!("decimal({precision},{})", scale.unwrap_or(0));
    Ok(signed(spelling, sign(cursor)))
}

fn approximate(cursor: &mut Cursor<'_>, word: &str, sql_mode: u64) -> Result<DataType, Unread> {
    let single = match word {
        "float" | "float4" => true,
        "real" => sql_mode & REAL_AS_FLOAT != 0,
        _ => false,
    };
    if word == "double" {
        cursor.take("PRECISION");
    }
    let spelling = match precision(cursor)? {
        Some((digits, Some(scale))) => {
            format!("{}({digits},{scale})", if single { "float" } else { "double" })
        }
        // FLOAT(p) with more than 24 bits is DOUBLE.
        Some((bits, None)) if single && bits <= 24 => "float".to_owned(),
        Some((_, None)) => "double".to_owned(),
        None => (if single { "float" } else { "double" }).to_owned(),
    };
    Ok(signed(spelling, sign(cursor)))
}

fn string(cursor: &mut Cursor<'_>, word: &str) -> Result<DataType, Unread> {
    if word == "long" {
        let bytes = cursor.take("VARBINARY");
        let _ = !bytes && cursor.take_any(&["CHAR VARYING", "CHARACTER VARYING", "VARCHAR"]);
        return Ok(DataType::plain(if bytes { "mediumblob" } else { "mediumtext" }));
    }
    let national = matches!(word, "nchar" | "nvarchar" | "national");
    let varying = match word {
        "varchar" | "varcharacter" | "nvarchar" | "varbinary" => true,
        "national" if cursor.take_any(&["VARCHAR", "VARCHARACTER"]) => true,
        "national" if cursor.take_any(&["CHAR", "CHARACTER"]) => cursor.take("VARYING"),
        "national" => return Err(Unread("a type is not known")),
        "nchar" => cursor.take_any(&["VARYING", "VARCHAR", "VARCHARACTER"]),
        "char" | "character" => cursor.take("VARYING"),
        _ => false,
    };
    let name = match (word, varying) {
        ("binary" | "varbinary", false) => "binary",
        ("binary" | "varbinary", true) => "varbinary",
        (_, false) => "char",
        (_, true) => "varchar",
    };
    let chars = match length(cursor)? {
        // Beyond this a server makes another type of it, or refuses.
        Some(chars) if chars > 0xffff => return Err(Unread("a string is longer than its type may be")),
        Some(chars) => chars,
        None if varying => return Err(Unread("a length is missing")),
        None => 1,
    };
    Ok(DataType { charset: national.then_some("utf8mb3"), ..DataType::plain(format!("{name}({chars})")) })
}

/// TEXT(n) and BLOB(n) are the smallest type that takes as much.
fn sized_text(cursor: &mut Cursor<'_>, word: &str) -> Result<DataType, Unread> {
    let Some(length) = length(cursor)? else { return Ok(DataType::plain(word)) };
    // Up to four bytes a character; a size too large changes nothing but a warning about long values.
    let bytes = u64::from(length) * if word == "text" { 4 } else { 1 };
    let size = match bytes {
        0..=0xff => "tiny",
        0x100..=0xffff => "",
        0x1_0000..=0xff_ffff => "medium",
        _ => "long",
    };
    Ok(DataType::plain(format!("{size}{word}")))
}

fn labels(cursor: &mut Cursor<'_>, word: &str) -> Result<DataType, Unread> {
    let mut inside = cursor.parenthesised()?;
    let mut quoted = Vec::new();
    loop {
        // The server takes spaces at a label's end away.
        let label = inside.text()?.trim_end_matches(' ');
        quoted.push(format!("'{}'", label.replace('\\', "\\\\").replace('\'', "''")));
        if inside.is_over() {
            return Ok(DataType::plain(format!("{word}({})", quoted.join(","))));
        }
        inside.expect(',')?;
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::super::{Cursor, StatementContext};
    use super::data_type;

    fn spelled(sql: &str) -> String {
        let tokens = tokens(sql, StatementContext::default()).unwrap();
        let mut cursor = Cursor::new(&tokens, "d", false);
        let found = data_type(&mut cursor, 0).map(|found| found.spelling);
        found.unwrap_or_else(|unread| unread.0.to_owned())
    }

    #[test]
    fn every_synonym_is_spelled_as_the_catalog_does() {
        for (sql, expected) in [
            ("INT(11)", "int"),
            ("int unsigned", "int unsigned"),
            ("INT(5) ZEROFILL", "int(5) unsigned zerofill"),
            ("INT ZEROFILL", "int(10) unsigned zerofill"),
            ("TINYINT(1)", "tinyint(1)"),
            ("BOOL", "tinyint(1)"),
            ("INT8", "bigint"),
            ("MIDDLEINT", "mediumint"),
            ("SERIAL", "bigint unsigned"),
            ("DEC(5)", "decimal(5,0)"),
            ("NUMERIC", "decimal(10,0)"),
            ("DOUBLE PRECISION", "double"),
            ("FLOAT(24)", "float"),
            ("FLOAT(25)", "double"),
            ("FLOAT(7,2) UNSIGNED", "float(7,2) unsigned"),
            ("REAL", "double"),
            ("BIT", "bit(1)"),
            ("CHAR", "char(1)"),
            ("CHARACTER VARYING(7)", "varchar(7)"),
            ("NATIONAL CHARACTER VARYING(7)", "varchar(7)"),
            ("NCHAR(3)", "char(3)"),
            ("LONG VARBINARY", "mediumblob"),
            ("LONG VARCHAR", "mediumtext"),
            ("LONG", "mediumtext"),
            ("TEXT(10)", "tinytext"),
            ("TEXT(100000)", "mediumtext"),
            ("BLOB(70000)", "mediumblob"),
            ("VARBINARY(16)", "varbinary(16)"),
            ("BINARY", "binary(1)"),
            ("DATETIME(0)", "datetime"),
            ("TIMESTAMP(3)", "timestamp(3)"),
            ("YEAR(4)", "year"),
            ("GEOMETRYCOLLECTION", "geomcollection"),
            ("VECTOR", "vector(2048)"),
            ("ENUM('a','it''s' , 'x\\\\y ')", "enum('a','it''s','x\\\\y')"),
        ] {
            assert_eq!(spelled(sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_is_no_type_is_not_read() {
        assert_eq!(spelled("UUID"), "a type is not known");
        assert_eq!(spelled("VARCHAR"), "a length is missing");
        assert_eq!(spelled("VARCHAR(70000)"), "a string is longer than its type may be");
    }
}
