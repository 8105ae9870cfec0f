//! Which names databases, tables and columns may have.

use crate::answer::SqlError;
use crate::engine::Names;
use crate::refusal;

/// The longest name of a table in characters and of a column in bytes.
const LONGEST: usize = 255;

/// A database: 4 to 16 of letters, digits, `-` and `_`, and none of the reserved ones.
pub(crate) fn check_database(name: &str) -> Result<(), SqlError> {
    if ["lindorm", "default", "global", "information_schema"].contains(&name) {
        return Err(refusal::bad_database_name(name, "the name is reserved"));
    }
    if !(4..=16).contains(&name.chars().count()) {
        return Err(refusal::bad_database_name(name, "a name has 4 to 16 characters"));
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(refusal::bad_database_name(name, "a name holds letters, digits, - and _ only"));
    }
    Ok(())
}

/// A table: 1 to 255 characters.
pub(crate) fn check_table(name: &str, names: Names) -> Result<(), SqlError> {
    if name.chars().count() > LONGEST {
        return Err(refusal::name_too_long(name));
    }
    check_characters(name, names)?;
    if names == Names::Documented && name.starts_with(['.', '-']) {
        return Err(refusal::syntax(&format!("the table name '{name}' begins with . or -")));
    }
    Ok(())
}

/// A column: 1 to 255 bytes.
pub(crate) fn check_column(name: &str, names: Names) -> Result<(), SqlError> {
    if name.len() > LONGEST {
        return Err(refusal::name_too_long(name));
    }
    check_characters(name, names)
}

fn check_characters(name: &str, names: Names) -> Result<(), SqlError> {
    let documented = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    match names {
        Names::Documented if !name.bytes().all(documented) => {
            Err(refusal::syntax(&format!("the name '{name}' holds more than letters, digits, . - and _")))
        }
        Names::Documented | Names::Any => Ok(()),
    }
}
