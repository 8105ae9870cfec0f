//! An account of the target that may do less than a migration likes.

use servers::LindormLocal;

use crate::misuse::stage::{Broken, DATABASE, make, task_of};
use crate::stage::{LindormClient, mysql};

#[test]
fn an_account_that_may_not_drop_tables_gets_its_report_and_its_copy() {
    make("");
    let target = LindormLocal::start([""; 0]).expect("the stand-in starts");
    let mut root = LindormClient::of(&target, "default");
    root.run(&format!("CREATE DATABASE {DATABASE}"));
    root.run("CREATE USER clerk IDENTIFIED BY 'open sesame'");
    root.run(&format!("GRANT READ, WRITE, ADMIN ON DATABASE {DATABASE} TO clerk"));
    let clerk = "user: clerk, password: { env: SECRET }, tls: { mode: disabled }";
    let (source_port, target_port) = (mysql().port().to_string(), target.port().to_string());
    let ferry = |more: &str, verb: &str| {
        let broken = Broken { target: clerk, more, ..Broken::default() };
        let task = task_of(&broken.at(&source_port, &target_port));
        let arguments = [verb, "task.yaml", "--data-dir", "data"];
        task.start_raw(&arguments, &[("SECRET", "open sesame")]).wait()
    };
    let refused = ferry("", "precheck").expect(3);
    assert!(refused.out.contains("ALERT  probe_drop"), "{}{}", refused.out, refused.err);
    let accepted = "ignore: [probe_drop]\n";
    ferry(accepted, "precheck").expect(0);
    ferry(accepted, "run").expect(0);
}
