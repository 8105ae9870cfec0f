//! What is commonly missing, each told with what to do.

use servers::Scratch;

use super::deployment::{make_secret, run};

#[test]
fn region_credentials_and_deployment_are_told_apart() {
    let folder = Scratch::new().expect("a folder");
    let status = ["status", "--aws"];
    let region = ("AWS_REGION", "eu-central-1");
    let none = run(folder.path(), &status, &[]).expect(2).err;
    assert_eq!(
        none,
        "ferry: no AWS region is set: give AWS_REGION, or a region in the profile that AWS_PROFILE names\n"
    );
    let nobody = [region, ("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];
    let unknown = run(folder.path(), &status, &nobody).expect(2).err;
    assert!(unknown.starts_with("ferry: no AWS credentials are found: give AWS_PROFILE"), "{unknown}");
    let nowhere = run(folder.path(), &status, &[region]).expect(2).err;
    assert_eq!(
        nowhere,
        "ferry: there is no deployment ferry in region eu-central-1: its table ferry-checkpoints does not exist; give \
         --stack, AWS_REGION or AWS_PROFILE, or deploy it first\n"
    );
}

#[test]
fn words_that_contradict_each_other_are_bad_usage() {
    let folder = Scratch::new().expect("a folder");
    for words in [&["status", "--stack", "other"][..], &["pause", "shop", "--aws", "--data-dir", "x"]] {
        run(folder.path(), words, &[]).expect(2);
    }
    std::fs::write(folder.path().join("shop.yaml"), "").expect("a file");
    let local = run(folder.path(), &["submit", "shop.yaml"], &[]).expect(2).err;
    assert!(local.starts_with("ferry: submit gives a task to a deployment: add --aws"), "{local}");
}

#[test]
fn a_command_of_this_machine_reads_secrets_by_their_arn_and_shows_none() {
    let folder = Scratch::new().expect("a folder");
    let document = |arn: &str| {
        let text = serde_json::json!({
            "name": "shop", "migration": "full", "objects": [{ "database": "shop" }],
            "source": { "host": "127.0.0.1", "port": 9, "user": "u", "password": { "secrets_manager": arn } },
            "target": { "host": "127.0.0.1", "port": 10, "user": "u", "tls": { "mode": "disabled" } },
        });
        std::fs::write(folder.path().join("shop.json"), text.to_string()).expect("a file");
    };
    // Nobody listens at these ports.
    document(&make_secret("local", r#"{"username":"u","password":"hunter2"}"#));
    let found = run(folder.path(), &["plan", "shop.json"], &[]).expect(1).err;
    assert!(!found.contains("secret") && !found.contains("hunter2"), "{found}");
    document("arn:aws:secretsmanager:us-east-1:123456789012:secret:nowhere-abcdef");
    let missing = run(folder.path(), &["plan", "shop.json"], &[]).expect(1).err;
    assert!(missing.starts_with("ferry: the secret arn:aws:secretsmanager:us-east-1:123456789012:secret:nowhere-abcdef cannot be had: "), "{missing}");
}
