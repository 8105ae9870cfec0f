//! LIKE: `%` stands for any run, `_` for one character, a backslash takes the next one as it is.

/// Whether a value matches a pattern; compared by bytes, case and accents apart.
pub(crate) fn is_like(value: &[u8], pattern: &str) -> bool {
    let value: Vec<char> = String::from_utf8_lossy(value).chars().collect();
    let pattern: Vec<Piece> = pieces(pattern);
    let (mut at, mut piece) = (0, 0);
    // Where to go on after the last `%`: its place, and how much it swallowed so far.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match pattern.get(piece) {
            None if at == value.len() => return true,
            Some(Piece::Run) => {
                retry = Some((piece + 1, at));
                piece += 1;
                continue;
            }
            Some(Piece::One) if at < value.len() => {
                at += 1;
                piece += 1;
                continue;
            }
            Some(Piece::Exactly(wanted)) if value.get(at) == Some(wanted) => {
                at += 1;
                piece += 1;
                continue;
            }
            None | Some(Piece::One | Piece::Exactly(_)) => {}
        }
        match retry {
            Some((after, swallowed)) if swallowed < value.len() => {
                retry = Some((after, swallowed + 1));
                at = swallowed + 1;
                piece = after;
            }
            _ => return false,
        }
    }
}

enum Piece {
    Run,
    One,
    Exactly(char),
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut chars = pattern.chars();
    while let Some(next) = chars.next() {
        pieces.push(match next {
            '%' => Piece::Run,
            '_' => Piece::One,
            '\\' => Piece::Exactly(chars.next().unwrap_or('\\')),
            other => Piece::Exactly(other),
        });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn a_pattern_matches_the_whole_value() {
        for (value, pattern, expected) in [
            ("abc", "abc", true),
            ("abc", "a%", true),
            ("abc", "%c", true),
            ("abc", "a_c", true),
            ("abc", "A%", false),
            ("abcbc", "a%bc", true),
            ("abc", "ab", false),
            ("", "%", true),
            ("a%c", "a\\%c", true),
            ("abc", "a\\%c", false),
        ] {
            assert_eq!(is_like(value.as_bytes(), pattern), expected, "{value} LIKE {pattern}");
        }
    }
}
