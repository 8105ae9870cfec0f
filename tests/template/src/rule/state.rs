//! What is kept: the checkpoint table and the bucket.

use serde_json::{Value, json};

use crate::fault::{Check, Faults};
use crate::rule::View;
use crate::value::{at, list, number};

pub(crate) fn look(view: &View<'_>, faults: &mut Faults) {
    table(view, faults);
    bucket(view, faults);
}

fn table(view: &View<'_>, faults: &mut Faults) {
    const TABLE: &str = "Checkpoints";
    let property = |keys: &[&str]| view.property(TABLE, keys);
    let whole = view.resources.get(TABLE).unwrap_or(&Value::Null);
    let stays =
        ["DeletionPolicy", "UpdateReplacePolicy"].iter().all(|policy| *at(whole, &[policy]) == "Retain");
    faults.expect(stays, Check::TableStays, TABLE);
    let backup = property(&["PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"]);
    faults.expect(*backup == true, Check::TableBackup, TABLE);
    let expiry = json!({ "AttributeName": "ttl", "Enabled": true });
    faults.expect(*property(&["TimeToLiveSpecification"]) == expiry, Check::TableExpiry, TABLE);
    let keys = json!([
        { "AttributeName": "pk", "KeyType": "HASH" },
        { "AttributeName": "sk", "KeyType": "RANGE" },
    ]);
    let texts = json!([
        { "AttributeName": "pk", "AttributeType": "S" },
        { "AttributeName": "sk", "AttributeType": "S" },
    ]);
    let is_known = *property(&["KeySchema"]) == keys
        && *property(&["AttributeDefinitions"]) == texts
        && *property(&["TableName"]) == "AWS::StackName-checkpoints";
    faults.expect(is_known, Check::TableKeys, TABLE);
    faults.expect(*property(&["BillingMode"]) == "PAY_PER_REQUEST", Check::TableBilling, TABLE);
    let key = view.given("KmsKeyArn");
    let encryption = if key == "" {
        Value::Null
    } else {
        json!({ "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": key })
    };
    faults.expect(*property(&["SSESpecification"]) == encryption, Check::TableEncryption, TABLE);
}

fn bucket(view: &View<'_>, faults: &mut Faults) {
    const BUCKET: &str = "Bucket";
    let property = |keys: &[&str]| view.property(BUCKET, keys);
    let key = view.given("KmsKeyArn");
    let rule = if key == "" {
        json!({ "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } })
    } else {
        let by_key = json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key });
        json!({ "BucketKeyEnabled": true, "ServerSideEncryptionByDefault": by_key })
    };
    let encryption = json!({ "ServerSideEncryptionConfiguration": [rule] });
    faults.expect(*property(&["BucketEncryption"]) == encryption, Check::BucketEncryption, BUCKET);
    let walls = property(&["PublicAccessBlockConfiguration"]);
    let is_walled = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
        .iter()
        .all(|wall| *at(walls, &[wall]) == true);
    let owner = json!([{ "ObjectOwnership": "BucketOwnerEnforced" }]);
    let is_private = is_walled && *property(&["OwnershipControls", "Rules"]) == owner;
    faults.expect(is_private, Check::BucketPrivate, BUCKET);
    let events = property(&["NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled"]);
    faults.expect(*events == true, Check::BucketEvents, BUCKET);

    let rules = list(property(&["LifecycleConfiguration", "Rules"]));
    let expires = |rule: &&Value| !at(rule, &["ExpirationInDays"]).is_null();
    let expiring: Vec<_> = rules.into_iter().filter(expires).collect();
    let only_batches = expiring.len() == 1
        && expiring.iter().all(|rule| {
            *at(rule, &["Prefix"]) == "batches/"
                && *at(rule, &["Status"]) == "Enabled"
                && *at(rule, &["ExpirationInDays"]) == view.given("BatchExpiryDays")
        });
    let least = number(at(view.deployment.template(), &["Parameters", "BatchExpiryDays", "MinValue"]));
    let kept = number(view.property("ChangesQueue", &["MessageRetentionPeriod"]));
    let is_longer =
        kept.zip(least).is_some_and(|(seconds, days)| days.saturating_mul(24 * 60 * 60) > seconds);
    faults.expect(only_batches && is_longer, Check::BucketExpiry, BUCKET);
}
