//! Several tasks in one deployment, by the ways a task is submitted.

use crate::aws::deployment::{Deployment, source};
use crate::aws::shop::{COLUMNS, make};

#[test]
fn two_tasks_of_one_deployment_do_not_mix() {
    make(source(), "aws_one", 500);
    make(source(), "aws_two", 700);
    let deployment = Deployment::start("several", 3);
    let one = deployment.document("one", "full", "aws_one");
    deployment.drop_document("tasks/one.json", &one);
    let two = deployment.document("two", "full_and_incremental", "aws_two");
    deployment.send_document(&two);
    // The same document again is the same submission.
    deployment.drop_document("tasks/one.json", &one);
    deployment.wait_for_submission("one");
    deployment.wait_for_submission("two");
    deployment.wait_for_state("one", &["completed"]);
    deployment.wait_for_state("two", &["running"]);
    source().sql("DELETE FROM aws_two.orders WHERE id % 2 = 0").expect("rows are deleted");
    deployment.becomes_equal("aws_two", COLUMNS);
    assert_eq!(deployment.differences("aws_one", COLUMNS), Vec::<String>::new());
    deployment.ferry(&["finish", "two"]).expect(0);
    deployment.wait_for_state("two", &["completed"]);
    deployment.verify(&one);
    deployment.verify(&two);
    deployment.logs_are_clean();
}
