//! JSON documents of every kind of value, made up from a seed, so that a failure can be repeated.

/// A repeatable stream of numbers (splitmix64).
pub(crate) struct AnyJson(pub(crate) u64);

impl AnyJson {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    /// A JSON document of at most so many levels.
    pub(crate) fn document(&mut self, levels: u32) -> String {
        let kinds = if levels == 0 { 6 } else { 8 };
        let elements = |random: &mut Self| 0..random.below(6);
        match self.below(kinds) {
            0 => ["null", "true", "false"][usize::try_from(self.below(3)).unwrap()].to_owned(),
            1 => (self.bits().cast_signed() >> self.below(64)).to_string(),
            2 => (self.bits() >> self.below(64)).to_string(),
            3 => {
                let number = f64::from_bits(self.bits());
                if number.is_finite() { format!("{number:e}") } else { "0.5".to_owned() }
            }
            4 => format!("{}.{}", self.below(1_000_000), self.below(1_000_000)),
            5 => format!("\"{}\"", self.text()),
            6 => {
                let elements: Vec<String> = elements(self).map(|_| self.document(levels - 1)).collect();
                format!("[{}]", elements.join(","))
            }
            _ => {
                let member =
                    |random: &mut Self| format!("\"{}\":{}", random.text(), random.document(levels - 1));
                let members: Vec<String> = elements(self).map(|_| member(self)).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    fn text(&mut self) -> String {
        let parts = ["a", "B", "\\n", "\\u0001", "\\\"", "\\\\", "/", "é", "中", "😀", " ", "'"];
        (0..self.below(9)).map(|_| parts[usize::try_from(self.below(parts.len() as u64)).unwrap()]).collect()
    }
}

/// The text as an SQL literal.
pub(crate) fn sql_string(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
