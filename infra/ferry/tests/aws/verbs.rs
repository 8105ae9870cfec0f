//! The operator's verbs and `verify`, beside functions.

use super::deployment::{Deployment, document};

#[test]
fn a_deployed_task_is_paused_resumed_and_cancelled() {
    let deployed = Deployment::of("verbs");
    deployed.write("shop.yaml", &document("shop", ""));
    deployed.ferry(&["submit", "shop.yaml"]).expect(0);
    let say = |verb: &str, code: i32| {
        let ended = deployed.ferry(&[verb, "shop"]).expect(code);
        if code == 0 { ended.out } else { ended.err }
    };
    let goes_on = "`ferry resume shop --aws --stack verbs` goes on";
    assert_eq!(
        say("pause", 0),
        format!("task shop: paused, was created; what is in hand ends within minutes; {goes_on}\n")
    );
    assert_eq!(say("pause", 0), "task shop: is paused already\n");
    assert_eq!(say("resume", 0), "task shop: prechecking, was paused\n");
    assert_eq!(
        say("finish", 2),
        "ferry: task shop does not follow the log: it ends by itself when everything is copied\n"
    );
    assert_eq!(
        say("cancel", 0),
        "task shop: cancelled, was prechecking; what was written to the target stays\n"
    );
    let again = deployed.ferry(&["submit", "shop.yaml"]).expect(0).out;
    assert!(again.ends_with("; to move again give the task a new name\n"), "{again}");
    let run = deployed.ferry(&["status", "shop", "--watch", "--json"]).expect(0).events("run").remove(0);
    assert_eq!(run["state"], "cancelled");
    let unknown = deployed.ferry(&["pause", "stock"]).expect(2).err;
    assert_eq!(unknown, "ferry: there is no task stock in deployment verbs in us-east-1; it has shop\n");
}

#[test]
fn a_deployed_task_without_tables_has_nothing_to_compare_or_repair() {
    let deployed = Deployment::of("verifying");
    deployed.write("shop.yaml", &document("shop", ""));
    let never = deployed.ferry(&["verify", "shop.yaml"]).expect(2).err;
    assert_eq!(never, "ferry: task shop has not been run in deployment verifying in us-east-1\n");
    deployed.ferry(&["submit", "shop.yaml"]).expect(0);
    let empty = deployed.ferry(&["verify", "shop.yaml"]).expect(2).err;
    assert_eq!(empty, "ferry: task shop is created and has no table to compare yet\n");
    let early = deployed.ferry(&["verify", "shop.yaml", "--repair"]).expect(2).err;
    assert!(early.starts_with("ferry: task shop is created; only a completed task is repaired"), "{early}");
}
