//! A column's own bytes as the UTF-8 text the server sends for them.
//!
//! The copy gets UTF-8 from the server (`SET NAMES utf8mb4`); the log holds the column's bytes. Both must give one
//! text, so the conversion is the server's own, character by character, with `?` where the server has no character
//! for a code. Bytes that are not of the set are refused: a server does not store them. Never guesses a set from bytes.

mod differences;
mod double_byte;
mod single_byte_tables;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, GB18030, GBK, SHIFT_JIS};

use self::double_byte::{DoubleByte, Structure};
use self::single_byte_tables as tables;
use self::single_byte_tables::UpperHalf;

/// A character set that can be converted exactly.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Charset {
    /// utf8mb3 and utf8mb4: sent as they are.
    Utf8,
    Ascii,
    Swe7,
    SingleByte(&'static UpperHalf),
    DoubleByte(&'static DoubleByte),
    /// ucs2 and utf16; the first has no pairs, and stores no halves of any.
    Utf16,
    Utf16Le,
    Utf32,
}

static BIG5_SET: DoubleByte = DoubleByte::new(BIG5, Structure::Big5, differences::BIG5);
static CP932_SET: DoubleByte = DoubleByte::new(SHIFT_JIS, Structure::ShiftJis, &[]);
static EUCJPMS_SET: DoubleByte = DoubleByte::new(EUC_JP, Structure::EucJp, differences::EUCJPMS);
static EUCKR_SET: DoubleByte = DoubleByte::new(EUC_KR, Structure::EucKr, &[]);
static GB18030_SET: DoubleByte = DoubleByte::new(GB18030, Structure::Gb18030, differences::GB18030);
static GB2312_SET: DoubleByte = DoubleByte::new(GBK, Structure::Gb2312, differences::GB2312);
static GBK_SET: DoubleByte = DoubleByte::new(GBK, Structure::Gbk, differences::GBK);
static SJIS_SET: DoubleByte = DoubleByte::new(SHIFT_JIS, Structure::ShiftJis, differences::SJIS);
static UJIS_SET: DoubleByte = DoubleByte::new(EUC_JP, Structure::EucJp, differences::UJIS);

impl Charset {
    /// The set of this name; none for one that cannot be converted exactly.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "utf8" | "utf8mb3" | "utf8mb4" => Self::Utf8,
            "ascii" => Self::Ascii,
            "swe7" => Self::Swe7,
            "ucs2" | "utf16" => Self::Utf16,
            "utf16le" => Self::Utf16Le,
            "utf32" => Self::Utf32,
            "big5" => Self::DoubleByte(&BIG5_SET),
            "cp932" => Self::DoubleByte(&CP932_SET),
            "eucjpms" => Self::DoubleByte(&EUCJPMS_SET),
            "euckr" => Self::DoubleByte(&EUCKR_SET),
            "gb18030" => Self::DoubleByte(&GB18030_SET),
            "gb2312" => Self::DoubleByte(&GB2312_SET),
            "gbk" => Self::DoubleByte(&GBK_SET),
            "sjis" => Self::DoubleByte(&SJIS_SET),
            "ujis" => Self::DoubleByte(&UJIS_SET),
            _ => Self::SingleByte(single_byte(name)?),
        })
    }

    /// The text; none where the bytes are not of this set.
    pub(crate) fn text(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Ascii => bytes.is_ascii().then(|| std::str::from_utf8(bytes).ok().map(str::to_owned))?,
            Self::Swe7 => Some(bytes.iter().map(|byte| tables::swe7(*byte)).collect()),
            Self::SingleByte(upper) => Some(single_byte_text(upper, bytes)),
            Self::DoubleByte(set) => set.text(bytes),
            Self::Utf16 => utf16_text(bytes, u16::from_be_bytes),
            Self::Utf16Le => utf16_text(bytes, u16::from_le_bytes),
            Self::Utf32 => {
                let (characters, rest) = bytes.as_chunks::<4>();
                let text: Option<String> =
                    characters.iter().map(|bytes| char::from_u32(u32::from_be_bytes(*bytes))).collect();
                text.filter(|_| rest.is_empty())
            }
        }
    }
}

