//! Bytes, shapes and vectors, exactly as the source stores them.

use crate::migration::moved::assert_moved;

pub(super) const TABLES: &str = "
CREATE TABLE binaries (id INT PRIMARY KEY,
  fixed BINARY(4), loose VARBINARY(4), tiny TINYBLOB, plain BLOB, medium MEDIUMBLOB, large LONGBLOB);
INSERT INTO binaries VALUES
  (1, x'ff00', x'ff00', x'00', x'5c2722', x'0a0d1a', x'deadbeef'),
  (2, '', '', '', '', '', ''),
  (3, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, x'00000000', x'00000000', x'80', x'c3', x'c3bc', REPEAT(x'00', 3));
CREATE TABLE binary_key (id BINARY(4), second VARBINARY(8), v INT, PRIMARY KEY (id, second));
INSERT INTO binary_key VALUES (x'00', x'', 1), (x'ff', x'00ff', 2), (x'ff00', x'00', 3), (x'01020304', x'ff', 4);
CREATE TABLE shapes (id INT PRIMARY KEY, p POINT SRID 4326, g GEOMETRY, l LINESTRING, v VECTOR(3));
INSERT INTO shapes VALUES
  (1, ST_GeomFromText('POINT(1 2)', 4326), ST_GeomFromText('POINT(3 4)'),
      ST_GeomFromText('LINESTRING(0 0, 1 1)'), STRING_TO_VECTOR('[1.5,-2,0]')),
  (2, NULL, NULL, NULL, NULL);
";

#[test]
fn bytes_arrive_with_every_zero_at_their_end() {
    assert_moved(
        "binaries",
        "fixed, loose, tiny, plain, medium, large",
        &[
            &["0xff000000", "0xff00", "0x00", "\\'\"", "0x0a0d1a", "0xdeadbeef"],
            &["0x00000000", "", "", "", "", ""],
            &["NULL"; 6],
            &["0x00000000", "0x00000000", "0x80", "0xc3", "ü", "0x000000"],
        ],
    );
}

#[test]
fn keys_of_bytes_arrive_padded_where_the_type_pads() {
    assert_moved(
        "binary_key",
        "id, second, v",
        &[
            &["0x00000000", "", "1"],
            &["0x01020304", "0xff", "4"],
            &["0xff000000", "0x00", "3"],
            &["0xff000000", "0x00ff", "2"],
        ],
    );
}

#[test]
fn shapes_arrive_as_srid_and_well_known_binary() {
    // SRID, byte order, kind, coordinates; WGS 84 has latitude first in text and longitude first in bytes.
    let point = "0xe610000001010000000000000000000040000000000000f03f";
    let plain = "0x00000000010100000000000000000008400000000000001040";
    let line = "0x00000000010200000002000000\
                00000000000000000000000000000000\
                000000000000f03f000000000000f03f";
    assert_moved(
        "shapes",
        "p, g, l, v",
        &[&[point, plain, line, "0x0000c03f000000c000000000"], &["NULL"; 4]],
    );
}
