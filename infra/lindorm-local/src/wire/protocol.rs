//! The numbers of the MySQL client/server protocol that this server speaks.
//!
//! Source: MySQL source documentation, "Client/Server Protocol" (capability flags, commands, status flags, column
//! types). Only what is used stands here; nothing here decides anything.

/// Capability bits, of the greeting and of the client's answer.
pub(super) mod capability {
    pub(in crate::wire) const LONG_PASSWORD: u32 = 1;
    pub(in crate::wire) const LONG_FLAG: u32 = 1 << 2;
    pub(in crate::wire) const CONNECT_WITH_DB: u32 = 1 << 3;
    pub(in crate::wire) const PROTOCOL_41: u32 = 1 << 9;
    pub(in crate::wire) const SSL: u32 = 1 << 11;
    pub(in crate::wire) const TRANSACTIONS: u32 = 1 << 13;
    pub(in crate::wire) const SECURE_CONNECTION: u32 = 1 << 15;
    pub(in crate::wire) const PLUGIN_AUTH: u32 = 1 << 19;
    pub(in crate::wire) const CONNECT_ATTRS: u32 = 1 << 20;
    pub(in crate::wire) const PLUGIN_AUTH_LENENC_DATA: u32 = 1 << 21;
    pub(in crate::wire) const DEPRECATE_EOF: u32 = 1 << 24;

    /// What the greeting offers besides TLS. Several statements in one query are not offered: `lindorm.md` 11 rule 6.
    pub(in crate::wire) const OFFERED: u32 = LONG_PASSWORD
        | LONG_FLAG
        | CONNECT_WITH_DB
        | PROTOCOL_41
        | TRANSACTIONS
        | SECURE_CONNECTION
        | PLUGIN_AUTH
        | CONNECT_ATTRS
        | PLUGIN_AUTH_LENENC_DATA
        | DEPRECATE_EOF;
}

/// The first byte of a command packet.
pub(super) mod command {
    pub(in crate::wire) const QUIT: u8 = 0x01;
    pub(in crate::wire) const INIT_DB: u8 = 0x02;
    pub(in crate::wire) const QUERY: u8 = 0x03;
    pub(in crate::wire) const PING: u8 = 0x0e;
    pub(in crate::wire) const STMT_PREPARE: u8 = 0x16;
    pub(in crate::wire) const STMT_EXECUTE: u8 = 0x17;
    pub(in crate::wire) const STMT_SEND_LONG_DATA: u8 = 0x18;
    pub(in crate::wire) const STMT_CLOSE: u8 = 0x19;
    pub(in crate::wire) const STMT_RESET: u8 = 0x1a;
}

/// Column and parameter types.
pub(super) mod column_type {
    pub(in crate::wire) const TINY: u8 = 1;
    pub(in crate::wire) const SHORT: u8 = 2;
    pub(in crate::wire) const LONG: u8 = 3;
    pub(in crate::wire) const FLOAT: u8 = 4;
    pub(in crate::wire) const DOUBLE: u8 = 5;
    pub(in crate::wire) const NULL: u8 = 6;
    pub(in crate::wire) const TIMESTAMP: u8 = 7;
    pub(in crate::wire) const LONGLONG: u8 = 8;
    pub(in crate::wire) const INT24: u8 = 9;
    pub(in crate::wire) const DATE: u8 = 10;
    pub(in crate::wire) const TIME: u8 = 11;
    pub(in crate::wire) const DATETIME: u8 = 12;
    pub(in crate::wire) const YEAR: u8 = 13;
    pub(in crate::wire) const VARCHAR: u8 = 15;
    pub(in crate::wire) const BIT: u8 = 16;
    pub(in crate::wire) const JSON: u8 = 245;
    pub(in crate::wire) const NEWDECIMAL: u8 = 246;
    pub(in crate::wire) const ENUM: u8 = 247;
    pub(in crate::wire) const SET: u8 = 248;
    pub(in crate::wire) const TINY_BLOB: u8 = 249;
    pub(in crate::wire) const MEDIUM_BLOB: u8 = 250;
    pub(in crate::wire) const LONG_BLOB: u8 = 251;
    pub(in crate::wire) const BLOB: u8 = 252;
    pub(in crate::wire) const VAR_STRING: u8 = 253;
    pub(in crate::wire) const STRING: u8 = 254;
    pub(in crate::wire) const GEOMETRY: u8 = 255;
    pub(in crate::wire) const DECIMAL: u8 = 0;
}

/// `SERVER_STATUS_AUTOCOMMIT`: the only status there is, since there are no transactions.
pub(super) const STATUS_AUTOCOMMIT: u16 = 0x0002;

/// Collation 45, `utf8mb4_general_ci`: the one that every client knows.
pub(super) const COLLATION_UTF8: u8 = 45;

/// Collation 63, `binary`.
pub(super) const COLLATION_BINARY: u8 = 63;

/// The greatest payload of one frame; a payload of this length is continued in the next frame.
pub(super) const FRAME_PAYLOAD_MAX: usize = 0x00ff_ffff;

/// The greatest packet a client may send, over all its frames: the request limit of `lindorm.md` 6 (64 MB).
pub(super) const PACKET_BYTES_MAX: usize = 64 << 20;
