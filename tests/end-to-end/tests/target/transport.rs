//! Logging in and encryption.

use std::time::Duration;

use lindorm::{Settings, Target};
use migration::port::TargetCatalog;
use migration::retry::Retry;
use migration::task::{Tls, TlsMode};
use servers::{LindormLocal, Scratch};

use super::stand::settings;

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
