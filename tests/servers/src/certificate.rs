//! A certificate authority and a server certificate for one server of the tests.
//!
//! MySQL's self-made certificate names no host in `subjectAltName`, and rustls rightly refuses it. These name
//! `localhost` and `127.0.0.1`. The keys live in the server's scratch folder and die with it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use crate::error::{ServerError, files};

/// The three files of a server's TLS, in PEM.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) authority: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// The files in this folder, made unless they are there.
    pub(crate) fn in_folder(folder: &Path) -> Result<Self, ServerError> {
        let files = Self {
            authority: folder.join("ca.pem"),
            certificate: folder.join("server.pem"),
            key: folder.join("server-key.pem"),
        };
        if !files.certificate.exists() {
            files.make()?;
        }
        Ok(files)
    }

    fn make(&self) -> Result<(), ServerError> {
        let mut authority = CertificateParams::new(Vec::default())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.distinguished_name.push(DnType::CommonName, "Ferry test authority");
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_key = KeyPair::generate()?;
        let authority_pem = authority.self_signed(&authority_key)?.pem();

        let mut server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        server.distinguished_name.push(DnType::CommonName, "localhost");
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        let server_key = KeyPair::generate()?;
        let server_pem = server.signed_by(&server_key, &Issuer::new(authority, authority_key))?.pem();

        fs::write(&self.authority, authority_pem).map_err(files("write", &self.authority))?;
        write_secret(&self.key, &server_key.serialize_pem())?;
        fs::write(&self.certificate, server_pem).map_err(files("write", &self.certificate))
    }
}

fn write_secret(path: &Path, content: &str) -> Result<(), ServerError> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(content.as_bytes()))
        .map_err(files("write", path))
}
