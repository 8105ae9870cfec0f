//! What the account may do with the binary log, and what follows from it for a run that reads it.

use migration::finding::Finding;
use migration::port::SourceFacts;
use migration::task::MigrationMode;

use super::coverage::Grants;
use crate::codes::Code;
use crate::draft::{Draft, counted};
use crate::quote;

/// What reading the log takes.
const NEEDED: [&str; 2] = ["REPLICATION SLAVE", "REPLICATION CLIENT"];
/// Either lets the account take the momentary lock.
const LOCKING: [&str; 2] = ["RELOAD", "FLUSH_TABLES"];
const UNSEEN_ROLES: &str =
    "it has roles, and the rights of a role that is not active by default cannot be seen";
const XA_RIGHT: &str = "XA_RECOVER_ADMIN";

/// The rights, how the start will be found, and what is prepared.
pub(crate) fn judge(facts: &SourceFacts, grants: &Grants, mode: MigrationMode) -> Vec<Finding> {
    vec![rights(facts, grants, mode), start(facts, grants, mode), prepared(facts, mode)]
}

fn rights(facts: &SourceFacts, grants: &Grants, mode: MigrationMode) -> Finding {
    let code = Code::ReplicationGrants;
    let missing: Vec<&str> = NEEDED.into_iter().filter(|privilege| !grants.is_global(privilege)).collect();
    if missing.is_empty() {
        return Draft::pass(code, &facts.account, "REPLICATION SLAVE and REPLICATION CLIENT").done();
    }
    let missing = missing.join(", ");
    let evidence = format!("the account has no {missing}");
    let statement = format!("GRANT {missing} ON *.* TO {};", quote::account(&facts.account));
    if !mode.follows() {
        let evidence = format!("{evidence}; a full migration does not need it, an incremental one will");
        return Draft::pass(code, &facts.account, evidence).statement(statement).done();
    }
    let evidence = format!("{evidence}, without which the log cannot be read");
    let draft = if grants.has_roles() {
        let evidence = format!("{evidence}; {UNSEEN_ROLES}");
        Draft::alert(code, &facts.account, evidence)
    } else {
        Draft::fail(code, &facts.account, evidence)
    };
    draft
        .remedy("grant the right as an administrator of the source")
        .statement(statement)
        .statements(grants.activate_roles(&facts.account))
        .done()
}

fn start(facts: &SourceFacts, grants: &Grants, mode: MigrationMode) -> Finding {
    let code = Code::StartPosition;
    if !mode.follows() {
        return Draft::pass(code, "source", "the log is not followed").done();
    }
    if facts.variables.get("gtid_mode").is_some_and(|mode| mode.eq_ignore_ascii_case("ON")) {
        return Draft::pass(code, "source", "found by the set of executed transactions, without any lock")
            .done();
    }
    if LOCKING.into_iter().any(|privilege| grants.is_global(privilege)) {
        let evidence = "found under a global read lock that is held for one question, and asked for with a wait of a \
                        second at most; by waiting where it is not free";
        return Draft::pass(code, "source", evidence).done();
    }
    if grants.is_global("PROCESS") {
        let evidence = "found by waiting until what is being committed then is visible; with RELOAD, a momentary global \
                        read lock would do";
        return Draft::pass(code, "source", evidence).done();
    }
    let evidence = "the source has no GTIDs, and without RELOAD or PROCESS the account cannot make sure that everything \
                    in front of the start is visible to the copy";
    let draft = if grants.has_roles() {
        Draft::alert(code, "source", format!("{evidence}; {UNSEEN_ROLES}"))
    } else {
        Draft::fail(code, "source", evidence)
    };
    draft
        .remedy("grant either right as an administrator of the source, or switch GTIDs on")
        .statement(format!("GRANT RELOAD ON *.* TO {};", quote::account(&facts.account)))
        .statements(grants.activate_roles(&facts.account))
        .done()
}

fn prepared(facts: &SourceFacts, mode: MigrationMode) -> Finding {
    let code = Code::XaTransactions;
    match facts.prepared_transactions {
        Some(0) => Draft::pass(code, "source", "no XA transaction is prepared").done(),
        _ if !mode.follows() => {
            Draft::pass(code, "source", "XA transactions do not matter where the log is not followed").done()
        }
        Some(number) => {
            let evidence = format!(
                "{} prepared and open: it is in the log before it is visible, and following cannot start beside it",
                counted(number, "XA transaction")
            );
            Draft::alert(code, "source", evidence)
                .remedy("let each be committed or rolled back; accept the finding if they will have been by the start")
                .statement("XA RECOVER;")
                .done()
        }
        None => {
            let evidence = format!(
                "the account may not ask for prepared XA transactions: one that is open at the start could be lost; it \
                 needs {XA_RIGHT}"
            );
            Draft::alert(code, "source", evidence)
                .remedy("grant the right, or accept the finding where no XA transactions are used")
                .statement(format!("GRANT {XA_RIGHT} ON *.* TO {};", quote::account(&facts.account)))
                .done()
        }
    }
}
