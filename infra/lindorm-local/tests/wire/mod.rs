//! The wire half, seen by real clients: each module takes one of the fact sheet's rules on connections.

mod commands;
mod connections;
mod keeping;
mod killing;
mod languages;
mod login;
mod nodes;
mod packets;
mod preparing;
mod program;
pub(crate) mod raw;
mod tls;
mod users;
mod values;

use lindorm_local::wire::{Options, Server};
use mysql_async::{Conn, OptsBuilder};

pub(crate) fn start(options: Options) -> Server {
    Server::start(options).expect("a server on a free loopback port")
}

pub(crate) fn opts(server: &Server) -> OptsBuilder {
    OptsBuilder::default()
        .ip_or_hostname(server.addr().ip().to_string())
        .tcp_port(server.addr().port())
        .user(Some("root"))
        .prefer_socket(false)
}

pub(crate) async fn connect(server: &Server) -> Conn {
    Conn::new(opts(server)).await.expect("a login")
}

/// Number and SQLSTATE of an error that the server sent.
pub(crate) fn refusal(error: &mysql_async::Error) -> (u16, &str) {
    match error {
        mysql_async::Error::Server(server) => (server.code, &server.state),
        other => panic!("not an error of the server: {other}"),
    }
}
