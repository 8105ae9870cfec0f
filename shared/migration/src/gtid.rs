//! Global transaction identifiers and sets of them, as MySQL writes them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One transaction: its origin (a server's UUID, with a tag where it has one) and its number there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Gtid {
    /// Lower-case UUID, `:tag` behind it where there is one.
    pub origin: String,
    /// From 1.
    pub number: u64,
}

impl fmt::Display for Gtid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.origin, self.number)
    }
}

/// A set of transactions: for each origin its intervals, both ends included, ascending and apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GtidSet(BTreeMap<String, Vec<(u64, u64)>>);

/// Text that is no GTID set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a GTID set")]
pub struct NotAGtidSet;

impl GtidSet {
    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the transaction is in it.
    #[must_use]
    pub fn contains(&self, gtid: &Gtid) -> bool {
        self.has(&gtid.origin, (gtid.number, gtid.number))
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub fn contains_all(&self, other: &Self) -> bool {
        other.0.iter().all(|(origin, intervals)| intervals.iter().all(|interval| self.has(origin, *interval)))
    }

    fn has(&self, origin: &str, (first, last): (u64, u64)) -> bool {
        let Some(intervals) = self.0.get(origin) else { return false };
        let at = intervals.partition_point(|(start, _)| *start <= first);
        at.checked_sub(1).and_then(|at| intervals.get(at)).is_some_and(|(_, end)| *end >= last)
    }

    /// Adds a transaction.
    pub fn add(&mut self, gtid: &Gtid) {
        self.add_interval(&gtid.origin, (gtid.number, gtid.number));
    }

    /// Adds all of `other`.
    pub fn add_all(&mut self, other: &Self) {
        for (origin, intervals) in &other.0 {
            for interval in intervals {
                self.add_interval(origin, *interval);
            }
        }
    }

    fn add_interval(&mut self, origin: &str, (first, last): (u64, u64)) {
        if !self.0.contains_key(origin) {
            self.0.insert(origin.to_owned(), Vec::new());
        }
        let Some(intervals) = self.0.get_mut(origin) else { return };
        // The usual case: the next transaction of this origin.
        if let Some(newest) = intervals.last_mut()
            && first == newest.1.saturating_add(1)
        {
            newest.1 = last;
            return;
        }
        let from = intervals.partition_point(|(_, end)| end.saturating_add(1) < first);
        let to = intervals.partition_point(|(start, _)| *start <= last.saturating_add(1));
        let touched = intervals.get(from..to).unwrap_or_default();
        let first = touched.first().map_or(first, |(start, _)| first.min(*start));
        let last = touched.last().map_or(last, |(_, end)| last.max(*end));
        intervals.splice(from..to.max(from), [(first, last)]);
    }
}

impl fmt::Display for GtidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (origin, intervals)) in self.0.iter().enumerate() {
            write!(f, "{}{origin}", if at > 0 { "," } else { "" })?;
            for (first, last) in intervals {
                write!(f, ":{first}")?;
                if last > first {
                    write!(f, "-{last}")?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for GtidSet {
    type Err = NotAGtidSet;

    /// Reads the server's text: `UUID[:tag]:1-5:7[:tag:1-3], UUID:...`, with any white space.
    fn from_str(text: &str) -> Result<Self, NotAGtidSet> {
        let mut set = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let mut words = part.split(':').map(str::trim);
            let uuid = words.next().unwrap_or_default().to_ascii_lowercase();
            if uuid.len() != 36 || !uuid.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
                return Err(NotAGtidSet);
            }
            let mut origin = uuid.clone();
            for word in words {
                if word.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
                    origin = format!("{uuid}:{}", word.to_ascii_lowercase());
                    continue;
                }
                let (first, last) = word.split_once('-').unwrap_or((word, word));
                let number = |text: &str| text.trim().parse::<u64>().ok().filter(|number| *number > 0);
                match (number(first), number(last)) {
                    (Some(first), Some(last)) if first <= last => set.add_interval(&origin, (first, last)),
                    _ => return Err(NotAGtidSet),
                }
            }
        }
        Ok(set)
    }
}

impl TryFrom<String> for GtidSet {
    type Error = NotAGtidSet;
    fn try_from(text: String) -> Result<Self, NotAGtidSet> {
        text.parse()
    }
}

impl From<GtidSet> for String {
    fn from(set: GtidSet) -> Self {
        set.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{Gtid, GtidSet};

    const A: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    const B: &str = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

    fn set(text: &str) -> GtidSet {
        text.parse().unwrap()
    }

    #[test]
    fn the_servers_text_is_read_and_written() {
        let text = format!("{}:1-5:7,\n{B}:2:orders:1-3", A.to_uppercase());
        assert_eq!(set(&text).to_string(), format!("{A}:1-5:7,{B}:2,{B}:orders:1-3"));
        assert!(set("").is_empty());
        for wrong in ["x", "3e11:1", &format!("{A}:0"), &format!("{A}:5-2"), &format!("{A}:1-")] {
            assert!(wrong.parse::<GtidSet>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn intervals_grow_together() {
        let mut numbers = set(&format!("{A}:1-3:7-9"));
        for number in [5, 4, 6] {
            numbers.add(&Gtid { origin: A.to_owned(), number });
        }
        assert_eq!(numbers, set(&format!("{A}:1-9")));
        numbers.add_all(&set(&format!("{A}:8-20,{B}:1")));
        assert_eq!(numbers, set(&format!("{A}:1-20,{B}:1")));
    }

    #[test]
    fn a_set_contains_what_its_intervals_cover() {
        let all = set(&format!("{A}:1-5:7-9"));
        assert!(all.contains_all(&set(&format!("{A}:2-4:8"))));
        assert!(!all.contains_all(&set(&format!("{A}:5-7"))) && !all.contains_all(&set(&format!("{B}:1"))));
        assert!(all.contains(&Gtid { origin: A.to_owned(), number: 7 }));
        assert!(!all.contains(&Gtid { origin: A.to_owned(), number: 6 }));
    }
}
