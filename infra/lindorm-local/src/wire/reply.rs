//! The packets every answer is made of: OK, ERR and the end of a result.

use crate::answer::SqlError;
use crate::wire::output::{Output, put_lenenc};
use crate::wire::protocol::{STATUS_AUTOCOMMIT, capability};

/// Writes an OK packet.
pub(super) fn ok(output: &mut Output, affected: u64) {
    let out = output.open();
    out.push(0x00);
    put_lenenc(out, affected);
    put_lenenc(out, 0); // There is no AUTO_INCREMENT, so no last insert id.
    out.extend_from_slice(&STATUS_AUTOCOMMIT.to_le_bytes());
    out.extend_from_slice(&[0, 0]); // No warnings: the pages name none.
    output.close();
}

/// Writes an ERR packet, in the language of the output.
pub(super) fn error(output: &mut Output, error: &SqlError) {
    let text = if output.is_chinese() { &error.chinese } else { &error.message };
    let out = output.open();
    out.push(0xff);
    out.extend_from_slice(&error.code.to_le_bytes());
    out.push(b'#');
    out.extend_from_slice(error.state.as_bytes());
    out.extend_from_slice(text.as_bytes());
    output.close();
}

/// Writes what stands after the columns of a result, for clients that want it.
pub(super) fn end_of_columns(output: &mut Output, capabilities: u32) {
    if capabilities & capability::DEPRECATE_EOF == 0 {
        end_of_file(output);
    }
}

/// Writes what stands after the last row of a result.
pub(super) fn end_of_rows(output: &mut Output, capabilities: u32) {
    if capabilities & capability::DEPRECATE_EOF == 0 {
        end_of_file(output);
        return;
    }
    let out = output.open();
    out.extend_from_slice(&[0xfe, 0, 0]);
    out.extend_from_slice(&STATUS_AUTOCOMMIT.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    output.close();
}

fn end_of_file(output: &mut Output) {
    let out = output.open();
    out.extend_from_slice(&[0xfe, 0, 0]);
    out.extend_from_slice(&STATUS_AUTOCOMMIT.to_le_bytes());
    output.close();
}
