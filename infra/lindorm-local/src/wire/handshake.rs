//! The greeting (HandshakeV10, the only version the pages name) and the client's answer to it.

use crate::wire::credential::NONCE_BYTES;
use crate::wire::cursor::Cursor;
use crate::wire::output::Output;
use crate::wire::protocol::{COLLATION_UTF8, STATUS_AUTOCOMMIT, capability};

/// What the greeting calls the server. Drivers read the leading number; the real text is not on the public pages.
const SERVER_VERSION: &[u8] = b"8.0.30-lindorm-local\0";

/// Writes the greeting.
pub(super) fn greet(output: &mut Output, connection_id: u32, nonce: &[u8; NONCE_BYTES], offered: u32) {
    let [c0, c1, c2, c3] = offered.to_le_bytes();
    let out = output.open();
    out.push(10);
    out.extend_from_slice(SERVER_VERSION);
    out.extend_from_slice(&connection_id.to_le_bytes());
    out.extend_from_slice(&nonce[..8]);
    out.push(0);
    out.extend_from_slice(&[c0, c1]);
    out.push(COLLATION_UTF8);
    out.extend_from_slice(&STATUS_AUTOCOMMIT.to_le_bytes());
    out.extend_from_slice(&[c2, c3]);
    out.push(21); // The length of the nonce with its closing zero.
    out.extend_from_slice(&[0; 10]);
    out.extend_from_slice(&nonce[8..]);
    out.push(0);
    out.extend_from_slice(b"caching_sha2_password\0");
    output.close();
}

/// What a client answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// It wants TLS first, and will answer in full after that.
    TlsRequest,
    /// It wants to log in.
    Login(LoginRequest),
}

/// A login as the client sent it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoginRequest {
    pub(super) capabilities: u32,
    pub(super) user: String,
    /// The first proof, made with the method below.
    pub(super) proof: Vec<u8>,
    pub(super) database: Option<String>,
    pub(super) method: String,
}

/// Reads the client's answer; `None` when it is none of the 4.1 protocol.
pub(super) fn read(payload: &[u8]) -> Option<Response> {
    let mut cursor = Cursor::new(payload);
    let capabilities = cursor.u32()?;
    if capabilities & capability::PROTOCOL_41 == 0 {
        return None;
    }
    cursor.take(28)?; // Packet limit, collation (always UTF-8 here) and filler.
    if cursor.is_empty() && capabilities & capability::SSL != 0 {
        return Some(Response::TlsRequest);
    }
    let user = text(cursor.until_zero()?)?;
    let proof = if capabilities & capability::PLUGIN_AUTH_LENENC_DATA != 0 {
        cursor.bytes()?
    } else if capabilities & capability::SECURE_CONNECTION != 0 {
        let length = cursor.u8()?;
        cursor.take(usize::from(length))?
    } else {
        cursor.until_zero()?
    };
    let database = if capabilities & capability::CONNECT_WITH_DB != 0 {
        Some(text(until_zero_or_end(&mut cursor))?).filter(|name| !name.is_empty())
    } else {
        None
    };
    let method = if capabilities & capability::PLUGIN_AUTH != 0 {
        text(until_zero_or_end(&mut cursor))?
    } else {
        "mysql_native_password".to_owned()
    };
    // Connection attributes may follow; nothing here depends on them.
    Some(Response::Login(LoginRequest { capabilities, user, proof: proof.to_vec(), database, method }))
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

/// Some clients leave out the zero behind the last text.
fn until_zero_or_end<'a>(cursor: &mut Cursor<'a>) -> &'a [u8] {
    cursor.until_zero().unwrap_or_else(|| {
        let rest = cursor.rest();
        *cursor = Cursor::new(&[]);
        rest
    })
}

#[cfg(test)]
mod tests {
    use super::{LoginRequest, Response, read};
    use crate::wire::protocol::capability;

    fn answer(capabilities: u32, tail: &[u8]) -> Vec<u8> {
        [&capabilities.to_le_bytes()[..], &[0; 28], tail].concat()
    }

    #[test]
    fn a_login_is_read_with_its_database_and_method() {
        let capabilities = capability::OFFERED;
        let bytes = answer(capabilities, b"root\0\x02pw\x61shop\0caching_sha2_password\0");
        // 0x61 is not a separator: the proof is two bytes long and the database starts right behind it.
        let expected = LoginRequest {
            capabilities,
            user: "root".to_owned(),
            proof: b"pw".to_vec(),
            database: Some("ashop".to_owned()),
            method: "caching_sha2_password".to_owned(),
        };
        assert_eq!(read(&bytes), Some(Response::Login(expected)));
    }

    #[test]
    fn a_short_answer_with_the_tls_bit_asks_for_tls() {
        let bytes = answer(capability::PROTOCOL_41 | capability::SSL, b"");
        assert_eq!(read(&bytes), Some(Response::TlsRequest));
    }

    #[test]
    fn a_torn_or_old_answer_is_not_read() {
        let bytes = answer(capability::OFFERED, b"root\0\x05pw");
        assert_eq!(read(&bytes), None);
        assert_eq!(read(&answer(capability::LONG_PASSWORD, b"root\0")), None);
        assert_eq!(read(b"GET / HTTP/1.1\r\n"), None);
    }
}
