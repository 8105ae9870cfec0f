//! The report as a person reads it.

use migration::finding::{Finding, Level};
use precheck::render;

fn finding(code: &str, level: Level, subject: &str, evidence: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        level,
        subject: subject.to_owned(),
        evidence: evidence.to_owned(),
        remedy: String::new(),
        statements: Vec::new(),
        accepted: false,
    }
}

#[test]
fn failures_come_first_with_their_remedy_and_passes_are_one_aligned_line_each() {
    let findings = [
        finding("source_version", Level::Pass, "source", "9.7.0 (MySQL Community Server - GPL)"),
        Finding {
            remedy: "drop the index, or accept the finding".to_owned(),
            accepted: true,
            ..finding("target_index", Level::Alert, "shop.orders", "index by_note refuses stamped writes")
        },
        Finding {
            remedy: "grant the right as an administrator of the source".to_owned(),
            statements: vec!["GRANT SELECT ON `shop`.* TO 'ferry'@'%';".to_owned()],
            ..finding(
                "source_grants",
                Level::Fail,
                "shop",
                "the account 'ferry'@'%' has no SELECT on 2 tables",
            )
        },
        Finding {
            remedy: "give it another name".to_owned(),
            statements: vec!["- table: \"v1.orders\"\n  target: \"v1_orders\"".to_owned()],
            ..finding("target_name", Level::Alert, "shop.v1.orders", "\"v1.orders\" has a `.`")
        },
        finding("key_nul", Level::Pass, "2 tables", "no U+0000 in a key"),
    ];
    let expected = r#"FAIL  source_grants  shop
      the account 'ferry'@'%' has no SELECT on 2 tables
      -> grant the right as an administrator of the source
         GRANT SELECT ON `shop`.* TO 'ferry'@'%';

ALERT  target_name  shop.v1.orders
      "v1.orders" has a `.`
      -> give it another name
         - table: "v1.orders"
           target: "v1_orders"

ALERT (accepted)  target_index  shop.orders
      index by_note refuses stamped writes
      -> drop the index, or accept the finding

pass  source_version  source    9.7.0 (MySQL Community Server - GPL)
pass  key_nul         2 tables  no U+0000 in a key

1 failed, 1 to be mended or accepted by name, 1 accepted, 2 in order
"#;
    assert_eq!(render(&findings), expected);
}

#[test]
fn a_report_without_findings_still_says_so() {
    assert_eq!(render(&[]), "0 failed\n");
}
