//! The login: greeting, TLS if the client wants it, proof of the password, database.
//!
//! 1. The greeting names `caching_sha2_password` with a fresh nonce (`lindorm.md` 11 rules 1 and 2).
//! 2. The client answers, if it likes inside TLS 1.2.
//! 3. The account decides on the method: the client's own, a switch to another, or error 9003.
//! 4. `caching_sha2_password` takes a short proof once the password has been shown in full since the start. Showing it
//!    goes through TLS as it is, through plaintext under the server's RSA key, which is handed out (rule 3).
//! 5. Then the database is opened, `default` if none is named (rule 7).
//!
//! A password never leaves this file but as an argument to [`Account`], and is never part of a message.

use std::io;

use crate::answer::SqlError;
use crate::engine::{Login, Session};
use crate::refusal::access_denied;
use crate::wire::channel::Channel;
use crate::wire::credential::{Account, NONCE_BYTES, xor_with_nonce};
use crate::wire::handshake::{self, LoginRequest, Response};
use crate::wire::protocol::capability;
use crate::wire::server::Shared;
use crate::wire::{public_key, refusal, reply};

const SHA2: &str = "caching_sha2_password";
const NATIVE: &str = "mysql_native_password";
const CLEAR: &str = "mysql_clear_password";

/// A login that succeeded.
pub(super) struct LoggedIn {
    pub(super) session: Session,
    /// What both sides can do.
    pub(super) capabilities: u32,
}

/// Why a login ended without a session.
pub(super) enum Ended {
    /// The connection is of no use any more.
    Broken,
    /// The client is to be told.
    Refused(SqlError),
}

impl From<io::Error> for Ended {
    fn from(_: io::Error) -> Self {
        Ended::Broken
    }
}

impl From<SqlError> for Ended {
    fn from(error: SqlError) -> Self {
        Ended::Refused(error)
    }
}

/// Runs the login. What the caller has to do after a refusal is to send it.
///
/// # Errors
/// A refusal, or the end of the connection.
pub(super) fn run(channel: &mut Channel, shared: &Shared, id: u32) -> Result<LoggedIn, Ended> {
    let nonce = fresh_nonce()?;
    let tls = shared.tls();
    let offered = capability::OFFERED | if tls.is_some() { capability::SSL } else { 0 };
    handshake::greet(&mut channel.output, id, &nonce, offered);
    let mut response = answer(channel)?;
    if let (Response::TlsRequest, Some(config)) = (&response, tls) {
        let unread = channel.input.take_unread();
        channel.transport.upgrade(config, &unread)?;
        response = answer(channel)?;
    }
    match response {
        Response::Login(request) => log_in(channel, shared, &request, &nonce, offered),
        Response::TlsRequest => Err(refusal::bad_handshake("TLS asked for twice, or not offered").into()),
    }
}

fn answer(channel: &mut Channel) -> Result<Response, Ended> {
    let payload = channel.ask()?;
    Ok(handshake::read(payload).ok_or_else(|| refusal::bad_handshake("not the 4.1 protocol"))?)
}

fn log_in(
    channel: &mut Channel,
    shared: &Shared,
    request: &LoginRequest,
    nonce: &[u8; NONCE_BYTES],
    offered: u32,
) -> Result<LoggedIn, Ended> {
    let Some(account) = shared.account(&request.user) else {
        return Err(access_denied(&request.user).into());
    };
    let method = method_for(account.login(), &request.method, channel.transport.is_encrypted())
        .ok_or_else(|| refusal::method_of_old_user(&request.user))?;
    // A client that prefers a method other than the greeting's may send no proof, and wait to be switched to its own.
    let waits = method == NATIVE && request.proof.is_empty() && !account.has_empty_password();
    let proof = if method == request.method && !waits {
        request.proof.clone()
    } else {
        switch(channel, method, nonce)?
    };
    if !is_proved(channel, &account, method, &proof, nonce)? {
        return Err(access_denied(&request.user).into());
    }
    let session = shared.engine().log_in(&request.user, request.database.as_deref())?;
    reply::ok(&mut channel.output, 0);
    channel.send()?;
    Ok(LoggedIn { session, capabilities: request.capabilities & offered })
}

