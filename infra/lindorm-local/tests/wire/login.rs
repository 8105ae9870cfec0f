//! Rules 2, 3 and 7: who may log in, how, and into which database.

use std::net::{Ipv4Addr, SocketAddr};

use lindorm_local::wire::{Login, Options, Server, StartError, User};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, SslOpts};

use super::raw::{Raw, error, login_packet};
use super::{opts, refusal, start};

fn with_users() -> Server {
    let users = vec![
        User::new("root", "correct horse"),
        User::new("native", "battery").with_login(Login::Native),
        User::new("old", "staple").with_login(Login::Old),
    ];
    start(Options { users, ..Options::default() })
}

fn over_tls(opts: OptsBuilder) -> OptsBuilder {
    opts.ssl_opts(SslOpts::default().with_danger_accept_invalid_certs(true))
}

async fn log_in(opts: OptsBuilder) -> Result<(), mysql_async::Error> {
    let mut conn = Conn::new(opts).await?;
    conn.ping().await?;
    conn.disconnect().await
}

#[tokio::test]
async fn a_password_is_shown_under_the_public_key_once_and_proved_in_short_after_that() {
    let server = with_users();
    for _ in ["in full", "in short"] {
        log_in(opts(&server).pass(Some("correct horse"))).await.unwrap();
    }
}

#[tokio::test]
async fn a_password_is_shown_inside_tls() {
    let server = with_users();
    for _ in ["in full", "in short"] {
        log_in(over_tls(opts(&server)).pass(Some("correct horse"))).await.unwrap();
    }
}

#[tokio::test]
async fn accounts_of_either_kind_log_in_by_their_method() {
    let server = with_users();
    for (user, password) in [("native", "battery"), ("old", "staple")] {
        log_in(opts(&server).user(Some(user)).pass(Some(password))).await.unwrap();
        log_in(over_tls(opts(&server)).user(Some(user)).pass(Some(password))).await.unwrap();
    }
}

#[tokio::test]
async fn a_wrong_or_missing_password_and_an_unknown_user_are_denied() {
    let server = with_users();
    let attempts = [
        ("root", Some("wrong")),
        ("root", None),
        ("Root", Some("correct horse")),
        ("nobody", Some("correct horse")),
        ("native", Some("wrong")),
        ("native", None),
    ];
    for (user, password) in attempts {
        for opts in [opts(&server), over_tls(opts(&server))] {
            let fault = log_in(opts.user(Some(user)).pass(password)).await.unwrap_err();
            assert_eq!(refusal(&fault), (1045, "28000"), "{user}");
            assert!(!fault.to_string().contains("horse"), "{fault}");
        }
    }
    log_in(opts(&server).pass(Some("correct horse"))).await.unwrap();
    let fault = log_in(opts(&server).pass(Some("wrong"))).await.unwrap_err();
    assert_eq!(refusal(&fault), (1045, "28000"), "also after the password has been proved once");
}

#[test]
fn a_user_of_an_old_version_cannot_use_the_native_method() {
    let server = with_users();
    let (mut raw, _) = Raw::open(server.addr());
    raw.write(&login_packet("old", &[1; 20], "mysql_native_password", None));
    assert_eq!(error(&raw.read().unwrap()), (9003, "HY000"));
}

#[test]
fn a_client_that_prefers_the_native_method_may_wait_to_be_switched_to_it() {
    let server = with_users();
    for user in ["native", "root"] {
        let (mut raw, _) = Raw::open(server.addr());
        raw.write(&login_packet(user, b"", "mysql_native_password", None));
        let switch = raw.read().unwrap();
        assert_eq!(switch[0], 0xfe, "{user}");
        assert!(switch[1..].starts_with(b"mysql_native_password\0"), "{user}");
        raw.write(b"");
        assert_eq!(error(&raw.read().unwrap()), (1045, "28000"), "{user}: no proof is no password");
    }
}

#[test]
fn a_client_with_an_unknown_method_is_switched_to_the_preferred_one() {
    let server = with_users();
    let (mut raw, _) = Raw::open(server.addr());
    raw.write(&login_packet("root", &[1; 20], "client_ed25519", None));
    let switch = raw.read().unwrap();
    assert!(switch.starts_with(b"\xfecaching_sha2_password\0"), "{switch:?}");
    raw.write(&[1; 32]);
    assert_eq!(raw.read().unwrap(), [1, 4], "the password is to be shown");
    raw.write(&[2]);
    let key = raw.read().unwrap();
    assert!(key.starts_with(b"\x01-----BEGIN PUBLIC KEY-----"), "{key:?}");
    raw.write(&[7; 256]);
    assert_eq!(error(&raw.read().unwrap()), (1045, "28000"));
    assert_eq!(raw.read(), None, "the connection is closed");
}

#[test]
fn what_is_no_login_is_a_bad_handshake() {
    let server = with_users();
    let torn = &login_packet("root", &[1; 20], "caching_sha2_password", None)[..40];
    for packet in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"", torn] {
        let (mut raw, _) = Raw::open(server.addr());
        raw.write(packet);
        assert_eq!(error(&raw.read().unwrap()), (1043, "28000"));
        assert_eq!(raw.read(), None);
    }
}

#[tokio::test]
async fn a_login_without_a_database_is_in_default_and_an_unknown_one_is_refused() {
    let server = start(Options::default());
    log_in(opts(&server)).await.unwrap();
    log_in(opts(&server).db_name(Some("default"))).await.unwrap();
    let fault = log_in(opts(&server).db_name(Some("nowhere"))).await.unwrap_err();
    assert_eq!(refusal(&fault), (1049, "42000"));
}

#[test]
fn an_empty_password_is_possible_on_a_loopback_address_only() {
    let listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let fault = Server::start(Options { listen, ..Options::default() }).unwrap_err();
    assert!(matches!(fault, StartError::EmptyPassword { ref user } if user == "root"), "{fault}");
}
