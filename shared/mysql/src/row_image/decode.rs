//! One value's bytes to the domain's value, which is the one the copy reads for the same stored value.

use migration::limits::VALUE_BYTES_MAX;
use migration::value::SourceValue;

use crate::row_image::charset::Charset;
use crate::row_image::column::Form;
use crate::row_image::decimal::decimal_text;
use crate::row_image::json::json_text;
use crate::row_image::take::{big, little};
use crate::row_image::temporal;

/// Stored strings beyond this many times the bound are too long in any character set, so the copy does not convert
/// them to learn their length.
const GROWTH: usize = 4;
const YEAR_ZERO: i64 = 1900;

impl Form {
    /// The value; none where the bytes are not of this form.
    ///
    /// Numbers, which most keys are, are put in place by the caller's own code: as a returned value they would be copied
    /// in other pieces than they were written in, which the processor waits for.
    #[inline]
    pub(crate) fn decode(&self, bytes: &[u8]) -> Option<SourceValue> {
        match self {
            Self::Int => Some(SourceValue::Int(signed(bytes))),
            Self::UInt => Some(SourceValue::UInt(little(bytes))),
            other => other.decode_other(bytes),
        }
    }

    fn decode_other(&self, bytes: &[u8]) -> Option<SourceValue> {
        match self {
            Self::Int | Self::UInt => None,
            Self::Float => Some(SourceValue::Float(f32::from_le_bytes(bytes.try_into().ok()?))),
            Self::Double => Some(SourceValue::Double(f64::from_le_bytes(bytes.try_into().ok()?))),
            Self::Decimal { precision, scale } => {
                decimal_text(bytes, *precision, *scale).map(SourceValue::Decimal)
            }
            Self::Text { charset, fixed } => text(*charset, *fixed, bytes),
            Self::Enum { labels } => enum_label(labels, little(bytes)).map(SourceValue::Text),
            Self::Set { labels } => set_members(labels, little(bytes)).map(SourceValue::Text),
            Self::Padded { bytes: length } => {
                let mut padded = bytes.to_vec();
                (bytes.len() <= *length).then(|| padded.resize(*length, 0))?;
                Some(SourceValue::Bytes(padded))
            }
            Self::Bytes => Some(too_long(bytes.len()).unwrap_or_else(|| SourceValue::Bytes(bytes.to_vec()))),
            Self::Bit => Some(SourceValue::Bit(big(bytes))),
            Self::Year => Some(SourceValue::Int(match little(bytes) {
                0 => 0,
                year => i64::try_from(year).ok()? + YEAR_ZERO,
            })),
            Self::Date => temporal::date(bytes).map(SourceValue::Date),
            Self::DateTime { digits } => temporal::date_time(bytes, *digits).map(SourceValue::DateTime),
            Self::Timestamp { digits } => temporal::timestamp(bytes, *digits).map(SourceValue::DateTime),
            Self::Time { digits } => temporal::time(bytes, *digits).map(SourceValue::Time),
            Self::Json => {
                let text = json_text(bytes)?;
                Some(too_long(text.len()).unwrap_or(SourceValue::Json(text)))
            }
            Self::ForeignCharset | Self::UncertainLabels | Self::Unknown => None,
        }
    }
}

/// What the copy reports in place of a value longer than the target takes.
fn too_long(bytes: usize) -> Option<SourceValue> {
    (bytes > VALUE_BYTES_MAX).then_some(SourceValue::NotFetched { bytes: bytes as u64 })
}

