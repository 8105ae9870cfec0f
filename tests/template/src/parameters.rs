//! What is given to a deployment's parameters.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::value::{at, text};

/// Parameters by name, as texts; lists have commas.
pub type Given = BTreeMap<String, String>;

/// The defaults of a template.
#[must_use]
pub fn defaults(template: &Value) -> Given {
    let Some(parameters) = at(template, &["Parameters"]).as_object() else { return Given::new() };
    parameters.iter().map(|(name, parameter)| (name.clone(), text(at(parameter, &["Default"])))).collect()
}

/// Everything optional is given, and every figure is another one than the default.
#[must_use]
pub fn everything_given(template: &Value) -> Given {
    let mut given = defaults(template);
    let secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret";
    let key = "arn:aws:kms:eu-central-1:111122223333:key";
    for (name, value) in [
        ("Architecture", "arm64".to_owned()),
        ("SourceSecretArns", format!("{secret}:source-a,{secret}:source-b")),
        ("TargetSecretArns", format!("{secret}:target-a")),
        ("SecretsKeyArn", format!("{key}/secrets")),
        ("SubnetIds", "subnet-1,subnet-2".to_owned()),
        ("SecurityGroupIds", "sg-1".to_owned()),
        ("KmsKeyArn", format!("{key}/stack")),
        ("AlarmTopicArn", "arn:aws:sns:eu-central-1:111122223333:alarms".to_owned()),
        ("ReaderMode", "each_minute".to_owned()),
        ("ReaderSeconds", "30".to_owned()),
        ("PrecheckTimeout", "600".to_owned()),
        ("PlannerTimeout", "120".to_owned()),
        ("CopierTimeout", "180".to_owned()),
        ("ReaderTimeout", "300".to_owned()),
        ("ApplierTimeout", "60".to_owned()),
    ] {
        given.insert(name.to_owned(), value);
    }
    given
}
