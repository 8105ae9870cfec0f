//! One thing broken for every check.

use serde_json::Value;
use template::Check;

/// Which file is broken.
pub(crate) enum File {
    Template,
    Watch,
    Manifest,
}

/// A change that a check must notice.
pub(crate) struct Break {
    pub(crate) check: Check,
    pub(crate) file: File,
    /// Where: a JSON pointer, below `Resources` unless it says otherwise; a text in the manifest.
    pub(crate) at: &'static str,
    /// What it is changed to, as JSON; it is removed where there is nothing.
    pub(crate) to: Option<&'static str>,
}

impl Break {
    /// Changes the document; an array's entry is put in front.
    pub(crate) fn apply(&self, document: &mut Value) {
        let pointer = if self.at.starts_with('!') {
            self.at.replace('!', "/")
        } else {
            format!("/Resources/{}", self.at)
        };
        let (parent, key) = pointer.rsplit_once('/').expect("invariant: a pointer has a slash");
        let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}"));
        let to = self.to.map(|to| serde_json::from_str::<Value>(to).expect("invariant: a change is JSON"));
        match (parent, to) {
            (Value::Object(object), Some(to)) => {
                object.insert(key.to_owned(), to);
            }
            (Value::Object(object), None) => assert!(object.remove(key).is_some(), "nothing at {pointer}"),
            (Value::Array(items), Some(to)) => items.insert(0, to),
            (Value::Array(items), None) => {
                items.remove(key.parse().expect("invariant: a place in a list is a number"));
            }
            (other, _) => panic!("{other} at {pointer} has no parts"),
        }
    }
}

const fn set(check: Check, at: &'static str, to: &'static str) -> Break {
    Break { check, file: File::Template, at, to: Some(to) }
}

const fn remove(check: Check, at: &'static str) -> Break {
    Break { check, file: File::Template, at, to: None }
}

const fn watch(check: Check, at: &'static str, to: &'static str) -> Break {
    Break { check, file: File::Watch, at, to: Some(to) }
}

/// A text that leaves no room for other settings.
const LONG: &str = match std::str::from_utf8(&LONG_BYTES) {
    Ok(text) => text,
    Err(_) => "",
};
const LONG_BYTES: [u8; 4 << 10] = {
    let mut text = [b'x'; 4 << 10];
    text[0] = b'"';
    text[(4 << 10) - 1] = b'"';
    text
};

