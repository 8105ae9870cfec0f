//! Definitions, each alone in its transaction.

use migration::port::{LogEvent, OpenAt};
use migration::schema::TableChange;
use servers::MysqlServer;

use crate::log::stand::Stand;

#[tokio::test]
async fn a_definition_is_alone_even_where_it_fills_the_table_it_makes() {
    let stand = Stand::start(MysqlServer::builder()).await;
    stand.sql("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2)");
    let from = stand.end();
    stand.sql("ALTER TABLE t ADD COLUMN w INT");
    stand.sql("CREATE TABLE copied (PRIMARY KEY (id)) SELECT id, v FROM t");
    stand.sql("CREATE USER somebody; ANALYZE TABLE t; TRUNCATE TABLE t");
    let told = stand.told_since(&from).await;
    let definition = "begin, definition, commit";
    let filled = format!("{definition}, begin, table copied, write, commit");
    let others = "begin, commit, begin, commit";
    assert_eq!(told.line(), format!("{definition}, {filled}, {others}, {definition}"));
    let changes: Vec<&TableChange> = told
        .events
        .iter()
        .filter_map(|event| match event {
            LogEvent::Definition { changes, .. } => Some(changes),
            _ => None,
        })
        .flatten()
        .collect();
    assert!(matches!(
        changes[..],
        [TableChange::Altered { .. }, TableChange::Created { .. }, TableChange::Truncated { .. }]
    ));
    // Opened at the rows behind the definition, they come without a beginning.
    let place = told.begins().nth(2).unwrap().at;
    let rest = stand.told_since(&OpenAt { place, file_name: from.file_name }).await;
    let words = rest.words();
    assert_eq!(&words[1..4], ["table copied", "write", "commit"]);
    assert!(matches!(&rest.events[1], LogEvent::Table { offset: Some(at), .. } if *at == place.offset));
}
