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
