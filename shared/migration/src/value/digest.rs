//! A short fingerprint of a row, equal for equal rows on both sides, and revealing no value.
//!
//! Each value is fed with a tag and a length, so that no two different rows feed the same bytes.
//! DECIMAL and JSON are brought to one spelling first, because a server may respell them without changing them, and a zero
//! has no sign: the source takes 0 and -0 for one value, and a target may keep either for it.

use std::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::value::calendar::Time;
use crate::value::target::TargetValue;

/// 128 bits over a row or a key; printed in reports instead of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub u128);

/// Text that is no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest has 32 hexadecimal digits")]
pub struct NotADigest;

impl TryFrom<String> for Digest {
    type Error = NotADigest;
    fn try_from(text: String) -> Result<Self, NotADigest> {
        let digits = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        digits.then(|| u128::from_str_radix(&text, 16).ok()).flatten().map(Self).ok_or(NotADigest)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The digest of these values in this order.
#[must_use]
pub fn row_digest<'a>(values: impl IntoIterator<Item = &'a TargetValue>) -> Digest {
    let mut fed = Fed { held: [0; HELD_BYTES], length: 0, hash: None };
    for value in values {
        feed(&mut fed, value);
    }
    Digest(fed.digest())
}

/// What is hashed at once where it is no more; most keys are far shorter, and a hash in steps is slow to begin.
const HELD_BYTES: usize = 240;

/// What was fed: held as it is, or in a hash where it was too much.
struct Fed {
    held: [u8; HELD_BYTES],
    length: usize,
    hash: Option<Xxh3>,
}

impl Fed {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if let (None, Some(free)) = (&self.hash, self.held.get_mut(self.length..end)) {
            free.copy_from_slice(bytes);
            self.length = end;
            return;
        }
        let hash = self.hash.get_or_insert_with(|| {
            let mut hash = Xxh3::new();
            hash.update(self.held.get(..self.length).unwrap_or_default());
            hash
        });
        hash.update(bytes);
    }

    fn digest(&self) -> u128 {
        match &self.hash {
            Some(hash) => hash.digest128(),
            None => xxh3_128(self.held.get(..self.length).unwrap_or_default()),
        }
    }
}

fn feed(fed: &mut Fed, value: &TargetValue) {
    let mut put = |tag: u8, bytes: &[u8]| {
        fed.put(&[tag]);
        fed.put(&(bytes.len() as u64).to_le_bytes());
        fed.put(bytes);
    };
    match value {
        TargetValue::Null => put(0, &[]),
        TargetValue::Boolean(flag) => put(1, &[u8::from(*flag)]),
        TargetValue::Int(number) => put(2, &number.to_le_bytes()),
        TargetValue::Float(number) => put(3, &unsigned_zero(*number, 0.0).to_bits().to_le_bytes()),
        TargetValue::Double(number) => put(4, &unsigned_zero(*number, 0.0).to_bits().to_le_bytes()),
        TargetValue::Decimal(text) => put(5, plain_decimal(text).as_bytes()),
        TargetValue::Text(text) => put(6, text.as_bytes()),
        TargetValue::Bytes(bytes) => put(7, bytes),
        TargetValue::Date(date) => put(8, date.to_string().as_bytes()),
        TargetValue::Time(time) => put(9, time_text(*time).as_bytes()),
        TargetValue::Timestamp(ms) => put(10, &ms.to_le_bytes()),
        TargetValue::Json(text) => put(11, plain_json(text).as_bytes()),
    }
}

fn time_text(time: Time) -> String {
    time.text(6)
}

/// Without leading zeros, trailing zeros of the fraction, a bare point or a negative zero.
fn plain_decimal(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    match (whole, fraction) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

fn unsigned_zero<T: PartialEq + Copy>(number: T, zero: T) -> T {
    if number == zero { zero } else { number }
}

/// Without white space, with sorted keys and one spelling of escapes; numbers keep their digits.
fn plain_json(text: &str) -> String {
    serde_json::from_str::<serde_json::Value>(text)
        .map_or_else(|_| text.to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::{TargetValue, row_digest};

    fn one(value: &TargetValue) -> super::Digest {
        row_digest([value])
    }

    #[test]
    fn what_is_held_and_what_is_not_have_the_digest_of_a_hash_in_steps() {
        for length in 0..600 {
            let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
            let mut hash = super::Xxh3::new();
            for part in [&[7][..], &(length as u64).to_le_bytes(), &bytes, &[0], &[0; 8]] {
                hash.update(part);
            }
            let digest = row_digest(&[TargetValue::Bytes(bytes), TargetValue::Null]);
            assert_eq!(digest.0, hash.digest128(), "{length}");
        }
    }

    #[test]
    fn respelled_decimals_and_json_have_one_digest() {
        let decimal = |text: &str| one(&TargetValue::Decimal(text.to_owned()));
        assert_eq!(decimal("001.500"), decimal("1.5"));
        assert_eq!(decimal("-0.00"), decimal("0"));
        assert_ne!(decimal("-1"), decimal("1"));
        let json = |text: &str| one(&TargetValue::Json(text.to_owned()));
        assert_eq!(json(r#"{"b": 1, "a": [1.10, "\u00e9"]}"#), json(r#"{"a":[1.10,"é"],"b":1}"#));
        assert_ne!(json("1.0"), json("1"));
        assert_ne!(json("12345678901234567890123"), json("12345678901234567890124"));
    }

    #[test]
    fn a_zero_has_one_digest_whatever_its_sign() {
        assert_eq!(one(&TargetValue::Double(-0.0)), one(&TargetValue::Double(0.0)));
        assert_eq!(one(&TargetValue::Float(-0.0)), one(&TargetValue::Float(0.0)));
        assert_ne!(one(&TargetValue::Double(-0.5)), one(&TargetValue::Double(0.5)));
        assert_ne!(one(&TargetValue::Double(f64::MIN_POSITIVE)), one(&TargetValue::Double(0.0)));
    }

    #[test]
    fn a_digest_is_stored_as_it_is_printed() {
        let digest = one(&TargetValue::Int(7));
        let stored = serde_json::to_string(&digest).unwrap();
        assert_eq!(stored, format!("\"{digest}\""));
        assert_eq!(serde_json::from_str::<super::Digest>(&stored).unwrap(), digest);
        assert!(serde_json::from_str::<super::Digest>("\"7\"").is_err());
    }

    #[test]
    fn moving_bytes_between_columns_changes_the_digest() {
        let text = |text: &str| TargetValue::Text(text.to_owned());
        assert_ne!(row_digest([&text("ab"), &text("c")]), row_digest([&text("a"), &text("bc")]));
        assert_ne!(row_digest([&text("")]), row_digest([&TargetValue::Null]));
    }
}
