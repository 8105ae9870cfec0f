//! Packing messages into requests.
//!
//! SQS bills a request for every begun 64 KiB of it. Full requests in the order of the messages waste less than one
//! such unit a request, and the number of requests is the least that keeps the order, so nothing is reordered for it.

/// Entries of one batch request (SQS).
pub(crate) const ENTRIES_MAX: usize = 10;
/// Bytes of all bodies of one batch request (SQS).
const BYTES_MAX: usize = 1 << 20;

/// How many of the first messages make the next request; at least one of a queue that is not empty.
pub(crate) fn first_request(sizes: impl IntoIterator<Item = usize>) -> usize {
    let sums = sizes.into_iter().scan(0_usize, |sum, size| {
        *sum += size;
        Some(*sum)
    });
    sums.take(ENTRIES_MAX).enumerate().take_while(|(place, sum)| *place == 0 || *sum <= BYTES_MAX).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{BYTES_MAX, ENTRIES_MAX, first_request};

    #[test]
    fn a_request_ends_before_it_is_too_large() {
        assert_eq!(first_request([]), 0);
        assert_eq!(first_request([1; 11]), 10);
        assert_eq!(first_request([BYTES_MAX, 1]), 1);
        assert_eq!(first_request([BYTES_MAX - 1, 1, 1]), 2);
    }

    proptest! {
        #[test]
        fn requests_hold_every_message_once_and_no_two_neighbours_fit_into_one(sizes: Vec<u16>, shift in 0..6u32) {
            let sizes: Vec<usize> = sizes.into_iter().map(|size| usize::from(size) << shift.min(4)).collect();
            let (mut rest, mut before) = (&sizes[..], None);
            while !rest.is_empty() {
                let count = first_request(rest.iter().copied());
                let bytes: usize = rest[..count].iter().sum();
                assert!((1..=ENTRIES_MAX).contains(&count) && (count == 1 || bytes <= BYTES_MAX));
                if let Some((count_before, bytes_before)) = before {
                    assert!(count_before == ENTRIES_MAX || bytes_before + rest[0] > BYTES_MAX);
                }
                before = Some((count, bytes));
                rest = &rest[count..];
            }
        }
    }
}
