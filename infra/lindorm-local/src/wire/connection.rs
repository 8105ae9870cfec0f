//! One connection: login, then one command after the other until somebody leaves.
//!
//! The commands are those of `lindorm.md` 11 rules 4 and 5; every other one is answered with 1047.

use std::io;

use crate::answer::SqlError;
use crate::engine::{Session, Support};
use crate::fault::{self, Failure};
use crate::wire::channel::Channel;
use crate::wire::cursor::Cursor;
use crate::wire::input::Arrival;
use crate::wire::login::{self, Ended, LoggedIn};
use crate::wire::output::Output;
use crate::wire::protocol::command;
use crate::wire::result::Form;
use crate::wire::server::Shared;
use crate::wire::statements::Statements;
use crate::wire::transport::{Socket, Transport};
use crate::wire::{column, param, refusal, reply, result};

/// Serves a client until it quits, goes, stays idle too long or breaks the protocol.
pub(super) fn serve(socket: Socket, shared: &Shared, id: u32) {
    let mut channel = Channel::new(Transport::Plain(socket), shared.packet_bytes_max());
    channel.output.speak(shared.engine().error_language());
    // A client that is gone is no fault of the server, and there is nobody left to tell.
    let _ = converse(&mut channel, shared, id);
    channel.transport.close();
}

fn converse(channel: &mut Channel, shared: &Shared, id: u32) -> io::Result<()> {
    let socket = channel.transport.socket();
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(shared.login_timeout()))?;
    socket.set_write_timeout(Some(shared.idle_timeout()))?;
    let LoggedIn { session, capabilities } = match login::run(channel, shared, id) {
        Ok(logged_in) => logged_in,
        Err(Ended::Broken) => return Ok(()),
        Err(Ended::Refused(error)) => {
            reply::error(&mut channel.output, &error);
            return channel.send();
        }
    };
    channel.transport.socket().set_read_timeout(Some(shared.idle_timeout()))?;
    let mut connection = Connection { shared, session, capabilities, statements: Statements::default() };
    while connection.serve_command(channel)? {}
    Ok(())
}

struct Connection<'a> {
    shared: &'a Shared,
    session: Session,
    capabilities: u32,
    statements: Statements,
}

/// What a command leaves to be sent: nothing, or what stands in the output buffer.
type Outcome = Result<(), SqlError>;

