//! What changes in the source while it is moved: every table, every kind of change, in two halves of which the first meets
//! the copy and the second only the log. The end is the same whatever came by which road.

/// Statements of one half each; they leave the rows alone that `damage` is done to.
pub(crate) const HALVES: [&str; 2] = [
    "INSERT INTO numbers SELECT IF(id BETWEEN 0 AND 4, id + 5000, id DIV 2), t, tu, s, su, m, mu, i, iu, b, bu, f, d, n, w, b1, b8, b64, y, o FROM numbers;
     UPDATE numbers SET d = IF(d IS NULL, 0.30000000000000004, NULL), n = NULL, b64 = NULL WHERE id < 5;
     DELETE FROM numbers WHERE id = 2;
     INSERT INTO texts SELECT CONCAT(code, '+'), c, v, t, e, s, j, l FROM texts WHERE code < 'k2';
     UPDATE texts SET t = NULL, j = NULL, e = 2 WHERE code LIKE 'k1%';
     UPDATE texts SET code = CONCAT('K', SUBSTRING(code, 2)) WHERE code LIKE 'k2%';
     INSERT INTO blobs SELECT id + 100, b, v, l FROM blobs; UPDATE blobs SET v = NULL, l = x'' WHERE id IN (2, 5);
     INSERT INTO times SELECT id + 100, d, dt, dt6, ts, ts3, ts6, tm, tm6 FROM times; DELETE FROM times WHERE id = 3;
     START TRANSACTION; DELETE FROM by_unsigned WHERE id = 18446744073709551615;
       INSERT INTO by_unsigned VALUES (18446744073709551615, 'again'), (9223372036854775809, 'new'); COMMIT;
     UPDATE by_bytes SET id = CONCAT(id, x'ff'); UPDATE by_day SET v = v + 1 WHERE v > 3;
     UPDATE composite SET c = -c WHERE a = 2; DELETE FROM composite WHERE a = 1;
     UPDATE patterns SET a = IF(a IS NULL, id, NULL), b = IF(b IS NULL, 'was NULL', NULL), c = IF(c IS NULL, 1 / 3, NULL);
     UPDATE nullable SET a = NULL, b = 'b' WHERE id = 2; INSERT INTO nullable VALUES (6, NULL, NULL), (7, 7, NULL);
     INSERT INTO key_only VALUES (5, 'z'); DELETE FROM key_only WHERE a = 2; INSERT INTO nothing VALUES (1, 1), (2, NULL);",
    "UPDATE numbers SET i = NULL, w = NULL WHERE id > 4000;
     UPDATE numbers SET id = id + 1 WHERE id BETWEEN 4000 AND 6000 ORDER BY id DESC;
     UPDATE numbers SET t = 1; UPDATE numbers SET t = NULL; UPDATE numbers SET f = IF(f IS NULL, 0.1, f);
     UPDATE texts SET v = CONCAT(v, 'é'), c = NULL WHERE code LIKE 'k3%'; DELETE FROM texts WHERE code LIKE 'k10%';
     UPDATE texts SET s = 'x,z', l = 'größe', j = JSON_OBJECT('a', JSON_ARRAY(1, 1.0, 1e0, NULL, 'it''s')) WHERE code LIKE 'k4%';
     UPDATE blobs SET b = x'01', v = x'005c27' WHERE id > 100; DELETE FROM blobs WHERE id = 103;
     UPDATE times SET ts = NULL, dt6 = '2024-12-31 23:59:59.999999', tm = '-00:00:01' WHERE id IN (1, 101);
     START TRANSACTION; UPDATE by_unsigned SET id = 12 WHERE id = 10; UPDATE by_unsigned SET id = 10 WHERE id = 9;
       UPDATE by_unsigned SET id = 9 WHERE id = 12; COMMIT;
     START TRANSACTION; DELETE FROM composite; ROLLBACK; UPDATE composite SET b = LOWER(b) WHERE a = 3;
     DELETE FROM by_bytes LIMIT 1; UPDATE composite SET v = NULL, w = NULL WHERE a = 0;
     UPDATE patterns SET d = IF(d IS NULL, x'00ff', NULL), e = IF(e IS NULL, '2024-02-29 00:00:00.5', NULL),
       f = IF(f IS NULL, 1, NULL), g = IF(g IS NULL, '[]', NULL), h = IF(h IS NULL, '1999-12-31', NULL);
     DELETE FROM patterns WHERE id % 5 = 0; UPDATE nullable SET a = NULL WHERE id = 7; UPDATE nullable SET a = 4 WHERE id = 4;
     UPDATE nullable SET a = NULL WHERE id = 4; UPDATE key_only SET b = 'Z' WHERE a = 5; DELETE FROM nothing;
     INSERT INTO nothing VALUES (2, 2);",
];
