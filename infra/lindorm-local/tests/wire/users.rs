//! Sections 1 and 8, rules 2 and 53: users made by statements log in by every method, and are held to their privileges.

use lindorm_local::wire::{Options, Server, User};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, SslOpts};

use super::raw::{Raw, error, login_packet};
use super::{connect, opts, refusal, start};

/// COM_INIT_DB.
const INIT_DB: u8 = 2;

async fn with_clerk() -> Server {
    let server = start(Options::default());
    let mut root = connect(&server).await;
    root.query_drop("CREATE TABLE t (id BIGINT, a INT, PRIMARY KEY (id))").await.expect("done");
    root.query_drop("CREATE USER clerk IDENTIFIED BY 'open sesame'").await.expect("done");
    server
}

fn clerk(server: &Server) -> OptsBuilder {
    opts(server).user(Some("clerk")).pass(Some("open sesame"))
}

fn over_tls(opts: OptsBuilder) -> OptsBuilder {
    opts.ssl_opts(SslOpts::default().with_danger_accept_invalid_certs(true))
}

#[tokio::test]
async fn a_user_made_by_a_statement_logs_in_over_plaintext_and_tls() {
    let server = with_clerk().await;
    for opts in [clerk(&server), clerk(&server), over_tls(clerk(&server))] {
        Conn::new(opts).await.unwrap().ping().await.unwrap();
    }
    for (user, password) in [("clerk", "wrong"), ("Clerk", "open sesame")] {
        let fault = Conn::new(opts(&server).user(Some(user)).pass(Some(password))).await.unwrap_err();
        assert_eq!(refusal(&fault), (1045, "28000"), "{user}");
    }
}

#[tokio::test]
async fn a_user_made_by_a_statement_may_use_the_native_and_the_clear_method() {
    let server = with_clerk().await;
    let (mut raw, greeting) = Raw::open(server.addr());
    raw.write(&login_packet("clerk", &native_proof("open sesame", &greeting), "mysql_native_password", None));
    assert_eq!(raw.read().unwrap()[0], 0, "the login succeeds");
    let (mut raw, greeting) = Raw::open(server.addr());
    raw.write(&login_packet("clerk", &native_proof("wrong", &greeting), "mysql_native_password", None));
    assert_eq!(error(&raw.read().unwrap()), (1045, "28000"));
    let clear = over_tls(clerk(&server)).enable_cleartext_plugin(true);
    Conn::new(clear).await.unwrap().ping().await.unwrap();
}

/// The proof of `mysql_native_password` for the nonce of a greeting.
fn native_proof(password: &str, greeting: &[u8]) -> Vec<u8> {
    use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY as SHA1, digest};
    let version_end = greeting.iter().position(|byte| *byte == 0).expect("a version");
    let first = version_end + 5;
    let nonce = [&greeting[first..first + 8], &greeting[first + 27..first + 39]].concat();
    let once = digest(&SHA1, password.as_bytes());
    let twice = digest(&SHA1, once.as_ref());
    let mask = digest(&SHA1, &[&nonce, twice.as_ref()].concat());
    once.as_ref().iter().zip(mask.as_ref()).map(|(a, b)| a ^ b).collect()
}

#[tokio::test]
async fn a_changed_password_counts_for_the_next_login_and_a_dropped_user_has_none() {
    let server = with_clerk().await;
    let mut conn = Conn::new(clerk(&server)).await.unwrap();
    let change = "ALTER USER clerk SET PASSWORD = 'new words' WHERE OLDPASSWORD = 'open sesame'";
    conn.query_drop(change).await.unwrap();
    assert_eq!(refusal(&Conn::new(clerk(&server)).await.unwrap_err()), (1045, "28000"));
    for _ in ["in full", "in short"] {
        Conn::new(clerk(&server).pass(Some("new words"))).await.unwrap();
    }
    connect(&server).await.query_drop("DROP USER clerk").await.unwrap();
    let fault = Conn::new(clerk(&server).pass(Some("new words"))).await.unwrap_err();
    assert_eq!(refusal(&fault), (1045, "28000"));
}

#[tokio::test]
async fn a_statement_without_its_privilege_is_denied_also_when_it_was_prepared_before() {
    let server = with_clerk().await;
    let mut root = connect(&server).await;
    let mut conn = Conn::new(clerk(&server)).await.unwrap();
    let denied = |fault: mysql_async::Error| assert_eq!(refusal(&fault), (1227, "42000"));
    denied(conn.query_drop("SELECT * FROM t WHERE id = 1").await.unwrap_err());
    denied(conn.prep("UPSERT INTO t (id, a) VALUES (?, ?)").await.unwrap_err());
    root.query_drop("GRANT WRITE ON TABLE t TO clerk").await.unwrap();
    let upsert = conn.prep("UPSERT INTO t (id, a) VALUES (?, ?)").await.unwrap();
    conn.exec_drop(&upsert, (1, 1)).await.unwrap();
    root.query_drop("REVOKE WRITE ON TABLE t FROM clerk").await.unwrap();
    denied(conn.exec_drop(&upsert, (2, 2)).await.unwrap_err());
    let count: Option<i64> = root.query_first("SELECT COUNT(*) FROM t").await.unwrap();
    assert_eq!(count, Some(1));
    conn.ping().await.unwrap();
}

#[tokio::test]
async fn a_database_that_the_user_holds_nothing_on_is_denied_at_login_with_1045() {
    let server = with_clerk().await;
    let mut root = connect(&server).await;
    root.query_drop("CREATE DATABASE shop").await.unwrap();
    Conn::new(clerk(&server)).await.unwrap();
    let fault = Conn::new(clerk(&server).db_name(Some("shop"))).await.unwrap_err();
    assert_eq!(refusal(&fault), (1045, "28000"));
    root.query_drop("GRANT READ ON DATABASE shop TO clerk").await.unwrap();
    let mut conn = Conn::new(clerk(&server).db_name(Some("shop"))).await.unwrap();
    let database: Option<String> = conn.query_first("SELECT DATABASE()").await.unwrap();
    assert_eq!(database.as_deref(), Some("shop"));
}

#[tokio::test]
async fn a_database_that_the_user_holds_nothing_on_cannot_be_changed_to() {
    let server = with_clerk().await;
    connect(&server).await.query_drop("CREATE DATABASE shop").await.unwrap();
    let (mut raw, greeting) = Raw::open(server.addr());
    raw.write(&login_packet("clerk", &native_proof("open sesame", &greeting), "mysql_native_password", None));
    assert_eq!(raw.read().unwrap()[0], 0, "the login succeeds");
    assert_eq!(error(&raw.command(INIT_DB, b"shop")), (1227, "42000"));
    assert_eq!(error(&raw.command(INIT_DB, b"nowhere")), (1049, "42000"));
    connect(&server).await.query_drop("GRANT WRITE ON DATABASE shop TO clerk").await.unwrap();
    assert_eq!(raw.command(INIT_DB, b"shop")[0], 0);
}

#[tokio::test]
async fn users_of_the_options_hold_everything_from_the_start() {
    let users = vec![User::new("root", ""), User::new("writer", "secret")];
    let server = start(Options { users, ..Options::default() });
    let mut conn = Conn::new(opts(&server).user(Some("writer")).pass(Some("secret"))).await.unwrap();
    conn.query_drop("CREATE DATABASE shop").await.unwrap();
    conn.query_drop("GRANT READ ON DATABASE shop TO root").await.unwrap();
    let names: Vec<String> = conn.query("SHOW USERS").await.unwrap();
    assert_eq!(names, ["root", "writer"]);
}
