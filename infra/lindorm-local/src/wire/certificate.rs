//! The server's side of TLS: version 1.2 only, as the pages say (`lindorm.md` 11 rule 1), by rustls with ring.
//!
//! Without files it makes an authority and a certificate for the loopback names, so that a client can verify the host
//! name. The authority's key is dropped at once and nothing but its certificate is ever written.

use std::fs;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::TLS12;

use crate::wire::options::Tls;
use crate::wire::server::StartError;

/// TLS as the listener uses it.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    /// What a connection is upgraded with; none for plaintext only.
    pub(super) config: Option<Arc<ServerConfig>>,
    /// The self-made authority's certificate.
    pub(super) authority_pem: Option<String>,
}

/// Loads or makes the certificate.
///
/// # Errors
/// Files that cannot be read or written, or that do not hold a certificate and its key.
pub(super) fn identity(tls: &Tls) -> Result<Identity, StartError> {
    match tls {
        Tls::Off => Ok(Identity { config: None, authority_pem: None }),
        Tls::Files { certificate, key } => {
            let unreadable =
                |fault: rustls::pki_types::pem::Error| StartError::Certificate(fault.to_string());
            let chain = CertificateDer::pem_file_iter(certificate)
                .map_err(unreadable)?
                .collect::<Result<Vec<_>, _>>()
                .map_err(unreadable)?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable)?;
            Ok(Identity { config: Some(server_config(chain, key)?), authority_pem: None })
        }
        Tls::SelfMade { ca_out } => {
            let made = make().map_err(|fault| StartError::Certificate(fault.to_string()))?;
            if let Some(path) = ca_out {
                fs::write(path, &made.authority_pem)
                    .map_err(|source| StartError::Write { path: path.clone(), source })?;
            }
            let config = server_config(vec![made.certificate], made.key)?;
            Ok(Identity { config: Some(config), authority_pem: Some(made.authority_pem) })
        }
    }
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, StartError> {
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS12])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|fault| StartError::Certificate(fault.to_string()))?;
    Ok(Arc::new(config))
}

struct Made {
    authority_pem: String,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn make() -> Result<Made, rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "lindorm-local test authority");
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name.push(DnType::CommonName, "lindorm-local");
    server.use_authority_key_identifier_extension = true;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let server_key = KeyPair::generate()?;
    let certificate = server.signed_by(&server_key, &issuer)?;
    Ok(Made {
        authority_pem,
        certificate: certificate.der().clone(),
        key: PrivatePkcs8KeyDer::from(server_key.serialize_der()).into(),
    })
}
