"""PyMySQL against the stand-in: log in, write, read, fail and go on.

Every expectation is a literal here, none comes from the server or from another client. PyMySQL has no prepared
statements of the protocol: it puts values into the text, so all of this is COM_QUERY.

Arguments: host, port, user, the certificate authority for TLS (empty: plaintext), and statements to begin with;
without those it only logs in. The password comes from
FERRY_TEST_PASSWORD. Prints `checked N` at the end; a difference ends the script with what differs.
"""

import datetime
import decimal
import os
import sys

import pymysql
from pymysql.constants import FIELD_TYPE, FLAG

STATES = []
CHECKED = 0


def keep_states():
    """PyMySQL drops the SQLSTATE of an error, so it is noted where the packet is read."""
    raise_plain = pymysql.err.raise_mysql_exception

    def noting(data):
        STATES.append(data[3:9].decode())
        raise_plain(data)

    pymysql.err.raise_mysql_exception = noting


def same(what, expected, actual):
    global CHECKED
    if (type(expected), expected) != (type(actual), actual):
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")
    CHECKED += 1


def refused(what, number, state, kind, action):
    try:
        action()
    except pymysql.MySQLError as error:
        same(what, (kind, number, "#" + state), (type(error), error.args[0], STATES[-1]))
    else:
        sys.exit(f"{what}: was not refused")


def connect(password, database=None):
    host, port, user, authority = sys.argv[1:5]
    tls = {"ssl_ca": authority, "ssl_verify_cert": True, "ssl_verify_identity": True} if authority else {"ssl_disabled": True}
    return pymysql.connect(host=host, port=int(port), user=user, password=password, database=database, **tls)


def encrypted(connection):
    version = getattr(connection._sock, "version", lambda: None)()
    same("TLS version", "TLSv1.2" if sys.argv[4] else None, version)


NAME = "it's a \"back\\slash\"\r\n?%s 注文 🦀"
ROWS = (
    (1, NAME, b"\x00'\\\xff", decimal.Decimal("1234567890123456.5000"), datetime.datetime(2024, 2, 29, 23, 59, 59, 123000),
     datetime.date(2024, 2, 29), datetime.timedelta(hours=23, minutes=59, seconds=58), 1, -9223372036854775808, 0.1,
     '{"a": [1, "ü"]}'),
    (2, None, None, None, None, None, None, 1, None, None, None),
    (3, "", b"\x00", decimal.Decimal("-0.0001"), datetime.datetime(1969, 12, 31, 23, 59, 59, 999000),
     datetime.date(1, 1, 1), datetime.timedelta(0), 0, 9223372036854775807, -1.5e300, "null"),
)
COLUMNS = "id, name, raw, price, moment, day, clock, flag, big, ratio, doc"


def literal(value):
    """Bytes as a hexadecimal literal, the rest by a placeholder that PyMySQL fills."""
    return f"x'{value.hex()}'" if isinstance(value, bytes) else "%s"


def write(cursor):
    cursor.execute("SET time_zone = '+00:00'")
    lists = ", ".join("(" + ", ".join(literal(value) for value in row) + ")" for row in ROWS)
    values = [value for row in ROWS for value in row if not isinstance(value, bytes)]
    same("rows affected", 3, cursor.execute(f"UPSERT INTO goods ({COLUMNS}) VALUES {lists}", values))
    stamped = "UPSERT /*+ _l_ts_(%s) */ INTO goods (id, name, flag) VALUES (%s, %s, %s)"
    same("the later stamp", 1, cursor.execute(stamped, (1704067200000, 4, "later", 1)))
    same("the earlier stamp", 1, cursor.execute(stamped, (1704067199999, 4, "earlier", 0)))
    many = [(number, f"text {number}") for number in range(1000, 1250)]
    same("many rows", 250, cursor.executemany("INSERT INTO many (id, name) VALUES (%s, %s)", many))


def read(cursor):
    cursor.execute(f"SELECT {COLUMNS} FROM goods WHERE id < 4")
    for expected, actual in zip(ROWS, cursor.fetchall(), strict=True):
        for name, one, other in zip(COLUMNS.split(", "), expected, actual, strict=True):
            same(f"row {expected[0]}, column {name}", one, other)
    kinds = [(column.name, column.type_code, bool(column.flags & FLAG.BINARY), column.charsetnr) for column in cursor._result.fields]
    same("column kinds", [
        ("id", FIELD_TYPE.LONG, True, 63), ("name", FIELD_TYPE.VAR_STRING, False, 45),
        ("raw", FIELD_TYPE.VAR_STRING, True, 63), ("price", FIELD_TYPE.NEWDECIMAL, True, 63),
        ("moment", FIELD_TYPE.TIMESTAMP, True, 63), ("day", FIELD_TYPE.DATE, True, 63),
        ("clock", FIELD_TYPE.TIME, True, 63), ("flag", FIELD_TYPE.TINY, True, 63),
        ("big", FIELD_TYPE.LONGLONG, True, 63), ("ratio", FIELD_TYPE.DOUBLE, True, 63),
        ("doc", FIELD_TYPE.JSON, False, 45)], kinds)
    cursor.execute("SELECT name, flag FROM goods WHERE id = %s", (4,))
    same("the greater stamp stays", (("later", 1),), cursor.fetchall())
    cursor.execute("SELECT id FROM goods WHERE name = %s AND id > 0", (NAME,))
    same("found by its text", ((1,),), cursor.fetchall())
    cursor.execute("SELECT id, name FROM many WHERE id >= 1249")
    same("the last of many", ((1249, "text 1249"),), cursor.fetchall())
    cursor.execute("SET time_zone = '-03:30'")
    cursor.execute("SELECT moment FROM goods WHERE id = 1")
    same("in another zone", ((datetime.datetime(2024, 2, 29, 20, 29, 59, 123000),),), cursor.fetchall())


def fail(connection, cursor):
    programming, operational = pymysql.err.ProgrammingError, pymysql.err.OperationalError
    refused("unknown table", 1146, "42S02", programming, lambda: cursor.execute("SELECT * FROM nowhere"))
    refused("unknown column", 1054, "42S22", operational, lambda: cursor.execute("SELECT nothing FROM goods"))
    refused("bad syntax", 1064, "42000", programming, lambda: cursor.execute("UPSERT goods"))
    refused("unknown database", 1049, "42000", operational, lambda: connection.select_db("nowhere"))
    refused("wrong password", 1045, "28000", operational, lambda: connect("wrong"))
    connection.ping(reconnect=False)


def chatter(connection, cursor):
    connection.autocommit(True)
    connection.set_charset("utf8mb4")
    for statement in ("SET NAMES utf8mb4", "SET autocommit=1", "COMMIT", "ROLLBACK"):
        same(statement, 0, cursor.execute(statement))
    connection.commit()
    connection.select_db("shop")
    cursor.execute("SELECT id FROM goods WHERE id = 1")
    same("the session goes on", ((1,),), cursor.fetchall())


def main():
    keep_states()
    password = os.environ["FERRY_TEST_PASSWORD"]
    connection = connect(password)
    encrypted(connection)
    if not sys.argv[5:]:
        print("logged in")
        return
    with connection.cursor() as cursor:
        for statement in sys.argv[5:]:
            cursor.execute(statement)
    connection.select_db("shop")
    with connection.cursor() as cursor:
        write(cursor)
        read(cursor)
        fail(connection, cursor)
        chatter(connection, cursor)
    connection.close()
    # The server knows the password now and asks for the short proof only.
    connect(password, "shop").close()
    print("checked", CHECKED)


main()
