//! Rule 54: the language of errors changes their texts and neither number nor SQLSTATE.

use lindorm_local::wire::Options;
use mysql_async::prelude::Queryable;

use super::raw::{Raw, error};
use super::{connect, opts, start};

fn shown(error: &mysql_async::Error) -> (u16, &str, bool) {
    match error {
        mysql_async::Error::Server(server) => (server.code, &server.state, server.message.is_ascii()),
        other => panic!("not an error of the server: {other}"),
    }
}

#[tokio::test]
async fn errors_turn_chinese_and_back_with_the_setting_and_keep_their_numbers() {
    let server = start(Options::default());
    let mut conn = connect(&server).await;
    for (language, is_ascii) in [("en", true), ("zh_CN", false), ("en", true)] {
        conn.query_drop(format!("ALTER SYSTEM SET ERROR_LANG = '{language}'")).await.unwrap();
        let absent = conn.query_drop("SELECT a FROM gone").await.unwrap_err();
        assert_eq!(shown(&absent), (1146, "42S02", is_ascii), "{language}");
        let unknown = conn.exec_drop("SELEKT", ()).await.unwrap_err();
        assert_eq!(shown(&unknown), (1064, "42000", is_ascii), "{language}");
    }
    conn.disconnect().await.unwrap();
}

#[tokio::test]
async fn a_server_may_speak_chinese_from_its_start_also_to_those_it_turns_away() {
    let mut options = Options::default();
    options.engine.assumptions.assume("error_language=zh_CN").expect("a known setting");
    let server = start(options);
    let stranger = mysql_async::Conn::new(opts(&server).user(Some("stranger"))).await.unwrap_err();
    assert_eq!(shown(&stranger), (1045, "28000", false));
    let mut conn = connect(&server).await;
    conn.query_drop("ALTER SYSTEM SET MAX_CONN = 1").await.unwrap();
    let (_, packet) = Raw::open(server.addr());
    assert_eq!(error(&packet), (1040, "08004"));
    assert!(String::from_utf8_lossy(&packet).contains("连接过多"));
    conn.query_drop("ALTER SYSTEM SET MAX_CONN = 1000").await.unwrap();
    connect(&server).await.disconnect().await.unwrap();
    conn.disconnect().await.unwrap();
}