fn single_byte(name: &str) -> Option<&'static UpperHalf> {
    Some(match name {
        "armscii8" => &tables::ARMSCII8,
        "cp1250" => &tables::CP1250,
        "cp1251" => &tables::CP1251,
        "cp1256" => &tables::CP1256,
        "cp1257" => &tables::CP1257,
        "cp850" => &tables::CP850,
        "cp852" => &tables::CP852,
        "cp866" => &tables::CP866,
        "dec8" => &tables::DEC8,
        "geostd8" => &tables::GEOSTD8,
        "greek" => &tables::GREEK,
        "hebrew" => &tables::HEBREW,
        "hp8" => &tables::HP8,
        "keybcs2" => &tables::KEYBCS2,
        "koi8r" => &tables::KOI8R,
        "koi8u" => &tables::KOI8U,
        "latin1" => &tables::LATIN1,
        "latin2" => &tables::LATIN2,
        "latin5" => &tables::LATIN5,
        "latin7" => &tables::LATIN7,
        "macce" => &tables::MACCE,
        "macroman" => &tables::MACROMAN,
        "tis620" => &tables::TIS620,
        _ => return None,
    })
}

fn single_byte_text(upper: &UpperHalf, bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        let character = match byte.checked_sub(0x80) {
            None => char::from(*byte),
            // The tables hold no surrogates.
            Some(place) => char::from_u32(u32::from(upper[usize::from(place)])).unwrap_or(differences::NONE),
        };
        text.push(character);
    }
    text
}

fn utf16_text(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(units.iter().map(|bytes| unit(*bytes))).collect();
    text.ok().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::Charset;

    fn text(charset: &str, bytes: &[u8]) -> Option<String> {
        Charset::of(charset).unwrap().text(bytes)
    }

    #[test]
    fn codes_become_the_characters_the_server_gives() {
        let check = |charset, bytes: &[u8], expected| assert_eq!(text(charset, bytes).unwrap(), expected);
        check("latin1", b"a\x80\x81\xe9", "a€\u{81}é");
        check("swe7", b"[a", "Äa");
        check("sjis", b"a\x81\x5f\xb1\\", "a\\ｱ\\");
        check("cp932", b"\x81\x5f", "＼");
        check("gbk", b"\xd6\xd0a\xa1\x40", "中a?");
        check("gb2312", b"\xa1\xa4", "・");
        check("gb18030", b"\x94\x39\xda\x33\xd6\xd0\xfe\x59", "💩中\u{e81e}");
        check("big5", b"\xa4\xa4\xa1\x5a", "中\u{fffd}");
        check("ujis", b"\x8e\xb1\x8f\xf5\xa1\xa1\xc0", "ｱ\u{e3ac}\\");
        check("eucjpms", b"\xf5\xa1\x8f\xa2\xc3\x80", "\u{e000}￤?");
        check("euckr", b"\xc7\xd1", "한");
        check("utf16", b"\xd8\x3d\xde\x00\0a", "😀a");
        check("utf16le", b"\x3d\xd8\x00\xde", "😀");
        check("utf32", b"\0\x01\xf6\0", "😀");
    }

    #[test]
    fn bytes_that_are_not_of_the_set_are_refused() {
        for (charset, bytes) in [
            ("utf8mb4", &b"\xff"[..]),
            ("ascii", b"\x80"),
            ("utf16", b"\xd8\x00"),
            ("utf16le", b"\x00\xd8"),
            ("ucs2", b"a"),
            ("utf32", b"\0\0\xd8\0"),
            ("utf32", b"\0\0a"),
            ("gbk", b"\xd6"),
            ("gbk", b"\xd6\x20"),
            ("gb18030", b"\x81\x30\x81"),
            ("sjis", b"\x80"),
            ("ujis", b"\x8f\xa1"),
        ] {
            assert_eq!(text(charset, bytes), None, "{charset}");
        }
    }

    #[test]
    fn a_set_that_is_not_known_is_none() {
        assert!(Charset::of("utf9").is_none());
        assert!(Charset::of("binary").is_none());
    }
}
