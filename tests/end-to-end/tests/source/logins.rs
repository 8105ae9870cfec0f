//! Logging in: the four modes of TLS, a wrong password, an address where nobody listens.

use std::time::Duration;

use migration::port::{ChangeLog, OpenAt, SourceCatalog};
use migration::position::LogPlace;
use migration::retry::Retry;
use migration::task::TlsMode;
use mysql::{Authorities, ConnectionSettings, Source, TlsSettings};
use servers::MysqlServer;

use crate::source::fixture::{server, settings};

fn with_tls(server: &MysqlServer, mode: TlsMode, authorities: Option<Authorities>) -> ConnectionSettings {
    ConnectionSettings { tls: TlsSettings { mode, authorities }, ..settings(server) }
}

async fn is_encrypted(settings: &ConnectionSettings) -> bool {
    Source::connect(settings, 1).await.unwrap().facts().await.unwrap().tls.encrypted
}

#[tokio::test]
async fn each_tls_mode_demands_what_its_name_says() {
    let server = server();
    let authority = || Some(Authorities::File(server.certificate_authority().unwrap().to_owned()));
    let pem = || Some(Authorities::Pem(std::fs::read(server.certificate_authority().unwrap()).unwrap()));
    assert!(!is_encrypted(&with_tls(server, TlsMode::Disabled, None)).await);
    assert!(is_encrypted(&with_tls(server, TlsMode::Required, None)).await);
    for mode in [TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
        assert!(is_encrypted(&with_tls(server, mode, authority())).await, "{mode:?}");
        assert!(is_encrypted(&with_tls(server, mode, pem())).await, "{mode:?}");
        let error = Source::connect(&with_tls(server, mode, None), 1).await.unwrap_err();
        assert_eq!(error.retry, Retry::Operator, "{mode:?}");
        assert!(error.to_string().contains("certificate was not accepted"), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_without_a_name_passes_verify_ca_and_not_verify_identity() {
    let options = ["--tls-version=TLSv1.2,TLSv1.3", "--auto-generate-certs=ON"];
    let builder = options.into_iter().fold(MysqlServer::builder().tls(false), servers::MysqlBuilder::option);
    let server = builder.start().unwrap();
    let authority = || Some(Authorities::File(server.data_folder().join("ca.pem")));
    assert!(is_encrypted(&with_tls(&server, TlsMode::VerifyCa, authority())).await);
    let stranger = Some(Authorities::File(self::server().certificate_authority().unwrap().to_owned()));
    assert!(Source::connect(&with_tls(&server, TlsMode::VerifyCa, stranger), 1).await.is_err());
    assert!(Source::connect(&with_tls(&server, TlsMode::VerifyIdentity, authority()), 1).await.is_err());
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_demanded() {
    let server = MysqlServer::builder().tls(false).start().unwrap();
    let error = Source::connect(&with_tls(&server, TlsMode::Required, None), 1).await.unwrap_err();
    assert_eq!(error.retry, Retry::Operator);
    assert!(error.to_string().contains("offers no TLS"), "{error}");
}

fn of_account(user: &str, password: &str) -> ConnectionSettings {
    ConnectionSettings {
        user: user.to_owned(),
        password: Some(password.to_owned()),
        ..with_tls(server(), TlsMode::Required, None)
    }
}

fn log_start() -> OpenAt {
    OpenAt { place: LogPlace { file: 1, offset: 4 }, file_name: "binlog.000001".to_owned() }
}

#[tokio::test]
async fn a_wrong_password_is_the_operators_and_is_not_repeated() {
    server().sql("CREATE USER IF NOT EXISTS wary IDENTIFIED BY 'right'").unwrap();
    Source::connect(&of_account("wary", "right"), 1).await.unwrap();
    let error = Source::connect(&of_account("wary", "very wrong"), 1).await.unwrap_err();
    assert_eq!((error.code, error.retry), (Some(1045), Retry::Operator));
    assert!(!format!("{error:?}").contains("very wrong"));
}

#[tokio::test]
async fn a_password_that_rotates_is_tried_again_wherever_a_session_is_opened() {
    server().sql("CREATE USER rotating IDENTIFIED BY 'former'").unwrap();
    let settings = ConnectionSettings { password_rotates: true, ..of_account("rotating", "former") };
    let source = Source::connect(&settings, 1).await.unwrap();
    server().sql("ALTER USER rotating IDENTIFIED BY 'later'").unwrap();
    let opened = source.open(&log_start()).await;
    let refused = [opened.err(), Source::connect(&settings, 1).await.err()];
    for error in refused.map(Option::unwrap) {
        assert!(error.code == Some(1045) && error.is_transient(), "{error}");
    }
}

#[tokio::test]
async fn an_account_that_is_blocked_after_failed_logins_passes_where_its_password_rotates() {
    server()
        .sql("CREATE USER barred IDENTIFIED BY 'later' FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1")
        .unwrap();
    let settings = of_account("barred", "former");
    Source::connect(&settings, 1).await.unwrap_err();
    let rotating = ConnectionSettings { password_rotates: true, ..settings.clone() };
    let errors = [Source::connect(&settings, 1).await, Source::connect(&rotating, 1).await];
    let [settled, passing] = errors.map(Result::unwrap_err);
    assert_eq!((settled.code, settled.retry), (Some(3955), Retry::Operator));
    assert!(passing.code == Some(3955) && passing.is_transient(), "{passing}");
}

#[tokio::test]
async fn a_missing_right_to_follow_the_log_is_the_operators() {
    server().sql("CREATE USER standing IDENTIFIED BY 'right'").unwrap();
    let settings = ConnectionSettings { password_rotates: true, ..of_account("standing", "right") };
    let source = Source::connect(&settings, 1).await.unwrap();
    let error = source.open(&log_start()).await.err().unwrap();
    assert_eq!(error.retry, Retry::Operator);
    assert!(error.to_string().contains("lacks the right REPLICATION SLAVE"), "{error}");
}

#[tokio::test]
async fn nobody_at_the_address_is_tried_again_later() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = ConnectionSettings { port: free, ..settings(server()) };
    assert!(Source::connect(&nobody, 1).await.unwrap_err().is_transient());
    // A listener that never speaks.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let silent_settings =
        ConnectionSettings { port, connect_timeout: Duration::from_millis(200), ..settings(server()) };
    let error = Source::connect(&silent_settings, 1).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("took too long"), "{error}");
}

#[tokio::test]
async fn a_session_reads_only() {
    let source = Source::connect(&settings(server()), 1).await.unwrap();
    source.facts().await.unwrap();
    let settings = server().sql(
        "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM performance_schema.variables_by_thread \
         JOIN performance_schema.threads USING (THREAD_ID) WHERE TYPE = 'FOREGROUND' AND PROCESSLIST_DB IS NULL \
         AND VARIABLE_NAME IN ('transaction_read_only', 'time_zone', 'autocommit', 'character_set_results') \
         AND PROCESSLIST_HOST LIKE '127.0.0.1%' AND CONNECTION_TYPE = 'TCP/IP'",
    );
    let settings = settings.unwrap();
    for expected in
        ["transaction_read_only\tON", "time_zone\t+00:00", "autocommit\tON", "character_set_results\tutf8mb4"]
    {
        assert!(settings.contains(expected), "{settings}");
    }
}
