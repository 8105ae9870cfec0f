//! Every key of the documented format: where it stands, whether it is required, whether this version obeys
//! it.
//!
//! The parser refuses what is not listed here, and the published JSON Schema is held to the same lists by a
//! test, so the format has one source of truth.

/// A mapping of the document: its keys, in the order in which they are documented and reported.
#[derive(Debug)]
pub(super) struct Shape {
    /// The keys.
    pub(super) keys: &'static [Key],
    /// Whether a misplaced secret could stand here as a key, so that unknown keys may not be printed.
    pub(super) confidential: bool,
}

impl Shape {
    /// The names of the keys that this version obeys.
    pub(super) fn usable_keys(&self) -> Vec<&'static str> {
        self.keys.iter().filter(|key| key.use_of != Use::NotYet).map(|key| key.name).collect()
    }
}

/// One key of a mapping.
#[derive(Debug)]
pub(super) struct Key {
    /// Its name.
    pub(super) name: &'static str,
    /// What a document has to do with it.
    pub(super) use_of: Use,
    /// What stands below it.
    pub(super) below: Below,
}

/// What a document has to do with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It must be there; the text says what is expected.
    Required(&'static str),
    /// It may be there.
    Optional,
    /// It belongs to the format, and this version refuses it.
    NotYet,
}

/// What stands below a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Below {
    /// A single value, a list of single values, or keys of the owner's own.
    Values,
    /// A mapping with known keys.
    Mapping(&'static Shape),
    /// A list of mappings with known keys.
    List(&'static Shape),
}

const fn key(name: &'static str, use_of: Use, below: Below) -> Key {
    Key { name, use_of, below }
}

const fn required(name: &'static str, expected: &'static str) -> Key {
    key(name, Use::Required(expected), Below::Values)
}

const fn optional(name: &'static str) -> Key {
    key(name, Use::Optional, Below::Values)
}

const fn not_yet(name: &'static str) -> Key {
    key(name, Use::NotYet, Below::Values)
}

const fn shape(keys: &'static [Key]) -> Shape {
    Shape { keys, confidential: false }
}

/// The whole document.
pub(super) static DOCUMENT: Shape = shape(&[
    required("name", super::name::EXPECTED),
    key("source", Use::Required("a mapping with host and user"), Below::Mapping(&ENDPOINT)),
    key("target", Use::Required("a mapping with host and user"), Below::Mapping(&ENDPOINT)),
    required("migration", "full, full_and_incremental or incremental"),
    key("objects", Use::Required("a list with at least one database"), Below::List(&DATABASE)),
    key("names", Use::Optional, Below::Mapping(&NAMES)),
    key("tables_on_target", Use::Optional, Below::Mapping(&TABLES_ON_TARGET)),
    not_yet("throttle"),
    key("retry", Use::Optional, Below::Mapping(&RETRY)),
    key("on_ddl", Use::Optional, Below::Mapping(&ON_DDL)),
    optional("on_bad_row"),
    optional("zero_dates"),
    key("tuning", Use::Optional, Below::Mapping(&TUNING)),
    not_yet("alerts"),
    optional("ignore"),
    optional("labels"),
]);

/// `source` and `target`.
static ENDPOINT: Shape = shape(&[
    required("host", "a host name or an IP address"),
    optional("port"),
    required("user", "the name of the account"),
    key("password", Use::Optional, Below::Mapping(&PASSWORD)),
    key("tls", Use::Optional, Below::Mapping(&TLS)),
]);

/// `password`.
static PASSWORD: Shape =
    Shape { keys: &[optional("env"), optional("file"), optional("secrets_manager")], confidential: true };

/// `tls`.
static TLS: Shape = shape(&[optional("mode"), optional("ca")]);

/// An item of `objects`.
static DATABASE: Shape = shape(&[
    required("database", "the name of a database on the source"),
    optional("target"),
    optional("include"),
    optional("exclude"),
    key("tables", Use::Optional, Below::List(&TABLE)),
]);

/// An item of `objects[].tables`.
static TABLE: Shape = shape(&[
    required("table", "the name of a table of this database"),
    optional("target"),
    not_yet("where"),
    key("columns", Use::Optional, Below::Mapping(&COLUMNS)),
    not_yet("operations"),
    not_yet("transform"),
]);

/// `columns` of a table.
static COLUMNS: Shape = shape(&[optional("rename"), optional("exclude")]);

/// `names`.
static NAMES: Shape = shape(&[optional("case")]);

/// `tables_on_target`.
static TABLES_ON_TARGET: Shape = shape(&[optional("create"), optional("if_not_empty")]);

/// `retry`.
static RETRY: Shape = shape(&[optional("connections"), optional("other")]);

/// `on_ddl`.
static ON_DDL: Shape = shape(&[optional("unsupported")]);

/// `tuning`.
static TUNING: Shape = shape(&[
    optional("lanes"),
    optional("chunk_bytes"),
    optional("copiers"),
    optional("appliers"),
    optional("stamp_margin"),
    optional("write_spacing"),
]);
