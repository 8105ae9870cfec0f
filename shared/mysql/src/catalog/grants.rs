//! A line of `SHOW GRANTS` without any password text.
//!
//! Older servers and relatives append `IDENTIFIED BY PASSWORD '...'` and the like. Everything from that word on is
//! dropped but what follows the secret and matters: TLS demands, limits, and the right to grant.

/// The line without its `IDENTIFIED` part.
pub(crate) fn without_secrets(grant: &str) -> String {
    let Some(start) = outside_quotes(grant, " IDENTIFIED ") else { return grant.to_owned() };
    let (kept, rest) = grant.split_at(start);
    let tails = [" REQUIRE ", " WITH GRANT", " WITH MAX_"];
    let tail = tails.iter().filter_map(|word| outside_quotes(rest, word)).min();
    format!("{kept}{}", tail.and_then(|at| rest.get(at..)).unwrap_or_default())
}

/// Where a word starts that is not inside quotes.
fn outside_quotes(text: &str, word: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match quote {
            Some(open) if open == character => quote = None,
            Some(_) => {}
            None if matches!(character, '\'' | '`' | '"') => quote = Some(character),
            None if text.get(at..).is_some_and(|rest| starts_with_ignoring_case(rest, word)) => {
                return Some(at);
            }
            None => {}
        }
    }
    None
}

fn starts_with_ignoring_case(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn a_grant_without_a_secret_is_kept_as_it_is() {
        let grant = "GRANT SELECT, REPLICATION SLAVE ON *.* TO `ferry`@`%` WITH GRANT OPTION";
        assert_eq!(without_secrets(grant), grant);
        let odd = "GRANT USAGE ON *.* TO ` IDENTIFIED `@`%`";
        assert_eq!(without_secrets(odd), odd);
    }

    #[test]
    fn password_text_of_any_form_is_dropped_and_the_rest_kept() {
        let old =
            "GRANT USAGE ON *.* TO 'f'@'%' IDENTIFIED BY PASSWORD '*2470' REQUIRE SSL WITH GRANT OPTION";
        assert_eq!(without_secrets(old), "GRANT USAGE ON *.* TO 'f'@'%' REQUIRE SSL WITH GRANT OPTION");
        let relative = "GRANT USAGE ON *.* TO `f`@`%` IDENTIFIED VIA x USING '*24 WITH GRANT 70' OR y";
        assert_eq!(without_secrets(relative), "GRANT USAGE ON *.* TO `f`@`%`");
    }
}
