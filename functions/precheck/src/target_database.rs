//! Target databases: there, or to be made under a name the target allows.

use std::collections::BTreeSet;

use migration::finding::Finding;
use migration::ident::DatabaseName;
use migration::limits::TARGET_DATABASE_BYTES;
use migration::port::PortError;

use crate::codes::Code;
use crate::draft::Draft;
use crate::facts::refusal;
use crate::quote;

/// Names the target keeps for itself (`lindorm.md` 4.1).
const RESERVED: [&str; 3] = ["lindorm", "default", "global"];

/// The finding of a database that is there.
pub(crate) fn exists(database: &DatabaseName) -> Finding {
    Draft::pass(Code::TargetDatabase, database, "the database exists").done()
}

/// The finding of a database that was made.
pub(crate) fn created(database: &DatabaseName) -> Finding {
    Draft::pass(Code::TargetDatabase, database, "the database did not exist and was created").done()
}

/// The finding of a database that is made once nothing else stands against the run.
pub(crate) fn to_be_created(database: &DatabaseName) -> Finding {
    let evidence = "the database does not exist; it is created once nothing else stands against the run";
    Draft::pass(Code::TargetDatabase, database, evidence).done()
}

/// The finding of a database that could not be made.
pub(crate) fn refused(database: &DatabaseName, error: &PortError) -> Finding {
    let evidence = format!("the database does not exist and could not be created: {}", refusal(error));
    Draft::fail(Code::TargetDatabase, database, evidence)
        .remedy("create it with an account that has ADMIN on GLOBAL")
        .statement(create_sql(database))
        .done()
}

/// The finding of a database that is missing where Ferry may not make it.
pub(crate) fn missing(database: &DatabaseName) -> Finding {
    let evidence = "the database does not exist, and `tables_on_target.create` is false";
    Draft::fail(Code::TargetDatabase, database, evidence)
        .remedy("create it, or set `tables_on_target: { create: true }`")
        .statement(create_sql(database))
        .done()
}

fn create_sql(database: &DatabaseName) -> String {
    format!("CREATE DATABASE {};", quote::name(database.as_str()))
}

/// Judges the name of a database that does not exist yet; none where the target allows it.
pub(crate) fn name(
    source: &DatabaseName,
    target: &DatabaseName,
    taken: &BTreeSet<DatabaseName>,
) -> Option<Finding> {
    let text = target.as_str();
    let fault = if RESERVED.contains(&text.to_ascii_lowercase().as_str()) {
        "the target keeps this name for itself"
    } else if !TARGET_DATABASE_BYTES.contains(&text.len()) {
        "a database name on the target has 4 to 16 characters"
    } else if !text.chars().all(is_allowed) {
        "a database name on the target has only letters, digits, `-` and `_`"
    } else {
        return None;
    };
    let lines = format!(
        "- database: {}\n  target: {}",
        quote::yaml(source.as_str()),
        quote::yaml(&proposal(text, taken))
    );
    let finding = Draft::fail(Code::TargetDatabaseName, target, fault)
        .remedy("give it another name on the target, with these lines under `objects`")
        .statement(lines);
    Some(finding.done())
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-' || character == '_'
}

fn proposal(name: &str, taken: &BTreeSet<DatabaseName>) -> String {
    let most = *TARGET_DATABASE_BYTES.end();
    let mut base: String = name.chars().map(|c| if is_allowed(c) { c } else { '_' }).take(most).collect();
    if RESERVED.contains(&base.to_ascii_lowercase().as_str()) || base.len() < *TARGET_DATABASE_BYTES.start() {
        base = base.chars().chain("_ferry".chars()).take(most).collect();
    }
    let is_free = |name: &str| !taken.iter().any(|other| other.as_str() == name);
    if is_free(&base) {
        return base;
    }
    (2..)
        .map(|number: u32| {
            let ending = format!("_{number}");
            let kept: String = base.chars().take(most - ending.len()).collect();
            kept + &ending
        })
        .find(|name| is_free(name))
        .unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use migration::ident::DatabaseName;

    use super::proposal;

    #[test]
    fn a_proposed_name_is_one_the_target_allows_and_is_free() {
        let taken: BTreeSet<DatabaseName> =
            ["db_ferry", "a_very_long_data"].map(|name| DatabaseName::new(name).unwrap()).into();
        assert_eq!(proposal("db", &taken), "db_ferry_2");
        assert_eq!(proposal("a very long database", &taken), "a_very_long_da_2");
        assert_eq!(proposal("größe", &taken), "gr__e");
        assert_eq!(proposal("default", &taken), "default_ferry");
    }
}
