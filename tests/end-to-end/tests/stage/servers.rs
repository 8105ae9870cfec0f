//! The shared servers, and clients that look at them behind the command's back.

use std::sync::OnceLock;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Row, Value};
use servers::{LindormLocal, MysqlServer};
use tokio::runtime::{Builder, Runtime};

/// The shared source. It takes packets of 64 MiB, for rows beyond every limit.
pub(crate) fn mysql() -> &'static MysqlServer {
    static SERVER: OnceLock<MysqlServer> = OnceLock::new();
    SERVER.get_or_init(|| {
        let options = MysqlServer::builder().redo_log_mib(512).option("--max-allowed-packet=64M");
        options.start().expect("MySQL starts")
    })
}

/// The shared target.
pub(crate) fn lindorm() -> &'static LindormLocal {
    static SERVER: OnceLock<LindormLocal> = OnceLock::new();
    SERVER.get_or_init(|| LindormLocal::start(Vec::<String>::new()).expect("the stand-in starts"))
}

/// Runs SQL on the shared source; zero and invalid dates are let in, times are in UTC.
pub(crate) fn run_sql(statements: &str) -> String {
    let modes = "SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00';\n";
    mysql().sql(&format!("{modes}{statements}")).expect("the statements run")
}

/// A plain client of a stand-in; it shares no code with the adapter.
pub(crate) struct LindormClient {
    runtime: Runtime,
    connection: Conn,
}

impl LindormClient {
    /// A client of the shared stand-in.
    pub(crate) fn shared(database: &str) -> Self {
        Self::of(lindorm(), database)
    }

    pub(crate) fn of(server: &LindormLocal, database: &str) -> Self {
        Self::with_password(server, database, None)
    }

    pub(crate) fn with_password(server: &LindormLocal, database: &str, password: Option<&str>) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let options = OptsBuilder::default()
            .ip_or_hostname(server.host())
            .tcp_port(server.port())
            .user(Some("root"))
            .pass(password)
            .db_name(Some(database))
            .prefer_socket(false)
            .max_allowed_packet(Some(1 << 26))
            .wait_timeout(Some(600));
        let connection = runtime.block_on(Conn::new(options)).expect("a client connects");
        Self { runtime, connection }
    }

    /// Runs one statement and shows its rows as text: NULL as `NULL`, what is no text in hexadecimal digits.
    pub(crate) fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        let rows: Vec<Row> = self.runtime.block_on(self.connection.query(sql)).expect("the query runs");
        rows.into_iter().map(cells).collect()
    }

    /// Runs one statement.
    pub(crate) fn run(&mut self, sql: &str) {
        self.runtime.block_on(self.connection.query_drop(sql)).expect("the statement runs");
    }
}

/// The cells of a row of the text protocol: text as it is, NULL as `NULL`, what is no text in hexadecimal digits.
fn cells(row: Row) -> Vec<String> {
    let hexadecimal =
        |bytes: &[u8]| bytes.iter().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}"));
    let show = |value: Value| match value {
        Value::NULL => "NULL".to_owned(),
        Value::Bytes(bytes) => match String::from_utf8(bytes) {
            Ok(text) if !text.chars().any(|character| character.is_control()) => text,
            Ok(text) => hexadecimal(text.as_bytes()),
            Err(error) => hexadecimal(error.as_bytes()),
        },
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        date @ Value::Date(..) => date.as_sql(true),
        time @ Value::Time(..) => time.as_sql(true),
    };
    row.unwrap().into_iter().map(show).collect()
}
