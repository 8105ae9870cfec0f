//! No file names a folder of somebody's machine or the host of a package mirror.
//!
//! Such names work on one machine only, and tell strangers about it. Mirrors come from the machine's configuration.

use crate::repository::File;
use crate::violation::Violation;

/// Written in two halves, so that this file does not break its own rule.
const PLACES: [(&str, &str); 11] = [
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Use", "rs/"),
    ("/tm", "p/"),
    ("deb.deb", "ian.org"),
    ("archive.ubu", "ntu.com"),
    ("pyp", "i.org"),
    ("registry.npm", "js.org"),
    ("index.cra", "tes.io"),
    ("static.cra", "tes.io"),
];

/// No machine path and no package host, except in the lock file, which cargo writes.
pub fn no_machine_places(file: &File) -> Vec<Violation> {
    if file.path == "Cargo.lock" {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        for (first, second) in PLACES {
            let place = format!("{first}{second}");
            let named = line.match_indices(&place).any(|(at, _)| starts_a_path(line, at));
            if named {
                found.push(file.violation(number + 1, format!("names the place {place}")));
            }
        }
    }
    found
}

/// A folder of our own may end in the same letters: `infra/work/` is not a place of the machine.
fn starts_a_path(line: &str, at: usize) -> bool {
    let before = line.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|character| character.is_alphanumeric() || "_-.}*".contains(character))
}

#[cfg(test)]
mod tests {
    use super::{PLACES, no_machine_places};
    use crate::repository::File;

    #[test]
    fn machine_folders_and_package_hosts_are_caught() {
        for (first, second) in PLACES {
            let text = format!("//! fine\nconst PLACE: &str = \"{first}{second}x\";\n");
            let found = no_machine_places(&File::new("a/src/lib.rs", &text));
            assert_eq!(found.iter().map(|violation| violation.line).collect::<Vec<_>>(), [2]);
        }
    }

    #[test]
    fn folders_of_our_own_are_free() {
        let (first, second) = PLACES[0];
        assert!(no_machine_places(&File::new("README.md", &format!("see infra{first}{second}x"))).is_empty());
    }
}
