//! What is kept of a password: its twofold hashes, never the password itself.
//!
//! Both challenge-response methods of the MySQL protocol hide H(password) under H(nonce, H(H(password))), so that H(H(password))
//! is all a server needs. Source: MySQL source documentation, "caching_sha2_password information" and "Native authentication".

use std::fmt;

use ring::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde::{Deserialize, Serialize};

/// The twofold hashes of a password. They are shown nowhere, but stored with the account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHashes {
    sha256: Vec<u8>,
    sha1: Vec<u8>,
}

impl fmt::Debug for PasswordHashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHashes(hidden)")
    }
}

impl PasswordHashes {
    /// The hashes of a password; none for an empty one.
    pub(crate) fn of(password: &[u8]) -> Option<Self> {
        (!password.is_empty()).then(|| Self {
            sha256: twice(&SHA256, password),
            sha1: twice(&SHA1_FOR_LEGACY_USE_ONLY, password),
        })
    }

    pub(crate) fn sha256(&self) -> &[u8] {
        &self.sha256
    }

    pub(crate) fn sha1(&self) -> &[u8] {
        &self.sha1
    }
}

fn twice(algorithm: &'static Algorithm, password: &[u8]) -> Vec<u8> {
    digest(algorithm, digest(algorithm, password).as_ref()).as_ref().to_vec()
}
