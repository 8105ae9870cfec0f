//! Logging in and encryption.

use std::time::Duration;

use lindorm::{Settings, Target};
use migration::port::{Sink, TargetCatalog, WriteBatch};
use migration::retry::{Effect, Retry};
use migration::schema::{TableMapping, TargetType};
use migration::task::{Tls, TlsMode};
use migration::value::TargetValue;
use servers::{LindormLocal, Scratch};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::stand::{Stand, in_a_minute, mapping, now, plain, settings};

async fn encrypted(server: &LindormLocal, tls: Tls, host: &str) -> Result<bool, migration::port::PortError> {
    let target = Target::connect(Settings { tls, host: host.to_owned(), ..settings(server) }).await?;
    Ok(target.facts().await?.tls.encrypted)
}

#[tokio::test]
async fn every_mode_of_encryption_demands_what_it_says() {
    let folder = Scratch::new().unwrap();
    let (ca, other_ca) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    let server = LindormLocal::start(["--tls-ca-out".as_ref(), ca.as_os_str()]).unwrap();
    let _other = LindormLocal::start(["--tls-ca-out".as_ref(), other_ca.as_os_str()]).unwrap();
    let tls = |mode, ca: Option<&std::path::Path>| Tls { mode, ca: ca.map(Into::into) };

    assert!(!encrypted(&server, tls(TlsMode::Disabled, None), "127.0.0.1").await.unwrap());
    assert!(encrypted(&server, tls(TlsMode::Required, None), "127.0.0.1").await.unwrap());
    for mode in [TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
        assert!(encrypted(&server, tls(mode, Some(&ca)), "127.0.0.1").await.unwrap());
        assert!(encrypted(&server, tls(mode, Some(&other_ca)), "127.0.0.1").await.is_err());
        assert!(encrypted(&server, tls(mode, None), "127.0.0.1").await.is_err());
    }
    // A spelling of the same address that is no name of the certificate.
    let odd = "0x7f000001";
    assert!(encrypted(&server, tls(TlsMode::Required, None), odd).await.unwrap());
    assert!(encrypted(&server, tls(TlsMode::VerifyIdentity, Some(&ca)), odd).await.is_err());
    assert!(encrypted(&server, tls(TlsMode::VerifyCa, Some(&ca)), odd).await.unwrap());
    assert!(encrypted(&server, tls(TlsMode::VerifyCa, Some(&other_ca)), odd).await.is_err());
}

#[tokio::test]
async fn a_server_without_encryption_is_refused_where_it_is_demanded() {
    let server = LindormLocal::start(["--no-tls"]).unwrap();
    let tls = Tls { mode: TlsMode::Required, ca: None };
    assert_eq!(encrypted(&server, tls, "127.0.0.1").await.unwrap_err().retry, Retry::Operator);
}

#[tokio::test]
async fn a_wrong_password_goes_to_the_operator() {
    let server = LindormLocal::start([] as [&str; 0]).unwrap();
    let wrong = Settings { password: Some("wrong".to_owned()), ..settings(&server) };
    let error = Target::connect(wrong).await.err().unwrap();
    assert_eq!((error.code, error.retry), (Some(1045), Retry::Operator));
}

#[tokio::test]
async fn a_password_that_rotates_is_tried_again() {
    let server = LindormLocal::start([] as [&str; 0]).unwrap();
    let former =
        Settings { password: Some("former".to_owned()), password_rotates: true, ..settings(&server) };
    let error = Target::connect(former).await.err().unwrap();
    assert!(error.code == Some(1045) && error.is_transient());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_transient() {
    let mut server = LindormLocal::start([] as [&str; 0]).unwrap();
    server.kill();
    assert!(Target::connect(settings(&server)).await.err().unwrap().is_transient());
}

#[tokio::test]
async fn a_full_server_is_tried_again_until_a_place_is_free() {
    let server = LindormLocal::start(["--max-connections", "1"]).unwrap();
    let first = Target::connect(Settings { connections: 1, ..settings(&server) }).await.unwrap();
    let full = Target::connect(settings(&server)).await.err().unwrap();
    assert_eq!((full.code, full.retry), (Some(1040), Retry::After(Duration::from_secs(1))));
    let freeing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(first);
    };
    let connecting = async {
        loop {
            match Target::connect(settings(&server)).await {
                Err(error) if error.is_transient() => tokio::time::sleep(Duration::from_millis(50)).await,
                outcome => return outcome,
            }
        }
    };
    let (_, second) = futures_util::future::join(freeing, connecting).await;
    assert!(!second.unwrap().databases().await.unwrap().is_empty());
}

