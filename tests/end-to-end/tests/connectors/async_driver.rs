//! `mysql_async`: text statements and prepared ones.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Value};

use super::rows::{self, COLUMNS, NAME, binary_rows};
use super::stand::{Stand, TABLES, Transport, connected};

async fn begun(stand: &Stand, transport: Transport) -> Conn {
    let mut connection = connected(stand.options(transport)).await;
    for statement in TABLES {
        connection.query_drop(statement).await.expect("the statement runs");
    }
    connection.query_drop("USE shop").await.expect("the database is opened");
    connection
}

async fn write_text(connection: &mut Conn) {
    for statement in text_statements() {
        connection.query_drop(statement).await.expect("the statement runs");
    }
}

/// The same work for clients that send text as it stands.
pub(crate) fn text_statements() -> Vec<String> {
    let name = NAME.replace('\\', r"\\").replace('\'', r"\'").replace('\r', r"\r").replace('\n', r"\n");
    let many: Vec<String> = (1000..1250).map(|id| format!("({id}, 'text {id}')")).collect();
    vec![
        "SET time_zone = '+08:00'".to_owned(),
        format!(
            "UPSERT INTO goods ({COLUMNS}) VALUES \
             (1, '{name}', x'00275cff', 1234567890123456.5, '2024-03-01 07:59:59.123', '2024-02-29', '23:59:58', \
              true, -9223372036854775808, 0.1, '{{\"a\": [1, \"ü\"]}}'), \
             (2, NULL, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL, NULL), \
             (3, '', x'00', '-0.0001', '1970-01-01 07:59:59.999', '0001-01-01', '00:00:00', \
              false, 9223372036854775807, -1.5e300, 'null')"
        ),
        "UPSERT /*+ _l_ts_(1704067200000) */ INTO goods (id, name, flag) VALUES (4, 'later', true)"
            .to_owned(),
        "UPSERT /*+ _l_ts_(1704067199999) */ INTO goods (id, name, flag) VALUES (4, 'earlier', false)"
            .to_owned(),
        format!("INSERT INTO many (id, name) VALUES {}", many.join(", ")),
    ]
}

async fn write_prepared(connection: &mut Conn) {
    connection.query_drop("SET time_zone = '+00:00'").await.expect("the zone is set");
    let marks = ["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"; 3].join(", ");
    let values: Vec<Value> = binary_rows().concat();
    connection
        .exec_drop(format!("UPSERT INTO goods ({COLUMNS}) VALUES {marks}"), Params::Positional(values))
        .await
        .expect("the rows are written");
    assert_eq!(connection.affected_rows(), 3);
    for (stamp, name, flag) in [(1_704_067_200_000_u64, "later", true), (1_704_067_199_999, "earlier", false)]
    {
        let sql = format!("UPSERT /*+ _l_ts_({stamp}) */ INTO goods (id, name, flag) VALUES (?, ?, ?)");
        connection.exec_drop(sql, (4, name, flag)).await.expect("the row is written");
    }
    let many = (1000..1250).map(|id| (id, format!("text {id}")));
    connection
        .exec_batch("UPSERT INTO many (id, name) VALUES (?, ?)", many)
        .await
        .expect("the rows are written");
}

/// Number and SQLSTATE of a refusal.
async fn refusal(connection: &mut Conn, sql: &str) -> (u16, String) {
    let text = server_error(connection.query_drop(sql).await.expect_err("refused"));
    let prepared = server_error(connection.exec_drop(sql, ()).await.expect_err("refused"));
    assert_eq!(text, prepared);
    text
}

pub(crate) fn server_error(error: mysql_async::Error) -> (u16, String) {
    match error {
        mysql_async::Error::Server(error) => (error.code, error.state),
        other => panic!("not an answer of the server: {other}"),
    }
}

async fn fail_and_go_on(stand: &Stand, transport: Transport, connection: &mut Conn) {
    for (sql, number, state) in [
        ("SELECT * FROM nowhere", 1146, "42S02"),
        ("SELECT nothing FROM goods", 1054, "42S22"),
        ("UPSERT goods", 1064, "42000"),
    ] {
        assert_eq!(refusal(connection, sql).await, (number, state.to_owned()), "{sql}");
    }
    let wrong = Conn::new(stand.options(transport).pass(Some("wrong"))).await.expect_err("refused");
    assert_eq!(server_error(wrong), (1045, "28000".to_owned()));
    for chatter in ["SET NAMES utf8mb4", "SET autocommit=1", "COMMIT", "ROLLBACK"] {
        connection.query_drop(chatter).await.expect("the session survives");
    }
    connection.ping().await.expect("the session goes on");
}

async fn works(transport: Transport, prepared: bool) {
    let stand = Stand::untouched();
    let mut connection = begun(&stand, transport).await;
    if prepared {
        write_prepared(&mut connection).await;
    } else {
        write_text(&mut connection).await;
    }
    fail_and_go_on(&stand, transport, &mut connection).await;
    rows::are_read_by(&mut connection).await;
    connection.disconnect().await.expect("the connection ends");
}

#[tokio::test]
async fn mysql_async_works_over_plaintext_with_text_statements() {
    works(Transport::Plaintext, false).await;
}

#[tokio::test]
async fn mysql_async_works_over_plaintext_with_prepared_statements() {
    works(Transport::Plaintext, true).await;
}

#[tokio::test]
async fn mysql_async_works_over_verified_tls_with_text_statements() {
    works(Transport::Tls, false).await;
}

#[tokio::test]
async fn mysql_async_works_over_verified_tls_with_prepared_statements() {
    works(Transport::Tls, true).await;
}
