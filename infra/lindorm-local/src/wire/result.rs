//! An answer of the engine as packets: OK, or columns and rows.
//!
//! Rows are encoded into the output buffer while the engine shows them and sent between two batches, when the engine
//! holds no lock: a slow client stalls only itself, and no more than one batch waits in memory.

use std::io;

use crate::answer::{Answer, Column, ColumnKind, RowStream, SqlError};
use crate::wire::binary_row::Misfit;
use crate::wire::output::{Output, put_lenenc};
use crate::wire::transport::Transport;
use crate::wire::{binary_row, column, refusal, reply, text_row};

/// Encoded rows above this size are sent before more are produced.
const SEND_BYTES: usize = 64 << 10;

/// The protocol a result is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For COM_QUERY.
    Text,
    /// For COM_STMT_EXECUTE.
    Binary,
}

/// Writes an answer; rows are sent as they come, the end stays in the buffer for the caller to send.
///
/// # Errors
/// The socket's own.
pub(super) fn write(
    answer: Answer,
    form: Form,
    capabilities: u32,
    output: &mut Output,
    transport: &mut Transport,
) -> io::Result<()> {
    match answer {
        Answer::Done { affected } => {
            reply::ok(output, affected);
            Ok(())
        }
        Answer::Rows { columns, mut rows } => {
            let out = output.open();
            put_lenenc(out, columns.len() as u64);
            output.close();
            for column in &columns {
                column::define(output, column);
            }
            reply::end_of_columns(output, capabilities);
            match write_rows(&columns, rows.as_mut(), form, output, transport)? {
                Ok(()) => reply::end_of_rows(output, capabilities),
                Err(error) => reply::error(output, &error),
            }
            Ok(())
        }
    }
}

fn write_rows(
    columns: &[Column],
    rows: &mut dyn RowStream,
    form: Form,
    output: &mut Output,
    transport: &mut Transport,
) -> io::Result<Result<(), SqlError>> {
    let kinds: Vec<ColumnKind> = columns.iter().map(|column| column.kind).collect();
    let mut scratch = Vec::new();
    loop {
        let mut misfit = None;
        let more = rows.next_batch(&mut |row| {
            if misfit.is_some() {
                return;
            }
            let out = output.open();
            let written = match form {
                Form::Text => {
                    text_row::put(out, row, &mut scratch);
                    Ok(())
                }
                Form::Binary => binary_row::put(out, row, &kinds, &mut scratch),
            };
            match written {
                Ok(()) => output.close(),
                Err(found) => {
                    output.abandon();
                    misfit = Some(found);
                }
            }
        });
        if let Some(Misfit(position)) = misfit {
            let name = columns.get(position).map_or("", |column| column.name.as_str());
            return Ok(Err(refusal::value_of_other_type(name)));
        }
        match more {
            Err(error) => return Ok(Err(error)),
            Ok(false) => return Ok(Ok(())),
            Ok(true) if output.pending_bytes() >= SEND_BYTES => output.send(transport)?,
            Ok(true) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::io;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::{Form, write};
    use crate::answer::{Answer, Column, ColumnKind, Datum, RowStream, SqlError};
    use crate::wire::output::Output;
    use crate::wire::protocol::capability;
    use crate::wire::transport::{Socket, Transport};

    const BATCH_BYTES: usize = 256 << 10;

    /// Rows without end, or an end of another kind after some batches.
    struct Endless {
        produced: Arc<AtomicUsize>,
        fails_after: usize,
        row: Datum<'static>,
    }

    impl RowStream for Endless {
        fn next_batch(&mut self, each: &mut dyn FnMut(&[Datum<'_>])) -> Result<bool, SqlError> {
            if self.produced.fetch_add(1, Ordering::SeqCst) >= self.fails_after {
                return Err(SqlError {
                    code: 3024,
                    state: "HY000",
                    message: "timed out".to_owned(),
                    chinese: String::new(),
                });
            }
            each(std::slice::from_ref(&self.row));
            Ok(true)
        }
    }

    fn rows(row: Datum<'static>, kind: ColumnKind, fails_after: usize) -> (Answer, Arc<AtomicUsize>) {
        let produced = Arc::new(AtomicUsize::new(0));
        let stream = Endless { produced: Arc::clone(&produced), fails_after, row };
        let columns = vec![Column { name: "c".to_owned(), kind }];
        (Answer::Rows { columns, rows: Box::new(stream) }, produced)
    }

    /// A connection: the server's transport, and the client's socket.
    fn pair() -> (Transport, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        server.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
        (Transport::Plain(Socket(Arc::new(server))), client)
    }

    #[test]
    fn a_stream_stops_being_produced_when_nobody_reads_it() {
        let (mut transport, _client) = pair();
        let row = Datum::Bytes(Cow::Owned(vec![7; BATCH_BYTES]));
        let (answer, produced) = rows(row, ColumnKind::Varbinary, usize::MAX);
        let mut output = Output::default();
        let fault = write(answer, Form::Text, capability::OFFERED, &mut output, &mut transport).unwrap_err();
        assert!(matches!(fault.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{fault}");
        // What the two sockets buffer, a few megabytes, went out; then production stood still.
        assert!(produced.load(Ordering::SeqCst) < 256, "{produced:?}");
        assert!(output.pending_bytes() < 2 * BATCH_BYTES, "one batch waits");
    }

    #[test]
    fn a_stream_that_fails_half_way_ends_with_the_error() {
        let (mut transport, _client) = pair();
        let (answer, _) = rows(Datum::Int(1), ColumnKind::BigInt, 2);
        let mut output = Output::default();
        write(answer, Form::Binary, capability::OFFERED, &mut output, &mut transport).unwrap();
        let mut sent = Vec::new();
        output.send(&mut sent).unwrap();
        assert!(sent.ends_with(b"\xff\xd0\x0b#HY000timed out"), "{sent:?}");
    }

    #[test]
    fn a_value_of_another_type_is_an_error_that_names_the_column() {
        let (mut transport, _client) = pair();
        let (answer, _) = rows(Datum::Int(1), ColumnKind::Date, 2);
        let mut output = Output::default();
        write(answer, Form::Binary, capability::OFFERED, &mut output, &mut transport).unwrap();
        let mut sent = Vec::new();
        output.send(&mut sent).unwrap();
        let text = String::from_utf8_lossy(&sent);
        assert!(text.ends_with("#HY000internal error: column 'c' holds a value of another type"), "{text}");
    }
}