#[tokio::test]
async fn more_writers_than_connections_wait_for_their_turn() {
    let server = LindormLocal::start(["--max-connections", "3"]).unwrap();
    let target = Target::connect(Settings { connections: 2, ..settings(&server) }).await.unwrap();
    let asking = (0..50).map(|_| target.databases());
    for answer in futures_util::future::join_all(asking).await {
        assert!(!answer.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_or_to_another_kind_of_server_is_told_apart() {
    let server = LindormLocal::start([] as [&str; 0]).unwrap();
    let told = async |host: &str, port| {
        let error = Target::connect(Settings { host: host.to_owned(), port, ..settings(&server) }).await;
        let error = error.err().unwrap();
        assert!(error.is_transient() && error.effect == Effect::None, "{error}");
        error.to_string().rsplit(": ").next().unwrap().to_owned()
    };
    // Two dots in a row are no name anywhere, so nobody is asked for it.
    assert_eq!(told("no..host", 33_060).await, "the host name cannot be resolved");
    for (greeting, words) in [
        (&b"SSH-2.0-OpenSSH_9.9\r\n"[..], "what answers at the address does not speak the MySQL protocol"),
        (b"220 mail.example.com ESMTP\r\n", "what answers at the address does not speak the MySQL protocol"),
        (b"+OK\r\n", "what answers at the address does not speak the MySQL protocol"),
        (b"", "the connection was closed before the login was over"),
    ] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let _ = client.write_all(greeting).await;
            }
        });
        assert_eq!(told("127.0.0.1", port).await, words, "{greeting:?}");
    }
}

#[tokio::test]
async fn the_language_of_the_errors_changes_nothing() {
    let mut told = Vec::new();
    for language in ["error_language=en", "error_language=zh_CN"] {
        let stand = Stand::with(&[language, "stamp_hint=refused"]).await;
        let narrow = mapping("narrow", 1, &[("id", TargetType::BigInt), ("v", TargetType::TinyInt)]);
        let (missing, plain) = (plain("missing"), plain("plain"));
        for table in [&narrow, &plain] {
            stand.create(table).await;
            // One that is there already is known by its number.
            stand.create(table).await;
        }
        stand.create(&narrow).await;
        let write = async |table: &TableMapping, stamp, value| {
            let rows = vec![vec![TargetValue::Int(1), value]];
            let batch = WriteBatch { table, stamp, form: stand.form, rows };
            match stand.target.write(batch, in_a_minute()).await {
                Ok(outcome) => format!("{:?}", outcome.rejected),
                Err(error) => format!("{error} {:?} {:?}", error.retry, error.effect),
            }
        };
        let denied = Settings { user: "nobody".to_owned(), ..settings(&stand.server) };
        let denied = Target::connect(denied).await.err().unwrap();
        assert_eq!(
            denied.cause.as_ref().is_some_and(|said| said.to_string().is_ascii()),
            language == "error_language=en"
        );
        told.push([
            format!("{:?} {:?} {:?}", denied.code, denied.retry, denied.effect),
            write(&missing, None, TargetValue::Null).await,
            write(&narrow, None, TargetValue::Int(1_000)).await,
            write(&narrow, None, TargetValue::Text("many".to_owned())).await,
            write(&plain, Some(now()), TargetValue::Text("x".to_owned())).await,
            write(&plain, None, TargetValue::Text("x".repeat(3 << 20))).await,
        ]);
    }
    assert_eq!(told[0], told[1]);
    assert!(told[0][1].contains("1146") && told[0][2].contains("1264") && told[0][4].contains("9001"));
}
