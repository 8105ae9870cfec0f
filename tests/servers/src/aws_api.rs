//! Calls to a server that stands in for AWS, for what tests must make before they begin: tables, queues, buckets, secrets.
//!
//! Plain requests over a socket, because only `shared/aws` knows the SDK and what is made here is what the template makes
//! on AWS. The signature is none: these servers look only at the service that the credential's scope names.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::error::ServerError;

const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Sends a JSON call such as `DynamoDB_20120810.CreateTable` to the server at this URL; the answer's body.
pub(crate) fn call(
    program: &'static str,
    url: &str,
    service: &str,
    target: &str,
    body: &str,
) -> Result<String, ServerError> {
    let headers = format!("X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-1.0\r\n");
    request(program, url, "POST", "/", service, &headers, body)
}

/// Sends a request to the server at this URL; the answer's body.
pub(crate) fn request(
    program: &'static str,
    url: &str,
    method: &str,
    path: &str,
    service: &str,
    headers: &str,
    body: &str,
) -> Result<String, ServerError> {
    let host = url.strip_prefix("http://").unwrap_or(url);
    let scope = format!("testing/20260101/us-east-1/{service}/aws4_request");
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: {host}\r\n{headers}Content-Length: {}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none\r\n\r\n",
        body.len()
    );
    let ask = || {
        let mut socket = TcpStream::connect(host)?;
        socket.set_read_timeout(Some(ANSWER_WITHIN))?;
        socket.write_all(head.as_bytes())?;
        socket.write_all(body.as_bytes())?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        std::io::Result::Ok(answer)
    };
    let answer = ask().map_err(|cause| ServerError::Program { program: program.to_owned(), cause })?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split_whitespace().nth(1) == Some("200") {
        return Ok(body.to_owned());
    }
    Err(ServerError::Command { program, answer })
}
