//! What can be wrong with a deployment, by name.

use std::fmt;

/// Lists the checks once, for the type and for [`Check::ALL`].
macro_rules! checks {
    ($($name:ident: $says:literal,)*) => {
        /// One thing that must hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Check {
            $(#[doc = $says] $name,)*
        }

        impl Check {
            /// Every check.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What must hold, in words.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self {
                    $(Self::$name => $says,)*
                }
            }
        }
    };
}

checks! {
    VisibilityRows: "visibility is six times the timeout for every timeout that may be chosen",
    Visibility: "a queue's visibility follows from the timeout of its function",
    ReceiveCount: "a message is received five times before it is laid aside, changes a thousand times",
    RedriveTarget: "a queue lays aside into its own dead letters, which are of its kind",
    RedriveAllow: "dead letters take messages of their own queue only",
    DeadRetention: "dead letters are kept for 14 days, longer than messages",
    MessageSize: "a message may have 1 MiB",
    QueueEncryption: "queues are encrypted",
    QueueNames: "queues have the names that ferry looks for",
    HighThroughput: "changes are ordered by group only",
    SourceOfEach: "each function is fed by its own queue and nothing else is",
    PartialBatches: "messages are told to have failed one by one",
    BatchSize: "changes come ten at a time, other messages one by one",
    NoWindow: "no message waits for others",
    Concurrency: "how much works at once is a parameter of at least 2",
    Reserved: "what is reserved is enough for all that is fed at once",
    FunctionNames: "functions have the names of the stack",
    Runtime: "functions run their own binary on Amazon Linux 2023, on the processor that was asked for",
    Build: "functions are built by cargo-lambda from their own package",
    Loop: "functions may call each other in a loop",
    Lifetime: "timeout and memory are the function's own parameters",
    Environment: "every function gets the same settings",
    NoSecret: "no setting holds a secret",
    EnvironmentSize: "settings stay below 4 KB",
    Logging: "functions log JSON into a group of their own that is kept for the days asked for",
    Network: "functions run in the subnets that were given, and in none otherwise",
    OwnRole: "each function has a role of its own that only Lambda may take",
    NoManagedPolicy: "no policy of Amazon's is attached",
    NoWildcardAction: "no action is allowed by a pattern",
    NoWildcardResource: "nothing is allowed on everything, but network interfaces",
    Permissions: "each function may do exactly what it does",
    KeysThroughServices: "keys are used through services only",
    QueuesByTls: "queues are spoken to by TLS only",
    QueueSenders: "no queue takes messages from others than this stack's rules",
    BucketByTls: "the bucket is spoken to by TLS only",
    TableStays: "the table stays when it is removed or replaced",
    TableBackup: "the table can be restored to any second",
    TableExpiry: "journals expire by ttl",
    TableKeys: "the table has the keys that ferry uses, under the name it looks for",
    TableBilling: "the table is paid by use",
    TableEncryption: "the table is encrypted with the key that was given",
    BucketEncryption: "the bucket is encrypted",
    BucketPrivate: "the bucket is nobody else's",
    BucketEvents: "the bucket tells of new objects",
    BucketExpiry: "batches leave the bucket after all messages, documents stay",
    DroppedDocuments: "documents under tasks/ reach precheck",
    SentDocuments: "documents sent as events to the stack's own bus reach precheck",
    Undelivered: "what could not be delivered is laid aside",
    Tick: "binlog-reader is woken each minute, by a role that can do nothing else",
    TickOnce: "a tick is never repeated",
    DeadLetterAlarms: "dead letters of each queue raise an alarm",
    TaskAlarms: "lag, failed runs and missing readers raise an alarm",
    Heartbeat: "ticks that do not come raise an alarm",
    FunctionAlarms: "errors, throttles and dropped loops of each function raise an alarm",
    LateAlarms: "a function that does not stop before its timeout raises an alarm",
    TableAlarm: "a table that refuses requests raises an alarm",
    MissingData: "only the heartbeat takes silence for a fault",
    AlarmActions: "alarms go to the topic that was given",
    Dashboard: "the dashboard is readable and shows every function and queue",
    Handover: "alarms get exactly the parameters they ask for",
    Outputs: "the stack says where to put documents",
    NoAbort: "a panic can be caught in release builds",
}

/// A check that does not hold, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What does not hold.
    pub check: Check,
    /// Where.
    pub place: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}: not so at {}", self.check, self.check.says(), self.place)
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Notes a fault unless it holds.
    pub(crate) fn expect(&mut self, holds: bool, check: Check, place: impl fmt::Display) {
        if !holds {
            self.0.push(Fault { check, place: place.to_string() });
        }
    }

    /// All of them.
    #[must_use]
    pub fn into_list(self) -> Vec<Fault> {
        self.0
    }
}
