//! The errors the wire side gives by itself, with number and SQLSTATE (`lindorm.md` 7 and 11), in both languages.
//!
//! What a statement may be refused for is the engine's; no message ever holds a password or a value.

use crate::refusal::refusals;

refusals! {
    /// 1040: the connection limit is reached.
    pub(super) too_many_connections(limit: usize) = 1040 "08004"
        "Too many connections (current limit: {limit})"
        "连接过多（当前上限：{limit}）";
    /// 1043: the client's part of the handshake cannot be used.
    pub(super) bad_handshake(what: &str) = 1043 "28000"
        "Bad handshake: {what}"
        "握手错误：{what}";
    /// 9003: the user was made before the engine knew the method the client insists on.
    pub(super) method_of_old_user(user: &str) = 9003 "HY000"
        "user '{user}' was created on an old version and cannot use mysql_native_password"
        "用户'{user}'创建于旧版本，不能使用 mysql_native_password";
    /// 1047: a command that this endpoint does not have.
    pub(super) unknown_command() = 1047 "08S01"
        "Unknown command"
        "未知的命令";
    /// 1153: a packet above the limit; it was read and dropped.
    pub(super) packet_too_large(limit: usize) = 1153 "08S01"
        "Got a packet bigger than {limit} bytes"
        "数据包超过 {limit} 字节";
    /// 1156: a frame whose sequence number does not follow.
    pub(super) out_of_order() = 1156 "08S01"
        "Got packets out of order"
        "数据包顺序错误";
    /// 1243: no prepared statement has this number.
    pub(super) unknown_statement(id: u32, verb: &str) = 1243 "HY000"
        "Unknown prepared statement handler ({id}) given to {verb}"
        "{verb} 收到未知的预处理语句编号（{id}）";
    /// 1461: a connection may hold only so many prepared statements.
    pub(super) too_many_statements(limit: usize) = 1461 "42000"
        "Can't create more than max_prepared_stmt_count statements (current value: {limit})"
        "预处理语句数量超过 max_prepared_stmt_count（当前值：{limit}）";
    /// 1835: a packet that is not what its command says.
    pub(super) malformed_packet() = 1835 "HY000"
        "Malformed communication packet"
        "通信包格式错误";
    /// 1300: text that is not UTF-8, the only character set there is.
    pub(super) not_utf8(what: &str) = 1300 "HY000"
        "Invalid utf8 character string: {what}"
        "无效的 UTF-8 字符串：{what}";
    /// 1210: a parameter of a type that no Lindorm type can come from.
    pub(super) parameter_type(position: usize, type_number: u8) = 1210 "HY000"
        "Incorrect arguments to EXECUTE: parameter {position} has type {type_number}"
        "EXECUTE 的参数错误：第 {position} 个参数的类型为 {type_number}";
    /// 1105: a result value that does not fit the type of its column; a fault of this server.
    pub(super) value_of_other_type(column: &str) = 1105 "HY000"
        "internal error: column '{column}' holds a value of another type"
        "内部错误：列'{column}'的值类型不符";
    /// 1390: the protocol counts parameters in 16 bits.
    pub(super) too_many_params() = 1390 "HY000"
        "Prepared statement contains too many placeholders"
        "预处理语句的占位符过多";
}
