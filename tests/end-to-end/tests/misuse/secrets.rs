//! Secrets that are not there, and secrets that are wrong: none is ever shown.

use std::fs;

use crate::misuse::stage::{Broken, make, task_of, troubles};
use crate::stage::run_sql;

#[test]
fn a_password_in_the_document_is_refused_and_not_shown() {
    let source = "user: root, password: hunter2, tls: { mode: disabled }";
    let task = task_of(&Broken { source, ..Broken::default() }.document());
    let ended = task.ferry("run", &[]).expect(2);
    assert_eq!(
        ended.err,
        "ferry: task.yaml: the task document has 1 fault\n  source.password: found a text (not shown), expected a \
         reference to it: { env: NAME }, { file: PATH } or { secrets_manager: ARN }\n"
    );
}

#[test]
fn a_reference_that_leads_nowhere_is_named() {
    for (reference, expected) in [
        ("{ env: FERRY_NO_SUCH_SECRET }", "the environment variable FERRY_NO_SUCH_SECRET is not set"),
        (
            "{ file: nowhere }",
            "the secret file nowhere cannot be read: No such file or directory (os error 2)",
        ),
        (
            "{ file: empty }",
            "the secret file empty is empty; leave password out for an account that has none",
        ),
    ] {
        let source = format!("user: root, password: {reference}, tls: {{ mode: disabled }}");
        let task = task_of(&Broken { source: &source, ..Broken::default() }.document());
        fs::write(task.path("empty"), "\n").expect("a file");
        let ended = task.ferry("run", &[]).expect(2);
        assert_eq!((ended.err, ended.out), (format!("ferry: {expected}\n"), String::new()));
        assert!(!task.path("data").exists());
    }
}

#[test]
fn a_wrong_password_is_refused_by_either_side_and_shown_by_neither() {
    make("");
    run_sql("DROP USER IF EXISTS 'locked'@'%'; CREATE USER 'locked'@'%' IDENTIFIED BY 'right'");
    let with = |user: &str| format!("user: {user}, password: {{ env: SECRET }}, tls: {{ mode: disabled }}");
    let (locked, root) = (with("locked"), with("root"));
    for (broken, end, doing) in [
        (
            Broken { source: &locked, ..Broken::default() },
            "source_connection  127.0.0.1:SOURCE",
            "connecting: the login was refused (error 1045)",
        ),
        (
            Broken { target: &root, ..Broken::default() },
            "target_connection  127.0.0.1:TARGET",
            "asking for the server's version: error 1045 (28000): wrong user or password, or no right",
        ),
    ] {
        let task = task_of(&broken.document());
        for verb in ["precheck", "run"] {
            let arguments = [verb, "task.yaml", "--data-dir", "data"];
            let ended =
                task.start_raw(&arguments, &[("SECRET", "hunter2"), ("FERRY_LOG", "trace")]).wait().expect(3);
            let said = troubles(&ended);
            let expected = format!(
                "FAIL  {end}\n      {doing}\n      -> check user and password, and from which hosts the account may log in"
            );
            assert!(said.ends_with(&expected), "{said}");
            assert!(!ended.out.contains("hunter2") && !ended.err.contains("hunter2"));
        }
    }
}
