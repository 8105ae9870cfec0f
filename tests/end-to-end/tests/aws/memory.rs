//! Large rows and large transactions through the functions: payloads that no message takes, in the memory that Lambda gives at
//! least.

use std::time::{Duration, Instant};

use crate::aws::deployment::{Deployment, source};
use crate::aws::shop::make;

/// The smallest function that Lambda offers, in KiB.
const SMALLEST: u64 = 128 * 1_024;
/// Rows of 1.2 MB, each beyond what a message may carry, and a great many small ones; the large ones are changed in one
/// transaction with about 50 MB of row images. They are of the digits of hashes, which do not become smaller when they are packed.
#[test]
fn copier_and_reader_keep_within_the_smallest_memory_while_batches_travel_by_the_bucket() {
    make(source(), "aws_large", 30_000);
    let large =
        "USE aws_large; SET SESSION group_concat_max_len = 10000000, cte_max_recursion_depth = 1000000;
         CREATE TABLE blobs (id INT PRIMARY KEY, body MEDIUMTEXT);
         SET @body = (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9600)
           SELECT GROUP_CONCAT(SHA2(i, 512) SEPARATOR '') FROM n);
         INSERT INTO blobs WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
           SELECT i, CONCAT(i, '-', @body) FROM n;";
    source().sql(large).expect("large rows are made");
    let deployment = Deployment::start("large", 7);
    let mut document = deployment.document("large", "full_and_incremental", "aws_large");
    // As large as it is by default.
    document["tuning"]["chunk_bytes"] = "64 MiB".into();
    deployment.drop_document("tasks/large.json", &document);
    deployment.wait_for_state("large", &["running"]);
    // The large rows last: their batches must not have come and gone before anybody looks.
    let changes = "USE aws_large; UPDATE orders SET amount = amount + 1, note = CONCAT('CELLVALUE ', id);
                   UPDATE items SET line = line + 7; UPDATE blobs SET body = REVERSE(body)";
    source().sql(changes).expect("rows are changed");
    let start = Instant::now();
    while !deployment.has_batch() {
        assert!(start.elapsed() < Duration::from_secs(60), "{}", deployment.last_words());
    }
    deployment.ferry(&["finish", "large"]).expect(0);
    deployment.wait_for_state("large", &["completed"]);
    deployment.verify(&document);
    assert!(!deployment.has_batch(), "a batch that is applied is removed");
    for (name, counts) in deployment.counts() {
        println!("{name}: {} MiB at most", counts.peak_kib / 1_024);
        if name.ends_with("chunk-copier") || name.ends_with("binlog-reader") {
            assert!((1..SMALLEST).contains(&counts.peak_kib), "{name}: {} KiB", counts.peak_kib);
        }
    }
    deployment.logs_are_clean();
}
