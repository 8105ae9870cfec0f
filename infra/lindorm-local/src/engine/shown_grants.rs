//! The rows of SHOW PRIVILEGES: each user with three JSON objects (`lindorm.md` 8).
//!
//! The objects are those of the page's example: `{"actions":[...]}` for GLOBAL, and by name, with the name once more inside,
//! for databases and tables. Who holds nothing on a level has `{}` there.

use serde_json::{Map, Value, json};

use crate::engine::account::{Accounts, Grants};

pub(crate) fn rows(accounts: &Accounts) -> Vec<Vec<String>> {
    accounts.each().map(|(user, grants)| row(user, grants)).collect()
}

fn row(user: &str, grants: &Grants) -> Vec<String> {
    let global = if grants.global.is_empty() {
        Value::Object(Map::new())
    } else {
        json!({ "actions": grants.global.spellings() })
    };
    let databases: Map<String, Value> = grants
        .databases
        .iter()
        .map(|(name, held)| (name.clone(), json!({ "actions": held.spellings(), "namespace": name })))
        .collect();
    let tables: Map<String, Value> = grants
        .tables
        .iter()
        .flat_map(|(database, tables)| tables.iter().map(move |(table, held)| (database, table, held)))
        .map(|(database, table, held)| {
            let name = format!("{database}.{table}");
            (name.clone(), json!({ "actions": held.spellings(), "tableName": name }))
        })
        .collect();
    vec![
        user.to_owned(),
        global.to_string(),
        Value::Object(databases).to_string(),
        Value::Object(tables).to_string(),
    ]
}