/// The method an account is asked to prove itself with; `None` where it must not have what the client insists on.
fn method_for(login: Login, wanted: &str, is_encrypted: bool) -> Option<&'static str> {
    match (login, wanted) {
        (Login::Old, NATIVE) => None,
        (Login::Native, _) | (Login::Any, NATIVE) => Some(NATIVE),
        (Login::Any | Login::Old, CLEAR) if is_encrypted => Some(CLEAR),
        (Login::Any | Login::Old, _) => Some(SHA2),
    }
}

fn switch(channel: &mut Channel, method: &str, nonce: &[u8; NONCE_BYTES]) -> Result<Vec<u8>, Ended> {
    let out = channel.output.open();
    out.push(0xfe);
    out.extend_from_slice(method.as_bytes());
    out.push(0);
    out.extend_from_slice(nonce);
    out.push(0);
    channel.output.close();
    Ok(channel.ask()?.to_vec())
}

fn is_proved(
    channel: &mut Channel,
    account: &Account<'_>,
    method: &str,
    proof: &[u8],
    nonce: &[u8; NONCE_BYTES],
) -> Result<bool, Ended> {
    // An empty password has no proof: nothing is sent, or a lone zero.
    let is_empty = matches!(proof, [] | [0]);
    if account.has_empty_password() || is_empty {
        return Ok(account.has_empty_password() && is_empty);
    }
    match method {
        NATIVE => Ok(account.knows_native_proof(proof, nonce)),
        CLEAR => Ok(account.knows_password(without_zero(proof))),
        _ if account.knows_sha2_proof(proof, nonce) => {
            more(channel, &[3]); // The short proof was enough.
            Ok(true)
        }
        _ => is_proved_in_full(channel, account, nonce),
    }
}

fn is_proved_in_full(
    channel: &mut Channel,
    account: &Account<'_>,
    nonce: &[u8; NONCE_BYTES],
) -> Result<bool, Ended> {
    more(channel, &[4]); // Show the password.
    let is_encrypted = channel.transport.is_encrypted();
    let shown = channel.ask()?.to_vec();
    if is_encrypted {
        return Ok(account.knows_password(without_zero(&shown)));
    }
    let sealed = if shown == [2] {
        let pem = public_key::public_pem().ok_or(Ended::Broken)?;
        more(channel, pem.as_bytes());
        channel.ask()?.to_vec()
    } else {
        shown
    };
    let Some(mut password) = public_key::decrypt(&sealed) else { return Ok(false) };
    xor_with_nonce(&mut password, nonce);
    Ok(account.knows_password(without_zero(&password)))
}

fn more(channel: &mut Channel, data: &[u8]) {
    let out = channel.output.open();
    out.push(0x01);
    out.extend_from_slice(data);
    channel.output.close();
}

fn without_zero(text: &[u8]) -> &[u8] {
    text.strip_suffix(&[0]).unwrap_or(text)
}

/// Twenty random bytes that are neither zero, which ends a text, nor a dollar sign, which some clients split at.
fn fresh_nonce() -> Result<[u8; NONCE_BYTES], Ended> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|_| Ended::Broken)?;
    Ok(nonce.map(|byte| match byte & 0x7f {
        0 | b'$' => b'x',
        other => other,
    }))
}

#[cfg(test)]
mod tests {
    use super::{CLEAR, NATIVE, SHA2, method_for};
    use crate::engine::Login;

    #[test]
    fn the_account_decides_on_the_method() {
        assert_eq!(method_for(Login::Any, SHA2, false), Some(SHA2));
        assert_eq!(method_for(Login::Any, NATIVE, false), Some(NATIVE));
        assert_eq!(method_for(Login::Any, "client_ed25519", false), Some(SHA2));
        assert_eq!(method_for(Login::Native, SHA2, true), Some(NATIVE));
        assert_eq!(method_for(Login::Old, SHA2, false), Some(SHA2));
        assert_eq!(method_for(Login::Old, NATIVE, false), None);
    }

    #[test]
    fn a_password_in_clear_is_taken_over_tls_only() {
        assert_eq!(method_for(Login::Any, CLEAR, true), Some(CLEAR));
        assert_eq!(method_for(Login::Any, CLEAR, false), Some(SHA2));
    }
}
