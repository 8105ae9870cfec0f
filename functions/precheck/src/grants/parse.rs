//! Reading one line of `SHOW GRANTS`.
//!
//! The form is MySQL 5.7's to 9's: `GRANT privileges ON object TO account ...`, `GRANT roles TO account` and, with
//! partial revokes, `REVOKE privileges ON database.* FROM account`. What is not understood grants nothing.

/// What a privilege is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// `*.*`
    Global,
    /// `database.*`, with the patterns of the grant still in it.
    Database(String),
    /// `database.table`
    Table(String, String),
}

/// A privilege, with columns where it is on some of them only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Privilege {
    /// In upper case.
    pub(super) name: String,
    /// Empty where it is on the whole object.
    pub(super) columns: Vec<String>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// `GRANT ... ON ...`
    Grant(Vec<Privilege>, Scope),
    /// `REVOKE ... ON ...`
    Revoke(Vec<Privilege>, Scope),
    /// `GRANT role, role TO ...`
    Roles,
    /// Something without a bearing on tables: PROXY, a routine, an unknown form.
    Other,
}

/// Reads a line.
pub(super) fn line(text: &str) -> Line {
    let tokens = tokens(text);
    let mut rest = tokens.as_slice();
    let is_grant = match take_word(&mut rest).as_deref() {
        Some("GRANT") => true,
        Some("REVOKE") => false,
        Some(_) | None => return Line::Other,
    };
    let at = |word: &str| rest.iter().position(|token| token.is(word));
    let Some(on) = at("ON") else {
        let names_roles = matches!(rest.first(), Some(Token::Quoted(_)));
        return if is_grant && names_roles { Line::Roles } else { Line::Other };
    };
    let (granted, mut object) = rest.split_at(on);
    object = object.get(1..).unwrap_or_default();
    if object.first().is_some_and(|token| token.is("TABLE")) {
        object = object.get(1..).unwrap_or_default();
    }
    let Some(scope) = scope(object) else { return Line::Other };
    let privileges = privileges(granted);
    if is_grant { Line::Grant(privileges, scope) } else { Line::Revoke(privileges, scope) }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Sign(char),
}

impl Token {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found == word)
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(first) = characters.next() {
        match first {
            '`' | '"' | '\'' => {
                let mut quoted = String::new();
                while let Some(next) = characters.next() {
                    if next != first {
                        quoted.push(next);
                    } else if characters.peek() == Some(&first) {
                        characters.next();
                        quoted.push(first);
                    } else {
                        break;
                    }
                }
                tokens.push(Token::Quoted(quoted));
            }
            space if space.is_whitespace() => {}
            letter if letter.is_alphanumeric() || letter == '_' => {
                let mut word = String::from(letter);
                while let Some(next) = characters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    word.push(next);
                }
                tokens.push(Token::Word(word.to_uppercase()));
            }
            sign => tokens.push(Token::Sign(sign)),
        }
    }
    tokens
}

fn take_word(rest: &mut &[Token]) -> Option<String> {
    let (Token::Word(word), left) = rest.split_first()? else { return None };
    *rest = left;
    Some(word.clone())
}

fn privileges(tokens: &[Token]) -> Vec<Privilege> {
    let mut privileges = Vec::new();
    let mut name: Vec<&str> = Vec::new();
    let mut columns = Vec::new();
    let mut depth = 0_u32;
    for token in tokens {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.saturating_sub(1),
            Token::Sign(',') if depth == 0 => {
                privileges.push(Privilege { name: name.join(" "), columns: std::mem::take(&mut columns) });
                name.clear();
            }
            Token::Quoted(column) if depth > 0 => columns.push(column.clone()),
            // Before version 8 the columns stand without quotes.
            Token::Word(column) if depth > 0 => columns.push(column.clone()),
            Token::Word(word) => name.push(word),
            Token::Quoted(_) | Token::Sign(_) => {}
        }
    }
    privileges.push(Privilege { name: name.join(" "), columns });
    privileges
}

fn scope(object: &[Token]) -> Option<Scope> {
    match object {
        [Token::Sign('*'), Token::Sign('.'), Token::Sign('*'), ..] => Some(Scope::Global),
        [Token::Quoted(database), Token::Sign('.'), Token::Sign('*'), ..] => {
            Some(Scope::Database(database.clone()))
        }
        [Token::Quoted(database), Token::Sign('.'), Token::Quoted(table), ..] => {
            Some(Scope::Table(database.clone(), table.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Privilege, Scope, line};

    fn select(columns: &[&str]) -> Privilege {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Privilege { name: "SELECT".to_owned(), columns }
    }

    #[test]
    fn every_form_of_show_grants_is_read() {
        for (text, expected) in [
            ("GRANT SELECT ON *.* TO `ferry`@`%`", Line::Grant(vec![select(&[])], Scope::Global)),
            (
                r"GRANT SELECT ON `my\_db`.* TO 'ferry'@'%' IDENTIFIED BY PASSWORD <secret>",
                Line::Grant(vec![select(&[])], Scope::Database(r"my\_db".to_owned())),
            ),
            (
                "GRANT SELECT (`id`, `a,b)`) ON `shop`.`o``rders` TO `ferry`@`%`",
                Line::Grant(
                    vec![select(&["id", "a,b)"])],
                    Scope::Table("shop".to_owned(), "o`rders".to_owned()),
                ),
            ),
            (
                "REVOKE SELECT ON `mysql`.* FROM `ferry`@`%`",
                Line::Revoke(vec![select(&[])], Scope::Database("mysql".to_owned())),
            ),
            ("GRANT `reader`@`%`,`ON`@`%` TO `ferry`@`%`", Line::Roles),
            ("GRANT PROXY ON ``@`` TO 'root'@'localhost' WITH GRANT OPTION", Line::Other),
            ("GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `ferry`@`%`", Line::Other),
            ("", Line::Other),
        ] {
            assert_eq!(line(text), expected, "{text}");
        }
    }

    #[test]
    fn several_privileges_keep_their_words_and_columns_apart() {
        let Line::Grant(privileges, _) = line(
            "GRANT SELECT (`a`), INSERT (`a`, `b`), SHOW VIEW ON `shop`.`t` TO `x`@`y` WITH GRANT OPTION",
        ) else {
            panic!("a grant");
        };
        let names: Vec<(&str, usize)> =
            privileges.iter().map(|p| (p.name.as_str(), p.columns.len())).collect();
        assert_eq!(names, [("SELECT", 1), ("INSERT", 2), ("SHOW VIEW", 0)]);
    }
}
