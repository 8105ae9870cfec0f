//! The errors the wire side gives by itself, with number and SQLSTATE (`lindorm.md` 7 and 11).
//!
//! What a statement may be refused for is the engine's; no message ever holds a password or a value.

use crate::answer::SqlError;

fn refusal(code: u16, state: &'static str, message: String) -> SqlError {
    SqlError { code, state, message }
}

/// 1040: the connection limit is reached.
pub(super) fn too_many_connections(limit: usize) -> SqlError {
    refusal(1040, "08004", format!("Too many connections (current limit: {limit})"))
}

/// 1043: the client's part of the handshake cannot be used.
pub(super) fn bad_handshake(what: &str) -> SqlError {
    refusal(1043, "28000", format!("Bad handshake: {what}"))
}

/// 1045: unknown user or wrong password.
pub(super) fn access_denied(user: &str) -> SqlError {
    refusal(1045, "28000", format!("Access denied for '{user}'"))
}

/// 9003: the user was made before the engine knew the method the client insists on.
pub(super) fn method_of_old_user(user: &str) -> SqlError {
    let message = format!("user '{user}' was created on an old version and cannot use mysql_native_password");
    refusal(9003, "HY000", message)
}

/// 1047: a command that this endpoint does not have.
pub(super) fn unknown_command() -> SqlError {
    refusal(1047, "08S01", "Unknown command".to_owned())
}

/// 1153: a packet above the limit; it was read and dropped.
pub(super) fn packet_too_large(limit: usize) -> SqlError {
    refusal(1153, "08S01", format!("Got a packet bigger than {limit} bytes"))
}

/// 1156: a frame whose sequence number does not follow.
pub(super) fn out_of_order() -> SqlError {
    refusal(1156, "08S01", "Got packets out of order".to_owned())
}

/// 1243: no prepared statement has this number.
pub(super) fn unknown_statement(id: u32, verb: &str) -> SqlError {
    refusal(1243, "HY000", format!("Unknown prepared statement handler ({id}) given to {verb}"))
}

/// 1461: a connection may hold only so many prepared statements.
pub(super) fn too_many_statements(limit: usize) -> SqlError {
    let message =
        format!("Can't create more than max_prepared_stmt_count statements (current value: {limit})");
    refusal(1461, "42000", message)
}

/// 1835: a packet that is not what its command says.
pub(super) fn malformed_packet() -> SqlError {
    refusal(1835, "HY000", "Malformed communication packet".to_owned())
}

/// 1300: text that is not UTF-8, the only character set there is.
pub(super) fn not_utf8(what: &str) -> SqlError {
    refusal(1300, "HY000", format!("Invalid utf8 character string: {what}"))
}

/// 1210: a parameter of a type that no Lindorm type can come from.
pub(super) fn parameter_type(position: usize, type_number: u8) -> SqlError {
    let message = format!("Incorrect arguments to EXECUTE: parameter {position} has type {type_number}");
    refusal(1210, "HY000", message)
}

/// 1105: a result value that does not fit the type of its column; a fault of this server.
pub(super) fn value_of_other_type(column: &str) -> SqlError {
    refusal(1105, "HY000", format!("internal error: column '{column}' holds a value of another type"))
}

/// 1390: the protocol counts parameters in 16 bits.
pub(super) fn too_many_params() -> SqlError {
    refusal(1390, "HY000", "Prepared statement contains too many placeholders".to_owned())
}
