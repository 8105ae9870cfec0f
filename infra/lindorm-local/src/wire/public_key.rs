//! The RSA key pair of the `caching_sha2_password` exchange over plaintext (`lindorm.md` 11 rule 3).
//!
//! The choice of crate: `ring`, which does TLS here, can neither make RSA keys nor decrypt with them; `aws-lc-rs` and
//! `boring` can, at the price of a second crypto provider and a C build; `mysql_common` only encrypts. So `rsa`, in the
//! release candidate of 0.10, pinned: it runs in constant time, whereas the timing fault of the 0.9 line
//! (RUSTSEC-2023-0071) has no fix. What it protects is a test password on a loopback connection.
//!
//! The pair is made when a client first asks, once a process: most never do. It is never stored.

use std::sync::OnceLock;

use getrandom::SysRng;
use rsa::pkcs8::{EncodePublicKey, LineEnding};
use rsa::rand_core::UnwrapErr;
use rsa::{Oaep, RsaPrivateKey};
use sha1::Sha1;

/// The size MySQL itself makes.
const KEY_BITS: usize = 2048;

struct Pair {
    private: RsaPrivateKey,
    public_pem: String,
}

static PAIR: OnceLock<Option<Pair>> = OnceLock::new();

fn pair() -> Option<&'static Pair> {
    PAIR.get_or_init(|| {
        let private = RsaPrivateKey::new(&mut UnwrapErr(SysRng), KEY_BITS).ok()?;
        let public_pem = private.to_public_key().to_public_key_pem(LineEnding::LF).ok()?;
        Some(Pair { private, public_pem })
    })
    .as_ref()
}

/// The public key as PEM; `None` if the system has no randomness.
pub(super) fn public_pem() -> Option<&'static str> {
    pair().map(|pair| pair.public_pem.as_str())
}

/// Decrypts what a client encrypted with the public key, padded by OAEP with SHA-1 as MySQL's clients do.
pub(super) fn decrypt(ciphertext: &[u8]) -> Option<Vec<u8>> {
    pair()?.private.decrypt(Oaep::<Sha1>::new(), ciphertext).ok()
}