impl Connection<'_> {
    /// Reads and answers one command; `false` ends the connection.
    fn serve_command(&mut self, channel: &mut Channel) -> io::Result<bool> {
        let Channel { transport, input, output } = channel;
        output.speak(self.shared.engine().error_language());
        input.expect_sequence(0);
        let arrival = match input.next(transport) {
            Ok(arrival) => arrival,
            Err(fault) if fault.kind() == io::ErrorKind::InvalidData => {
                output.start_at(1);
                reply::error(output, &refusal::out_of_order());
                output.send(transport)?;
                return Ok(false);
            }
            Err(fault) => return Err(fault),
        };
        output.start_at(input.sequence());
        let outcome = match arrival {
            Arrival::Closed => return Ok(false),
            Arrival::TooLarge => Err(refusal::packet_too_large(self.shared.packet_bytes_max())),
            Arrival::Packet => {
                let Some((&code, body)) = input.payload().split_first() else {
                    reply::error(output, &refusal::malformed_packet());
                    output.send(transport)?;
                    return Ok(true);
                };
                match code {
                    command::QUIT => return Ok(false),
                    command::QUERY => self.query(body, output, transport)?,
                    command::STMT_EXECUTE => self.execute(body, output, transport)?,
                    command::STMT_PREPARE => self.prepare(body, output),
                    command::STMT_CLOSE => {
                        self.close_statement(body);
                        return Ok(true); // This command has no answer.
                    }
                    command::STMT_SEND_LONG_DATA => {
                        self.keep_long_data(body);
                        return Ok(true); // Nor has this one.
                    }
                    command::STMT_RESET => self.reset_statement(body, output),
                    command::INIT_DB => self.use_database(body, output),
                    command::PING => {
                        reply::ok(output, 0);
                        Ok(())
                    }
                    _ => Err(refusal::unknown_command()),
                }
            }
        };
        if let Err(error) = outcome {
            reply::error(output, &error);
        }
        output.send(transport)?;
        Ok(true)
    }

    fn query(&mut self, body: &[u8], output: &mut Output, transport: &mut Transport) -> io::Result<Outcome> {
        let Ok(sql) = std::str::from_utf8(body) else { return Ok(Err(refusal::not_utf8("statement"))) };
        let (engine, faults) = (self.shared.engine(), self.shared.faults());
        let outcome = engine
            .read(&self.session, sql)
            .map_err(Failure::Refused)
            .and_then(|prepared| fault::execute(engine, faults, &mut self.session, &prepared, &[]));
        match outcome {
            Ok(answer) => {
                result::write(answer, Form::Text, self.capabilities, output, transport)?;
                Ok(Ok(()))
            }
            Err(Failure::Refused(error)) => Ok(Err(error)),
            Err(Failure::Cut) => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    fn use_database(&mut self, body: &[u8], output: &mut Output) -> Outcome {
        let name = std::str::from_utf8(body).map_err(|_| refusal::not_utf8("database name"))?;
        self.shared.engine().use_database(&mut self.session, name)?;
        reply::ok(output, 0);
        Ok(())
    }

    fn prepare(&mut self, body: &[u8], output: &mut Output) -> Outcome {
        let sql = std::str::from_utf8(body).map_err(|_| refusal::not_utf8("statement"))?;
        let prepared = self.shared.engine().prepare(&self.session, sql)?;
        let columns = prepared.columns().unwrap_or_default().to_vec();
        let param_count = u16::try_from(prepared.param_count()).map_err(|_| refusal::too_many_params())?;
        let column_count = u16::try_from(columns.len()).map_err(|_| refusal::malformed_packet())?;
        let id = self.statements.add(prepared)?;

        let out = output.open();
        out.push(0x00);
        out.extend_from_slice(&id.to_le_bytes());
        out.extend_from_slice(&column_count.to_le_bytes());
        out.extend_from_slice(&param_count.to_le_bytes());
        out.extend_from_slice(&[0, 0, 0]);
        output.close();
        if param_count > 0 {
            for _ in 0..param_count {
                column::define_param(output);
            }
            reply::end_of_columns(output, self.capabilities);
        }
        if !columns.is_empty() {
            for column in &columns {
                column::define(output, column);
            }
            reply::end_of_columns(output, self.capabilities);
        }
        Ok(())
    }

    fn execute(
        &mut self,
        body: &[u8],
        output: &mut Output,
        transport: &mut Transport,
    ) -> io::Result<Outcome> {
        let mut cursor = Cursor::new(body);
        // Behind the number stand the cursor kind, which a server may overlook, and a count that is always one.
        let (Some(id), Some(_)) = (cursor.u32(), cursor.take(5)) else {
            return Ok(Err(refusal::malformed_packet()));
        };
        let Some(statement) = self.statements.get_mut(id) else {
            return Ok(Err(refusal::unknown_statement(id, "EXECUTE")));
        };
        if statement.is_refused {
            return Ok(Err(refusal::unknown_command()));
        }
        let count = statement.prepared.param_count();
        let (engine, faults) = (self.shared.engine(), self.shared.faults());
        let outcome = param::read(cursor.rest(), count, &mut statement.types, &statement.long_data)
            .map_err(Failure::Refused)
            .and_then(|params| {
                fault::execute(engine, faults, &mut self.session, &statement.prepared, &params)
            });
        statement.long_data.clear();
        match outcome {
            Ok(answer) => {
                result::write(answer, Form::Binary, self.capabilities, output, transport)?;
                Ok(Ok(()))
            }
            Err(Failure::Refused(error)) => Ok(Err(error)),
            Err(Failure::Cut) => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    fn close_statement(&mut self, body: &[u8]) {
        if let Some(id) = Cursor::new(body).u32() {
            self.statements.remove(id);
        }
    }

    fn keep_long_data(&mut self, body: &[u8]) {
        let mut cursor = Cursor::new(body);
        let (Some(id), Some(position)) = (cursor.u32(), cursor.u16()) else { return };
        let Some(statement) = self.statements.get_mut(id) else { return };
        let kept: usize = statement.long_data.values().map(Vec::len).sum();
        if self.shared.engine().assumptions().long_data == Support::Refused
            || kept + cursor.rest().len() > self.shared.packet_bytes_max()
        {
            statement.long_data.clear();
            statement.is_refused = true;
            return;
        }
        statement.long_data.entry(position).or_default().extend_from_slice(cursor.rest());
    }

    fn reset_statement(&mut self, body: &[u8], output: &mut Output) -> Outcome {
        if self.shared.engine().assumptions().statement_reset == Support::Refused {
            return Err(refusal::unknown_command());
        }
        let id = Cursor::new(body).u32().ok_or_else(refusal::malformed_packet)?;
        let statement = self.statements.get_mut(id).ok_or_else(|| refusal::unknown_statement(id, "RESET"))?;
        statement.long_data.clear();
        statement.is_refused = false;
        reply::ok(output, 0);
        Ok(())
    }
}
