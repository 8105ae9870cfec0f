//! WITH and SET options of tables: names, values, and what an index forbids to change.

use crate::answer::SqlError;
use crate::engine::schema::Schema;
use crate::refusal;

/// Options that are kept and shown but change nothing here.
const KEPT: [&str; 16] = [
    "COMPRESSION",
    "NUMREGIONS",
    "STARTKEY",
    "ENDKEY",
    "SPLITKEYS",
    "SPLITALGO",
    "COMPACTION_MAJOR_PERIOD",
    "CHS",
    "CHS_L2",
    "CHS_COLUMN",
    "EC_POLICY",
    "DATA_BLOCK_ENCODING",
    "BLOOMFILTER",
    "FILE_FORMAT_VERSION",
    "DYNAMIC_COLUMNS",
    "HOT_ONLY",
];

/// The defaults that SHOW TABLE VARIABLES shows where nothing was set.
pub(crate) const DEFAULTS: [(&str, &str); 5] = [
    ("COMPRESSION", "ZSTD"),
    ("CONSISTENCY", "eventual"),
    ("MUTABILITY", "MUTABLE_LATEST"),
    ("TTL", ""),
    ("VERSIONS", "1"),
];

/// Refuses an unknown option or a value it does not take.
pub(crate) fn check_option(name: &str, value: &str) -> Result<(), SqlError> {
    let one_of = |values: &[&str]| values.iter().any(|known| value.eq_ignore_ascii_case(known));
    let fits = match name {
        "VERSIONS" => value.parse::<u32>().is_ok(),
        "TTL" => value.is_empty() || value.parse::<u32>().is_ok_and(|seconds| seconds > 0),
        "MAX_NONPK_LEN" => value.parse::<u32>().is_ok_and(|bytes| bytes > 0),
        "CONSISTENCY" => one_of(&["eventual", "strong"]),
        "MUTABILITY" => one_of(&["IMMUTABLE", "IMMUTABLE_ROWS", "MUTABLE_LATEST", "MUTABLE_ALL"]),
        "DYNAMIC_COLUMNS" if !value.eq_ignore_ascii_case("false") => {
            return Err(refusal::unsupported("DYNAMIC_COLUMNS"));
        }
        _ if KEPT.contains(&name) => true,
        _ => return Err(refusal::unsupported(&format!("the table option {name}"))),
    };
    if fits {
        Ok(())
    } else {
        Err(refusal::syntax(&format!("the table option {name} does not take this value")))
    }
}

/// Changes options of a table that exists.
pub(crate) fn set_options(schema: &mut Schema, options: &[(String, String)]) -> Result<(), SqlError> {
    for (name, value) in options {
        check_option(name, value)?;
        if name == "MUTABILITY"
            && !schema.indexes.is_empty()
            && !value.eq_ignore_ascii_case(&schema.mutability())
        {
            return Err(refusal::unsupported("a change of MUTABILITY once an index exists"));
        }
        if name == "CONSISTENCY" && schema.is_strong() && !value.eq_ignore_ascii_case("strong") {
            return Err(refusal::unsupported("a change of CONSISTENCY from strong to eventual"));
        }
        if value.is_empty() {
            schema.options.remove(name);
        } else {
            schema.options.insert(name.clone(), value.clone());
        }
    }
    Ok(())
}
