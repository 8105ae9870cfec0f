//! MySQL's binary DECIMAL as its text: nine digits in four bytes, leading and trailing groups shorter, sorted as bytes.

/// Bytes of a group of so many digits.
const GROUP_BYTES: [u8; 10] = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
/// The least number a group of so many digits cannot be.
const GROUP_BOUND: [u64; 10] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
const GROUP_DIGITS: u8 = 9;
/// As many as DECIMAL(65,30) has in whole and fraction.
const DIGITS_MAX: u8 = 81;

/// How many bytes a DECIMAL takes; none where MySQL has no such type.
pub(crate) fn stored_bytes(precision: u8, scale: u8) -> Option<u8> {
    // JSON holds values with a precision of its own, still within these bounds.
    let whole = precision.checked_sub(scale)?;
    (precision <= DIGITS_MAX && scale <= 30 && precision > 0).then(|| part_bytes(whole) + part_bytes(scale))
}

fn part_bytes(digits: u8) -> u8 {
    digits / GROUP_DIGITS * 4 + GROUP_BYTES[usize::from(digits % GROUP_DIGITS)]
}

/// The text MySQL writes: no leading zeros but one before the point, all digits of the scale.
pub(crate) fn decimal_text(bytes: &[u8], precision: u8, scale: u8) -> Option<String> {
    let whole = precision.checked_sub(scale)?;
    let (first, _) = bytes.split_first()?;
    let negative = first & 0x80 == 0;
    let mut groups = Groups { bytes, flip: if negative { 0xff } else { 0 }, first: true };
    let mut digits = Digits { text: String::with_capacity(usize::from(precision) + 3), zero: true };
    if negative {
        digits.text.push('-');
    }
    let sign = digits.text.len();
    let whole_groups = std::iter::once(whole % GROUP_DIGITS)
        .chain(std::iter::repeat_n(GROUP_DIGITS, usize::from(whole / GROUP_DIGITS)));
    for count in whole_groups.filter(|count| *count > 0) {
        digits.push(groups.next(count)?, count, digits.text.len() == sign);
    }
    if digits.text.len() == sign {
        digits.text.push('0');
    }
    if scale > 0 {
        digits.text.push('.');
    }
    let scale_groups = std::iter::repeat_n(GROUP_DIGITS, usize::from(scale / GROUP_DIGITS))
        .chain(std::iter::once(scale % GROUP_DIGITS));
    for count in scale_groups.filter(|count| *count > 0) {
        digits.push(groups.next(count)?, count, false);
    }
    if negative && digits.zero {
        digits.text.remove(0);
    }
    groups.bytes.is_empty().then_some(digits.text)
}

/// The groups not read yet.
struct Groups<'a> {
    bytes: &'a [u8],
    /// Negative numbers are stored with all bits inverted.
    flip: u8,
    /// The sign's bit is in the first group only.
    first: bool,
}

impl Groups<'_> {
    fn next(&mut self, digits: u8) -> Option<u64> {
        let digits = usize::from(digits);
        let (group, rest) = self.bytes.split_at_checked(usize::from(GROUP_BYTES[digits]))?;
        let mut number = 0;
        for byte in group {
            let sign = if std::mem::take(&mut self.first) { 0x80 } else { 0 };
            number = number << 8 | u64::from(byte ^ self.flip ^ sign);
        }
        self.bytes = rest;
        (number < GROUP_BOUND[digits]).then_some(number)
    }
}

struct Digits {
    text: String,
    zero: bool,
}

impl Digits {
    /// Appends a group; as the leading one without its zeros, and not at all where it has nothing else.
    fn push(&mut self, number: u64, count: u8, leading: bool) {
        self.zero &= number == 0;
        let mut bound = GROUP_BOUND[usize::from(count)] / 10;
        let mut shown = !leading;
        for _ in 0..count {
            let digit = u8::try_from(number / bound % 10).unwrap_or(0);
            shown |= digit > 0;
            if shown {
                self.text.push(char::from(b'0' + digit));
            }
            bound = (bound / 10).max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{decimal_text, stored_bytes};

    #[test]
    fn digits_signs_and_zeros_are_as_the_server_writes_them() {
        // DECIMAL(14,4): 1234567890.1234, from the manual's description of the format.
        let number = [0x81, 0x0d, 0xfb, 0x38, 0xd2, 0x04, 0xd2];
        assert_eq!(decimal_text(&number, 14, 4).unwrap(), "1234567890.1234");
        let negative: Vec<u8> = number.iter().map(|byte| !byte).collect();
        assert_eq!(decimal_text(&negative, 14, 4).unwrap(), "-1234567890.1234");
        assert_eq!(decimal_text(&[0x80, 0], 3, 2).unwrap(), "0.00");
        assert_eq!(decimal_text(&[0x7f, 0xff], 3, 2).unwrap(), "0.00");
        assert_eq!(decimal_text(&[0x7f, 0xcd], 3, 2).unwrap(), "-0.50");
        assert_eq!(decimal_text(&[0x80, 0, 0, 7], 9, 0).unwrap(), "7");
    }

    #[test]
    fn lengths_and_groups_no_server_writes_are_refused() {
        assert_eq!(stored_bytes(65, 30), Some(30));
        assert_eq!(stored_bytes(2, 3), None);
        assert_eq!(stored_bytes(10, 31), None);
        assert_eq!(decimal_text(&[0xff, 0xff], 3, 2), None);
        assert_eq!(decimal_text(&[], 3, 2), None);
        assert_eq!(decimal_text(&[0x80, 0, 0], 3, 2), None);
    }
}
