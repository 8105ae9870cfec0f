//! A stand-in with a password and an authority to verify, and the tables that every client makes for itself.

use std::path::PathBuf;

use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};
use servers::{LindormLocal, Scratch};

/// Of `root` and of `native`; with what is special in shells, URLs and SQL, and longer than a hash.
pub(crate) const PASSWORD: &str = "it's a \"long\" p@ss\\word: 40% of $HOME, #1!";

/// The account that proves itself with `mysql_native_password`.
pub(crate) const NATIVE_USER: &str = "native";

/// What a client does first.
pub(crate) const TABLES: [&str; 3] = [
    "CREATE DATABASE shop",
    "CREATE TABLE shop.goods (id INTEGER, name VARCHAR, raw VARBINARY, price DECIMAL(20, 4), moment TIMESTAMP, day DATE, \
     clock TIME, flag BOOLEAN, big BIGINT, ratio DOUBLE, doc JSON, PRIMARY KEY (id))",
    "CREATE TABLE shop.many (id INTEGER, name VARCHAR, PRIMARY KEY (id))",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Plaintext,
    Tls,
}

pub(crate) struct Stand {
    pub(crate) server: LindormLocal,
    folder: Scratch,
}

impl Stand {
    /// A server to which nobody has logged in: the first login over plaintext needs the public key.
    pub(crate) fn untouched() -> Self {
        let folder = Scratch::new().expect("a scratch folder");
        let authority = folder.path().join("ca.pem");
        let arguments =
            ["--root-password-env", "PASSWORD", "--user", "native:PASSWORD:native", "--tls-ca-out"];
        let arguments = arguments.map(Into::into).into_iter().chain([authority.into_os_string()]);
        let environment = [("PASSWORD", PASSWORD.to_owned())];
        let server = LindormLocal::start_with(arguments, environment).expect("the stand-in starts");
        Self { server, folder }
    }

    /// The certificate that signed the server's.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Options of `mysql_async` for `root`.
    pub(crate) fn options(&self, transport: Transport) -> OptsBuilder {
        let tls = SslOpts::default().with_root_certs(vec![self.authority().into()]);
        OptsBuilder::default()
            .ip_or_hostname(self.server.host())
            .tcp_port(self.server.port())
            .user(Some("root"))
            .pass(Some(PASSWORD))
            .prefer_socket(false)
            .ssl_opts((transport == Transport::Tls).then_some(tls))
    }
}

pub(crate) async fn connected(options: impl Into<Opts>) -> Conn {
    Conn::new(options.into()).await.expect("the client connects")
}