/// What is broken.
pub(crate) const BREAKS: &[Break] = &[
    set(Check::VisibilityRows, "!Mappings/Timeout/120/Visibility", "700"),
    set(Check::VisibilityRows, "!Parameters/CopierTimeout/AllowedValues/0", "45"),
    set(Check::Visibility, "CopyQueue/Properties/VisibilityTimeout", "720"),
    set(Check::Visibility, "PlanQueue/Properties/VisibilityTimeout", "30"),
    set(Check::ReceiveCount, "ReadQueue/Properties/RedrivePolicy/maxReceiveCount", "3"),
    set(Check::ReceiveCount, "ChangesQueue/Properties/RedrivePolicy/maxReceiveCount", "5"),
    remove(Check::RedriveTarget, "PlanQueue/Properties/RedrivePolicy"),
    remove(Check::RedriveTarget, "ChangesDeadQueue/Properties/FifoQueue"),
    remove(Check::RedriveAllow, "PlanDeadQueue/Properties/RedriveAllowPolicy"),
    set(Check::DeadRetention, "PlanDeadQueue/Properties/MessageRetentionPeriod", "345600"),
    set(Check::DeadRetention, "PlanQueue/Properties/MessageRetentionPeriod", "1209600"),
    remove(Check::MessageSize, "ChangesQueue/Properties/MaximumMessageSize"),
    set(Check::QueueEncryption, "ReadQueue/Properties/SqsManagedSseEnabled", "false"),
    remove(Check::QueueEncryption, "ReadDeadQueue/Properties/KmsMasterKeyId"),
    remove(Check::QueueNames, "CopyQueue/Properties/QueueName"),
    set(Check::HighThroughput, "ChangesQueue/Properties/FifoThroughputLimit", r#""perQueue""#),
    set(Check::SourceOfEach, "BinlogReaderSource/Properties/FunctionName", r#""EventApplier""#),
    set(Check::SourceOfEach, "Extra", r#"{ "Type": "AWS::Lambda::EventSourceMapping" }"#),
    remove(Check::PartialBatches, "EventApplierSource/Properties/FunctionResponseTypes"),
    set(Check::BatchSize, "ChunkCopierSource/Properties/BatchSize", "10"),
    set(Check::NoWindow, "ChunkCopierSource/Properties/MaximumBatchingWindowInSeconds", "5"),
    remove(Check::Concurrency, "ChunkCopierSource/Properties/ScalingConfig"),
    set(Check::Concurrency, "!Parameters/ApplierMaximumConcurrency/MinValue", "1"),
    set(Check::Reserved, "ChunkCopier/Properties/ReservedConcurrentExecutions", "4"),
    remove(Check::FunctionNames, "Precheck/Properties/FunctionName"),
    set(Check::Runtime, "Precheck/Properties/Runtime", r#""provided.al2""#),
    set(Check::Runtime, "Precheck/Properties/Architectures", r#"["x86_64"]"#),
    set(Check::Build, "Precheck/Metadata/BuildProperties/Binary", r#""chunk-copier""#),
    remove(Check::Loop, "EventApplier/Properties/RecursiveLoop"),
    set(Check::Lifetime, "ChunkPlanner/Properties/Timeout", "60"),
    set(Check::Lifetime, "ChunkPlanner/Properties/MemorySize", r#"{ "Ref": "CopierMemory" }"#),
    remove(
        Check::Environment,
        "EventApplier/Properties/Environment/Variables/FERRY_CHANGES_VISIBILITY_SECONDS",
    ),
    set(Check::Environment, "BinlogReader/Properties/Environment/Variables/FERRY_READER_RENEWS", r#""true""#),
    set(
        Check::NoSecret,
        "Precheck/Properties/Environment/Variables/FERRY_STACK",
        r#""{{resolve:secretsmanager:source}}""#,
    ),
    Break {
        check: Check::EnvironmentSize,
        file: File::Template,
        at: "Precheck/Properties/Environment/Variables/FERRY_STACK",
        to: Some(LONG),
    },
    set(Check::Logging, "PrecheckLog/Properties/RetentionInDays", "1"),
    remove(Check::Logging, "ChunkCopier/Properties/LoggingConfig/LogGroup"),
    remove(Check::Network, "Precheck/Properties/VpcConfig"),
    set(Check::OwnRole, "Precheck/Properties/Role", r#"{ "Fn::GetAtt": ["ChunkCopierRole", "Arn"] }"#),
    set(
        Check::OwnRole,
        "PrecheckRole/Properties/AssumeRolePolicyDocument/Statement/0",
        r#"{ "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole" }"#,
    ),
    set(
        Check::NoManagedPolicy,
        "PrecheckRole/Properties/ManagedPolicyArns",
        r#"["arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"]"#,
    ),
    set(
        Check::NoWildcardAction,
        "PrecheckRole/Properties/Policies/0/PolicyDocument/Statement/2/Action",
        r#""sqs:Send*""#,
    ),
    set(
        Check::NoWildcardResource,
        "PrecheckRole/Properties/Policies/0/PolicyDocument/Statement/2/Resource",
        r#""*""#,
    ),
    set(
        Check::NoWildcardResource,
        "PrecheckRole/Properties/Policies/0/PolicyDocument/Statement/2/Resource",
        r#"{ "Fn::Sub": "arn:${AWS::Partition}:sqs:*" }"#,
    ),
    set(
        Check::Permissions,
        "SharedPolicy/Properties/PolicyDocument/Statement/0/Action/0",
        r#""dynamodb:Scan""#,
    ),
    remove(Check::Permissions, "SharedPolicy/Properties/Roles/0"),
    set(
        Check::Permissions,
        "EventApplierRole/Properties/Policies/0/PolicyDocument/Statement/0",
        r#"{ "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": { "Ref": "SourceSecretArns" } }"#,
    ),
    remove(
        Check::KeysThroughServices,
        "SharedPolicy/Properties/PolicyDocument/Statement/1/Fn::If/1/Condition",
    ),
    remove(Check::QueuesByTls, "QueuePolicy/Properties/Queues/3"),
    remove(Check::QueuesByTls, "PrecheckQueuePolicy/Properties/PolicyDocument/Statement/0"),
    remove(Check::QueueSenders, "PrecheckQueuePolicy/Properties/PolicyDocument/Statement/1/Condition"),
    remove(Check::BucketByTls, "BucketPolicy/Properties/PolicyDocument/Statement/0"),
    remove(Check::TableStays, "Checkpoints/UpdateReplacePolicy"),
    remove(Check::TableBackup, "Checkpoints/Properties/PointInTimeRecoverySpecification"),
    set(Check::TableExpiry, "Checkpoints/Properties/TimeToLiveSpecification/AttributeName", r#""v""#),
    set(Check::TableKeys, "Checkpoints/Properties/TableName", r#""checkpoints""#),
    set(Check::TableBilling, "Checkpoints/Properties/BillingMode", r#""PROVISIONED""#),
    remove(Check::TableEncryption, "Checkpoints/Properties/SSESpecification"),
    remove(Check::BucketEncryption, "Bucket/Properties/BucketEncryption"),
    set(Check::BucketPrivate, "Bucket/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy", "false"),
    remove(Check::BucketEvents, "Bucket/Properties/NotificationConfiguration"),
    remove(Check::BucketExpiry, "Bucket/Properties/LifecycleConfiguration/Rules/0/Prefix"),
    set(Check::BucketExpiry, "!Parameters/BatchExpiryDays/MinValue", "4"),
    remove(Check::DroppedDocuments, "DroppedDocument/Properties/EventPattern/detail/bucket"),
    remove(Check::DroppedDocuments, "PrecheckQueuePolicy/Properties/PolicyDocument/Statement/1"),
    remove(Check::SentDocuments, "SentDocument/Properties/EventBusName"),
    remove(Check::Undelivered, "SentDocument/Properties/Targets/0/DeadLetterConfig"),
    remove(Check::Undelivered, "PrecheckDeadQueuePolicy/Properties/PolicyDocument/Statement/1"),
    set(Check::Tick, "BinlogReaderTick/Properties/ScheduleExpression", r#""rate(5 minutes)""#),
    set(
        Check::Tick,
        "TickRole/Properties/Policies/0/PolicyDocument/Statement/0/Resource",
        r#""Precheck.Arn""#,
    ),
    set(Check::TickOnce, "BinlogReaderTick/Properties/Target/RetryPolicy/MaximumRetryAttempts", "185"),
    set(Check::TickOnce, "BinlogReaderEventInvokeConfig/Properties/MaximumRetryAttempts", "2"),
    watch(Check::DeadLetterAlarms, "ChangesDeadAlarm/Properties/MetricName", r#""NumberOfMessagesSent""#),
    watch(Check::TaskAlarms, "LagAlarm/Properties/Threshold", "3000"),
    watch(Check::TaskAlarms, "RunFailedAlarm/Properties/Metrics", "[]"),
    watch(Check::Heartbeat, "TicksMissingAlarm/Properties/Threshold", "0"),
    Break {
        check: Check::FunctionAlarms,
        file: File::Watch,
        at: "ErrorsAlarm/Properties/Metrics/3",
        to: None,
    },
    watch(Check::LateAlarms, "BinlogReaderLateAlarm/Properties/Threshold", "900000"),
    set(Check::LateAlarms, "!Mappings/Timeout/120/Late", "120000"),
    watch(Check::TableAlarm, "TableThrottlesAlarm/Properties/Threshold", "1000"),
    watch(Check::MissingData, "PlanDeadAlarm/Properties/TreatMissingData", r#""breaching""#),
    watch(Check::MissingData, "TicksMissingAlarm/Properties/TreatMissingData", r#""notBreaching""#),
    Break { check: Check::AlarmActions, file: File::Watch, at: "LagAlarm/Properties/AlarmActions", to: None },
    watch(Check::Dashboard, "Dashboard/Properties/DashboardBody", r#""{ \"widgets\": [] }""#),
    remove(Check::Handover, "Watch/Properties/Parameters/LagAlarmSeconds"),
    remove(Check::Outputs, "!Outputs/Bucket"),
    Break {
        check: Check::NoAbort,
        file: File::Manifest,
        at: "panic = \"unwind\"",
        to: Some("panic = \"abort\""),
    },
];