#[inline]
fn signed(bytes: &[u8]) -> i64 {
    if let Ok(bytes) = bytes.try_into() {
        return i64::from_le_bytes(bytes);
    }
    if let Ok(bytes) = bytes.try_into() {
        return i64::from(i32::from_le_bytes(bytes));
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let extension = if negative { -1 } else { 0 };
    bytes.iter().rev().fold(extension, |number, byte| number << 8 | i64::from(*byte))
}

fn text(charset: Charset, fixed: bool, bytes: &[u8]) -> Option<SourceValue> {
    let counted_as_stored = matches!(charset, Charset::Utf8);
    if let Some(too_long) = too_long(bytes.len())
        && (counted_as_stored || bytes.len() > VALUE_BYTES_MAX * GROWTH)
    {
        return Some(too_long);
    }
    let mut text = charset.text(bytes)?;
    if fixed {
        text.truncate(text.trim_end_matches(' ').len());
    }
    Some(too_long(text.len()).unwrap_or(SourceValue::Text(text)))
}

/// Number zero is the empty label MySQL stores for what was none.
fn enum_label(labels: &[String], number: u64) -> Option<String> {
    match usize::try_from(number).ok()?.checked_sub(1) {
        None => Some(String::new()),
        Some(place) => labels.get(place).cloned(),
    }
}

fn set_members(labels: &[String], bits: u64) -> Option<String> {
    if labels.len() < 64 && bits >> labels.len() != 0 {
        return None;
    }
    let mut members = String::new();
    let mut separator = "";
    for (_, label) in labels.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1) {
        members.push_str(separator);
        members.push_str(label);
        separator = ",";
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    use migration::limits::VALUE_BYTES_MAX;
    use migration::value::SourceValue;

    use crate::row_image::charset::Charset;
    use crate::row_image::column::Form;

    fn labels() -> Vec<String> {
        ["a", "b", "c"].map(str::to_owned).to_vec()
    }

    #[test]
    fn numbers_keep_their_sign_from_any_width() {
        assert_eq!(Form::Int.decode(&[0, 0, 0x80]), Some(SourceValue::Int(-8_388_608)));
        assert_eq!(Form::Int.decode(&[0xff; 8]), Some(SourceValue::Int(-1)));
        assert_eq!(Form::UInt.decode(&[0xff; 3]), Some(SourceValue::UInt(0xff_ffff)));
        assert_eq!(Form::Year.decode(&[0]), Some(SourceValue::Int(0)));
        assert_eq!(Form::Year.decode(&[255]), Some(SourceValue::Int(2155)));
    }

    #[test]
    fn labels_come_from_the_schema_and_numbers_without_one_are_refused() {
        let text = |text: &str| Some(SourceValue::Text(text.to_owned()));
        let (one, many) = (Form::Enum { labels: labels() }, Form::Set { labels: labels() });
        assert_eq!(one.decode(&[0]), text(""));
        assert_eq!(one.decode(&[3]), text("c"));
        assert_eq!(one.decode(&[4]), None);
        assert_eq!(many.decode(&[0]), text(""));
        assert_eq!(many.decode(&[5]), text("a,c"));
        assert_eq!(many.decode(&[8]), None);
    }

    #[test]
    fn binary_is_padded_and_char_is_not() {
        assert_eq!(Form::Padded { bytes: 3 }.decode(&[1]), Some(SourceValue::Bytes(vec![1, 0, 0])));
        assert_eq!(Form::Padded { bytes: 3 }.decode(&[1; 4]), None);
        let fixed = Form::Text { charset: Charset::Utf8, fixed: true };
        assert_eq!(fixed.decode(b" a  "), Some(SourceValue::Text(" a".to_owned())));
    }

    #[test]
    fn values_over_the_targets_bound_are_left_out_as_the_copy_leaves_them_out() {
        let left_out = |bytes| Some(SourceValue::NotFetched { bytes });
        let most = VALUE_BYTES_MAX as u64;
        let latin1 = Form::Text { charset: Charset::of("latin1").unwrap(), fixed: false };
        assert_eq!(Form::Bytes.decode(&vec![0; VALUE_BYTES_MAX + 1]), left_out(most + 1));
        assert!(matches!(Form::Bytes.decode(&vec![0; VALUE_BYTES_MAX]), Some(SourceValue::Bytes(_))));
        assert_eq!(latin1.decode(&vec![0xe9; VALUE_BYTES_MAX / 2 + 1]), left_out(most + 2));
        assert_eq!(latin1.decode(&vec![0xe9; VALUE_BYTES_MAX * 4 + 1]), left_out(most * 4 + 1));
    }
}
