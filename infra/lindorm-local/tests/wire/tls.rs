//! Rule 1: TLS 1.2 and nothing else, plaintext too, and a certificate that can be verified.

use std::fs;
use std::sync::Arc;

use lindorm_local::wire::{Options, Server, Tls};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, SslOpts};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, ClientConfig, ClientConnection, ProtocolVersion, RootCertStore};

use super::raw::{PLUGIN_AUTH, PROTOCOL_41, Raw, SECURE_CONNECTION, SSL};
use super::{opts, start};

fn verified_by(opts: OptsBuilder, authority_pem: &str) -> OptsBuilder {
    opts.ssl_opts(
        SslOpts::default()
            .with_root_certs(vec![authority_pem.as_bytes().to_vec().into()])
            .with_disable_built_in_roots(true),
    )
}

async fn ping(opts: OptsBuilder) -> Result<(), mysql_async::Error> {
    let mut conn = Conn::new(opts).await?;
    conn.ping().await?;
    conn.disconnect().await
}

/// Asks for TLS with one version of the protocol and shakes hands.
fn shake_hands(
    server: &Server,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Result<Option<ProtocolVersion>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    let authority = server.authority_pem().expect("a self-made authority");
    let authority = CertificateDer::from_pem_slice(authority.as_bytes()).expect("PEM");
    roots.add(authority).expect("a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .expect("versions that ring has")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").expect("an address");
    let mut tls = ClientConnection::new(Arc::new(config), name).expect("a TLS client");
    let (mut raw, _) = Raw::open(server.addr());
    let capabilities = PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH | SSL;
    raw.write(&[&capabilities.to_le_bytes()[..], &[0; 28]].concat());
    while tls.is_handshaking() {
        if tls.wants_write() {
            tls.write_tls(&mut raw.socket).expect("the server listens");
        } else if tls.read_tls(&mut raw.socket).unwrap_or(0) == 0 {
            return Ok(None);
        } else {
            tls.process_new_packets()?;
        }
    }
    Ok(tls.protocol_version())
}

#[tokio::test]
async fn the_self_made_certificate_stands_a_full_check_of_name_and_authority() {
    let server = start(Options::default());
    let authority = server.authority_pem().unwrap();
    ping(verified_by(opts(&server), authority)).await.unwrap();
    ping(verified_by(opts(&server).ip_or_hostname("localhost"), authority)).await.unwrap();

    let other = start(Options::default());
    assert!(ping(verified_by(opts(&server), other.authority_pem().unwrap())).await.is_err());
}

#[tokio::test]
async fn plaintext_is_accepted_beside_tls() {
    let server = start(Options::default());
    ping(opts(&server)).await.unwrap();
}

#[test]
fn a_client_gets_tls_1_2_and_never_1_3() {
    let server = start(Options::default());
    assert_eq!(shake_hands(&server, &[&TLS12]), Ok(Some(ProtocolVersion::TLSv1_2)));
    assert_eq!(shake_hands(&server, &[&TLS13, &TLS12]), Ok(Some(ProtocolVersion::TLSv1_2)));
    assert_eq!(
        shake_hands(&server, &[&TLS13]),
        Err(rustls::Error::AlertReceived(AlertDescription::ProtocolVersion))
    );
}

#[tokio::test]
async fn a_server_without_a_certificate_does_not_offer_tls() {
    let server = start(Options { tls: Tls::Off, ..Options::default() });
    assert_eq!(server.authority_pem(), None);
    let (_, greeting) = Raw::open(server.addr());
    let version_end = greeting.iter().position(|&byte| byte == 0).unwrap();
    let capabilities = u16::from_le_bytes([greeting[version_end + 14], greeting[version_end + 15]]);
    assert_eq!(u32::from(capabilities) & SSL, 0);
    ping(opts(&server)).await.unwrap();
    assert!(ping(verified_by(opts(&server), "")).await.is_err());
}

#[tokio::test]
async fn the_authority_is_written_where_a_client_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authority.pem");
    let server = start(Options { tls: Tls::SelfMade { ca_out: Some(path.clone()) }, ..Options::default() });
    assert_eq!(fs::read_to_string(&path).unwrap(), server.authority_pem().unwrap());

    let nowhere = folder.path().join("missing").join("authority.pem");
    assert!(
        Server::start(Options { tls: Tls::SelfMade { ca_out: Some(nowhere) }, ..Options::default() })
            .is_err()
    );
}

#[tokio::test]
async fn a_certificate_from_files_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("server.pem"), folder.path().join("server.key"));
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = Tls::Files { certificate: certificate.clone(), key };
    let server = start(Options { tls, ..Options::default() });
    ping(verified_by(opts(&server).ip_or_hostname("localhost"), &made.cert.pem())).await.unwrap();

    let torn = Tls::Files { certificate: certificate.clone(), key: certificate };
    assert!(Server::start(Options { tls: torn, ..Options::default() }).is_err());
}
