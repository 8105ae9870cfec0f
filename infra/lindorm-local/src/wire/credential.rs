//! How a client's proof is checked against what the engine keeps of a user's password.
//!
//! The two challenge-response methods share one shape: the proof is H(password) hidden under H(nonce, H(H(password))),
//! so the server needs H(H(password)) only. Source: MySQL source documentation, "caching_sha2_password information" and
//! "Native authentication". The password itself is not kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use crate::engine::{Credential, Login, PasswordHashes};

/// The length of a nonce.
pub(super) const NONCE_BYTES: usize = 20;

/// Which passwords somebody has proved in full since the start: from then on the short proof is enough, as with the
/// cache that gave `caching_sha2_password` its name. A user's new password has to be proved in full again.
#[derive(Debug, Default)]
pub(super) struct Proved(Mutex<BTreeMap<String, PasswordHashes>>);

impl Proved {
    fn hashes(&self) -> MutexGuard<'_, BTreeMap<String, PasswordHashes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One account as a login sees it.
#[derive(Debug)]
pub(super) struct Account<'a> {
    user: &'a str,
    credential: Credential,
    proved: &'a Proved,
}

impl<'a> Account<'a> {
    pub(super) fn new(user: &'a str, credential: Credential, proved: &'a Proved) -> Self {
        Account { user, credential, proved }
    }

    /// The methods it may use.
    pub(super) fn login(&self) -> Login {
        self.credential.login
    }

    pub(super) fn has_empty_password(&self) -> bool {
        self.credential.password.is_none()
    }

    /// Whether the short proof of `caching_sha2_password` may be used and holds.
    pub(super) fn knows_sha2_proof(&self, proof: &[u8], nonce: &[u8]) -> bool {
        let Some(hashes) = &self.credential.password else { return false };
        if self.proved.hashes().get(self.user) != Some(hashes) {
            return false;
        }
        let mut mask = Context::new(&SHA256);
        mask.update(hashes.sha256());
        mask.update(nonce);
        let Some(hashed) = unmask(proof, mask.finish().as_ref()) else { return false };
        digest(&SHA256, &hashed).as_ref() == hashes.sha256()
    }

    /// Whether the proof of `mysql_native_password` holds.
    pub(super) fn knows_native_proof(&self, proof: &[u8], nonce: &[u8]) -> bool {
        let Some(hashes) = &self.credential.password else { return false };
        let mut mask = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        mask.update(nonce);
        mask.update(hashes.sha1());
        let Some(hashed) = unmask(proof, mask.finish().as_ref()) else { return false };
        digest(&SHA1_FOR_LEGACY_USE_ONLY, &hashed).as_ref() == hashes.sha1()
    }

    /// Whether this is the password; remembers that it has been proved.
    pub(super) fn knows_password(&self, password: &[u8]) -> bool {
        let known = PasswordHashes::of(password) == self.credential.password;
        if let (true, Some(hashes)) = (known, &self.credential.password) {
            self.proved.hashes().insert(self.user.to_owned(), hashes.clone());
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

    use super::{Account, Proved, unmask};
    use crate::engine::{Credential, Login, PasswordHashes};
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

    fn account<'a>(password: &str, proved: &'a Proved) -> Account<'a> {
        let password = PasswordHashes::of(password.as_bytes());
        Account::new("root", Credential { login: Login::Any, password }, proved)
    }

    #[test]
    fn the_short_proof_counts_only_after_the_password_was_shown_once() {
        let proved = Proved::default();
        let account = account("secret", &proved);
        assert!(!account.knows_sha2_proof(&sha2_proof("secret"), &NONCE));
        assert!(!account.knows_password(b"wrong"));
        assert!(account.knows_password(b"secret"));
        assert!(account.knows_sha2_proof(&sha2_proof("secret"), &NONCE));
        assert!(!account.knows_sha2_proof(&sha2_proof("wrong"), &NONCE));
        assert!(!account.knows_sha2_proof(b"", &NONCE));
    }

    #[test]
    fn a_new_password_is_proved_in_full_again() {
        let proved = Proved::default();
        assert!(account("secret", &proved).knows_password(b"secret"));
        let changed = account("changed", &proved);
        assert!(!changed.knows_sha2_proof(&sha2_proof("changed"), &NONCE));
        assert!(!changed.knows_sha2_proof(&sha2_proof("secret"), &NONCE));
        assert!(changed.knows_password(b"changed"));
        assert!(changed.knows_sha2_proof(&sha2_proof("changed"), &NONCE));
    }

    #[test]
    fn the_native_proof_is_checked_against_the_password() {
        let proved = Proved::default();
        let account = account("secret", &proved);
        assert!(account.knows_native_proof(&native_proof("secret"), &NONCE));
        assert!(!account.knows_native_proof(&native_proof("wrong"), &NONCE));
    }

    #[test]
    fn no_proof_fits_an_empty_password() {
        let proved = Proved::default();
        let account = account("", &proved);
        assert!(account.has_empty_password());
        assert!(!account.knows_native_proof(&native_proof(""), &NONCE));
        assert!(account.knows_password(b"") && !account.knows_password(b"x"));
    }

    #[test]
    fn neither_password_nor_hash_is_shown() {
        let user = User::new("root", "secret");
        let proved = Proved::default();
        let shown = format!("{user:?} {:?}", account("secret", &proved));
        assert!(!shown.contains("secret") && shown.contains("hidden"), "{shown}");
    }
}
