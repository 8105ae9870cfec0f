//! A statement in the log: its text, and the settings it was written under.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, WINDOWS_1252};
use mysql_common_client::binlog::events::{StatusVarVal, StatusVarsIterator};

use crate::row_image::Take;

/// What an EXECUTE_LOAD_QUERY event has more than a QUERY event between its head and the settings.
pub(crate) const LOAD_HEAD: usize = 13;

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query<'a> {
    /// The default database, in UTF-8.
    pub(crate) database: &'a [u8],
    /// The statement, in the character set of the client that sent it.
    pub(crate) text: &'a [u8],
    settings: &'a [u8],
}

/// What a statement's meaning rests on besides its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// `sql_mode` as its bits.
    pub(crate) sql_mode: u64,
    /// `explicit_defaults_for_timestamp`, where the event tells.
    pub(crate) explicit_timestamps: Option<bool>,
    /// The number of the client's collation.
    client_collation: Option<u16>,
}

impl<'a> Query<'a> {
    /// Reads an event's payload; `more` bytes of the head are passed over. None where it ends too early.
    pub(crate) fn parse(payload: &'a [u8], more: usize) -> Option<Self> {
        let mut take = Take(payload);
        // Session and duration.
        take.bytes(8)?;
        let database = usize::from(take.byte()?);
        // The error the statement ended with.
        take.bytes(2)?;
        let settings = usize::try_from(take.little(2)?).ok()?;
        take.bytes(more)?;
        let settings = take.bytes(settings)?;
        let database = take.bytes(database)?;
        take.bytes(1)?;
        Some(Self { database, text: take.0, settings })
    }

    /// The settings it was written under.
    pub(crate) fn settings(&self) -> Settings {
        let mut found = Settings::default();
        for variable in StatusVarsIterator::new(self.settings) {
            match variable.get_value() {
                Ok(StatusVarVal::SqlMode(mode)) => found.sql_mode = mode.0,
                Ok(StatusVarVal::ExplicitDefaultsForTimestamp(explicit)) => {
                    found.explicit_timestamps = Some(explicit);
                }
                Ok(StatusVarVal::Charset { charset_client, .. }) => {
                    found.client_collation = Some(charset_client);
                }
                Ok(_) | Err(_) => {}
            }
        }
        found
    }

    /// The text in UTF-8; none where its character set cannot be converted.
    pub(crate) fn sql(&self, settings: Settings) -> Option<String> {
        if self.text.is_ascii() {
            return std::str::from_utf8(self.text).ok().map(str::to_owned);
        }
        let Some(encoding) = encoding(settings.client_collation?) else {
            return std::str::from_utf8(self.text).ok().map(str::to_owned);
        };
        let (text, has_faults) = encoding.decode_without_bom_handling(self.text);
        (!has_faults).then(|| text.into_owned())
    }
}

/// The character set of a collation's number; none for UTF-8, and for those that a client cannot send definitions in
/// without them being refused as UTF-8.
fn encoding(collation: u16) -> Option<&'static Encoding> {
    Some(match collation {
        1 | 84 => BIG5,
        5 | 8 | 15 | 31 | 47 | 48 | 49 | 94 => WINDOWS_1252,
        12 | 91 | 97 | 98 => EUC_JP,
        13 | 88 | 95 | 96 => SHIFT_JIS,
        19 | 85 => EUC_KR,
        28 | 87 => GBK,
        248..=250 => GB18030,
        _ => return None,
    })
}
