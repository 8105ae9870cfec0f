//! Storage engines, and databases whose values the server encrypts for its clients (EncDB).

use migration::finding::Finding;
use migration::port::SourceFacts;

use crate::codes::Code;
use crate::draft::{Draft, in_order};
use crate::facts::Selected;

/// Judges each table's engine.
pub(crate) fn judge(selected: &[Selected]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = selected.iter().filter_map(one).collect();
    let at_fault = findings.len();
    findings.extend(in_order(Code::TableEngine, selected.len(), at_fault, "InnoDB"));
    findings
}

fn one(table: &Selected) -> Option<Finding> {
    let (id, engine) = (&table.source.id, table.source.engine.as_str());
    match engine.to_ascii_lowercase().as_str() {
        "innodb" | "rocksdb" | "xengine" | "ndbcluster" => None,
        "" => Some(
            Draft::fail(Code::TableEngine, id, "the table has no storage engine; it cannot be read")
                .remedy("repair the table, or leave it out")
                .done(),
        ),
        "federated" | "mrg_myisam" => Some(
            Draft::alert(Code::TableEngine, id, format!("{engine}: the rows belong to other tables"))
                .remedy("select the tables it is made of instead, or accept the finding for a full migration")
                .done(),
        ),
        "blackhole" => Some(
            Draft::alert(Code::TableEngine, id, "BLACKHOLE keeps no rows; nothing is copied")
                .remedy("leave the table out, or accept the finding")
                .done(),
        ),
        _ => Some(
            Draft::alert(
                Code::TableEngine,
                id,
                format!("{engine} has no transactions: a statement that is half done can be read"),
            )
            .remedy("keep writers away while the table is copied, or change its engine")
            .statement(format!("ALTER TABLE {} ENGINE = InnoDB;", crate::quote::table(id)))
            .done(),
        ),
    }
}

/// Judges EncDB: where it is on, an account without the keys reads ciphertext, which would be copied as if it were
/// the value. Encryption at rest (TDE, `ENCRYPTION='Y'`) is invisible to readers and in order.
pub(crate) fn encrypted(facts: &SourceFacts) -> Finding {
    let on = |value: &str| !matches!(value.to_ascii_lowercase().as_str(), "" | "off" | "0" | "disabled");
    let switch = facts.variables.iter().find(|(name, value)| name.contains("encdb") && on(value));
    match switch {
        Some((name, value)) => {
            let evidence = format!("{name} = {value}: values are handed out encrypted and cannot be carried");
            Draft::fail(Code::EncryptedDatabase, "source", evidence)
                .remedy("switch EncDB off for the columns concerned, or migrate from an instance without it")
                .done()
        }
        None => Draft::pass(Code::EncryptedDatabase, "source", "no EncDB setting is on").done(),
    }
}
