//! What the server remembers of a password, and how a client's proof is checked against it.
//!
//! The two challenge-response methods share one shape: the proof is H(password) hidden under H(nonce, H(H(password))),
//! so the server needs H(H(password)) only. Source: MySQL source documentation, "caching_sha2_password information" and
//! "Native authentication". The password itself is not kept.

use std::sync::atomic::{AtomicBool, Ordering};

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use crate::wire::options::{Login, User};

/// The length of a nonce.
pub(super) const NONCE_BYTES: usize = 20;

/// One account as the server keeps it.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) login: Login,
    /// The twofold hashes; none for an empty password.
    hashes: Option<Hashes>,
    /// Whether somebody has proved this password in full since the start: from then on the short proof is enough, as
    /// with the cache that gave `caching_sha2_password` its name.
    proved: AtomicBool,
}

struct Hashes {
    sha256: Vec<u8>,
    sha1: Vec<u8>,
}

impl std::fmt::Debug for Hashes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashes(hidden)")
    }
}

impl Account {
    pub(super) fn new(user: &User) -> Self {
        let password = user.password.0.as_bytes();
        let hashes = (!password.is_empty()).then(|| Hashes {
            sha256: digest(&SHA256, digest(&SHA256, password).as_ref()).as_ref().to_vec(),
            sha1: digest(&SHA1_FOR_LEGACY_USE_ONLY, digest(&SHA1_FOR_LEGACY_USE_ONLY, password).as_ref())
                .as_ref()
                .to_vec(),
        });
        Account { login: user.login, hashes, proved: AtomicBool::new(false) }
    }

    pub(super) fn has_empty_password(&self) -> bool {
        self.hashes.is_none()
    }

    /// Whether the short proof of `caching_sha2_password` may be used and holds.
    pub(super) fn knows_sha2_proof(&self, proof: &[u8], nonce: &[u8]) -> bool {
        let Some(hashes) = &self.hashes else { return false };
        if !self.proved.load(Ordering::Relaxed) {
            return false;
        }
        let mut mask = Context::new(&SHA256);
        mask.update(&hashes.sha256);
        mask.update(nonce);
        let Some(hashed) = unmask(proof, mask.finish().as_ref()) else { return false };
        digest(&SHA256, &hashed).as_ref() == hashes.sha256
    }

    /// Whether the proof of `mysql_native_password` holds.
    pub(super) fn knows_native_proof(&self, proof: &[u8], nonce: &[u8]) -> bool {
        let Some(hashes) = &self.hashes else { return false };
        let mut mask = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        mask.update(nonce);
        mask.update(&hashes.sha1);
        let Some(hashed) = unmask(proof, mask.finish().as_ref()) else { return false };
        digest(&SHA1_FOR_LEGACY_USE_ONLY, &hashed).as_ref() == hashes.sha1
    }

    /// Whether this is the password; remembers that it has been proved.
    pub(super) fn knows_password(&self, password: &[u8]) -> bool {
        let Some(hashes) = &self.hashes else { return password.is_empty() };
        let known = digest(&SHA256, digest(&SHA256, password).as_ref()).as_ref() == hashes.sha256;
        if known {
            self.proved.store(true, Ordering::Relaxed);
        }
        known
    }
}

fn unmask(proof: &[u8], mask: &[u8]) -> Option<Vec<u8>> {
    (proof.len() == mask.len()).then(|| proof.iter().zip(mask).map(|(a, b)| a ^ b).collect())
}

/// Hides or shows a password under a nonce, as the RSA exchange does.
pub(super) fn xor_with_nonce(bytes: &mut [u8], nonce: &[u8; NONCE_BYTES]) {
    for (byte, mask) in bytes.iter_mut().zip(nonce.iter().cycle()) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

    use super::{Account, unmask};
    use crate::wire::options::User;

    const NONCE: [u8; 20] = *b"01234567890123456789";

    fn sha2_proof(password: &str) -> Vec<u8> {
        let once = digest(&SHA256, password.as_bytes());
        let twice = digest(&SHA256, once.as_ref());
        let mask = digest(&SHA256, &[twice.as_ref(), &NONCE].concat());
        unmask(once.as_ref(), mask.as_ref()).unwrap()
    }

    fn native_proof(password: &str) -> Vec<u8> {
        let once = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let twice = digest(&SHA1_FOR_LEGACY_USE_ONLY, once.as_ref());
        let mask = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[&NONCE, twice.as_ref()].concat());
        unmask(once.as_ref(), mask.as_ref()).unwrap()
    }

    #[test]
    fn the_short_proof_counts_only_after_the_password_was_shown_once() {
        let account = Account::new(&User::new("root", "secret"));
        assert!(!account.knows_sha2_proof(&sha2_proof("secret"), &NONCE));
        assert!(!account.knows_password(b"wrong"));
        assert!(account.knows_password(b"secret"));
        assert!(account.knows_sha2_proof(&sha2_proof("secret"), &NONCE));
        assert!(!account.knows_sha2_proof(&sha2_proof("wrong"), &NONCE));
        assert!(!account.knows_sha2_proof(b"", &NONCE));
    }

    #[test]
    fn the_native_proof_is_checked_against_the_password() {
        let account = Account::new(&User::new("root", "secret"));
        assert!(account.knows_native_proof(&native_proof("secret"), &NONCE));
        assert!(!account.knows_native_proof(&native_proof("wrong"), &NONCE));
    }

    #[test]
    fn no_proof_fits_an_empty_password() {
        let account = Account::new(&User::new("root", ""));
        assert!(account.has_empty_password());
        assert!(!account.knows_native_proof(&native_proof(""), &NONCE));
        assert!(account.knows_password(b"") && !account.knows_password(b"x"));
    }

    #[test]
    fn neither_password_nor_hash_is_shown() {
        let user = User::new("root", "secret");
        let shown = format!("{user:?} {:?}", Account::new(&user));
        assert!(!shown.contains("secret") && shown.contains("hidden"), "{shown}");
    }
}
