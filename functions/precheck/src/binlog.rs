//! The settings of the binary log.
//!
//! Where the log is followed, what would lose changes is a failure, and what makes a mishap worse is an alert. A full
//! migration does not read the log, so there each is in order, with what it is and what it would have to be.

use std::collections::BTreeMap;

use migration::finding::Finding;
use migration::port::SourceFacts;
use migration::task::MigrationMode;

use crate::codes::Code;
use crate::draft::Draft;

/// Kept at least this long, in seconds: what the cloud product that Ferry is measured by asks for at least (3 days).
const RETENTION_SECONDS_MIN: u64 = 3 * 24 * 60 * 60;

/// One setting and what it has to be.
struct Setting {
    code: Code,
    names: &'static [&'static str],
    wanted: &'static str,
    fits: fn(&str) -> bool,
    amiss: Amiss,
    statement: Option<&'static str>,
}

/// What follows for a run that follows the log where a setting does not fit.
enum Amiss {
    /// It does not start; with the remedy.
    Fail(&'static str),
    /// It is less safe; with what can happen, and the remedy.
    Alert(&'static str, &'static str),
    /// As a failure where the source is a replica; as an alert where nobody knows.
    FailOnReplica(&'static str),
    /// Nothing.
    Note,
}

/// Sessions keep what was set when they began.
const SET_AND_RECONNECT: &str = "set it, and let every session that was open before connect again";

const SETTINGS: [Setting; 9] = [
    Setting {
        code: Code::BinlogEnabled,
        names: &["log_bin"],
        wanted: "ON (in the server's configuration file; needs a restart)",
        fits: is_on,
        amiss: Amiss::Fail("switch the binary log on in the server's configuration file, and restart it"),
        statement: None,
    },
    Setting {
        code: Code::BinlogFormat,
        names: &["binlog_format"],
        wanted: "ROW",
        fits: |value| value.eq_ignore_ascii_case("ROW"),
        amiss: Amiss::Fail(SET_AND_RECONNECT),
        statement: Some("SET GLOBAL binlog_format = 'ROW';"),
    },
    Setting {
        code: Code::BinlogRowImage,
        names: &["binlog_row_image"],
        wanted: "FULL",
        fits: |value| value.eq_ignore_ascii_case("FULL"),
        amiss: Amiss::Fail(SET_AND_RECONNECT),
        statement: Some("SET GLOBAL binlog_row_image = 'FULL';"),
    },
    Setting {
        code: Code::BinlogRowValueOptions,
        names: &["binlog_row_value_options"],
        wanted: "empty (no PARTIAL_JSON)",
        fits: str::is_empty,
        amiss: Amiss::Fail(SET_AND_RECONNECT),
        statement: Some("SET GLOBAL binlog_row_value_options = '';"),
    },
    Setting {
        code: Code::BinlogRowMetadata,
        names: &["binlog_row_metadata"],
        wanted: "FULL for every definition to be compared with what the log says of it",
        fits: |value| value.eq_ignore_ascii_case("FULL"),
        amiss: Amiss::Note,
        statement: Some("SET GLOBAL binlog_row_metadata = 'FULL';"),
    },
    Setting {
        code: Code::SyncBinlog,
        names: &["sync_binlog"],
        wanted: "1",
        fits: |value| value == "1",
        amiss: Amiss::Alert(
            "after a crash of its machine the source may have lost the end of its log, which was read and applied before",
            "set it, or accept the finding and copy the tables anew after such a crash",
        ),
        statement: Some("SET GLOBAL sync_binlog = 1;"),
    },
    Setting {
        code: Code::ServerId,
        names: &["server_id"],
        wanted: "a number above 0, unique among all replicas",
        fits: |value| value.parse::<u64>().is_ok_and(|id| id > 0),
        amiss: Amiss::Fail("give the server a number of its own in its configuration file"),
        statement: None,
    },
    Setting {
        code: Code::LogReplicaUpdates,
        names: &["log_replica_updates", "log_slave_updates"],
        wanted: "ON where the source is a replica itself",
        fits: is_on,
        amiss: Amiss::FailOnReplica(
            "set it in the server's configuration file and restart it, or follow the server it replicates from",
        ),
        statement: None,
    },
    Setting {
        code: Code::GtidMode,
        names: &["gtid_mode"],
        wanted: "ON to survive a failover of the source",
        fits: is_on,
        amiss: Amiss::Alert(
            "when another server takes the source's place the task stops, because nothing proves where to go on",
            "switch GTIDs on, or accept the finding",
        ),
        statement: None,
    },
];

/// Reports every setting.
pub(crate) fn judge(facts: &SourceFacts, mode: MigrationMode) -> Vec<Finding> {
    let mut findings: Vec<Finding> = SETTINGS.iter().map(|setting| report(setting, facts, mode)).collect();
    findings.push(retention(&facts.variables, mode));
    findings
}

fn report(setting: &Setting, facts: &SourceFacts, mode: MigrationMode) -> Finding {
    let (code, wanted) = (setting.code, setting.wanted);
    let found = setting.names.iter().find_map(|name| Some((*name, facts.variables.get(*name)?)));
    let Some((name, value)) = found else {
        let name = setting.names.first().copied().unwrap_or_default();
        let evidence = if code == Code::BinlogRowValueOptions {
            format!("the server has no {name}, so it writes no partial JSON")
        } else {
            format!("the server does not show {name}; following the log takes {wanted}")
        };
        return Draft::pass(code, "source", evidence).done();
    };
    if (setting.fits)(value) {
        return Draft::pass(code, "source", format!("{name} = {}", shown(value))).done();
    }
    let evidence = format!("{name} = {}", shown(value));
    let statement = setting.statement.map(str::to_owned);
    if !mode.follows() {
        let evidence =
            format!("{evidence}; a full migration does not mind, an incremental one will need {wanted}");
        return Draft::pass(code, "source", evidence).statements(statement).done();
    }
    let draft = match (&setting.amiss, facts.is_replica) {
        (Amiss::Fail(remedy), _) => {
            Draft::fail(code, "source", format!("{evidence}; following the log takes {wanted}"))
                .remedy(*remedy)
        }
        (Amiss::Alert(what, remedy), _) => {
            Draft::alert(code, "source", format!("{evidence}: {what}")).remedy(*remedy)
        }
        (Amiss::FailOnReplica(remedy), Some(true)) => {
            let what = "the source is a replica, and its log lacks what it replicates";
            Draft::fail(code, "source", format!("{evidence}: {what}")).remedy(*remedy)
        }
        (Amiss::FailOnReplica(remedy), None) => {
            let what = "if the source is a replica, which it does not tell the account, its log lacks what it replicates";
            Draft::alert(code, "source", format!("{evidence}: {what}")).remedy(*remedy)
        }
        (Amiss::FailOnReplica(_), Some(false)) => {
            Draft::pass(code, "source", format!("{evidence}; the source is no replica"))
        }
        (Amiss::Note, _) => Draft::pass(code, "source", format!("{evidence}; {wanted}")),
    };
    draft.statements(statement).done()
}

fn retention(variables: &BTreeMap<String, String>, mode: MigrationMode) -> Finding {
    let number = |name: &str| variables.get(name).and_then(|value| value.parse::<u64>().ok());
    let managed = variables.get("rds_binlog_retention_hours").map(|hours| hours.parse::<u64>().ok());
    let (seconds, statement) =
        match (managed, number("binlog_expire_logs_seconds"), number("expire_logs_days")) {
            // The managed service purges as soon as it can where no span is set.
            (Some(hours), ..) => {
                let statement = "CALL mysql.rds_set_configuration('binlog retention hours', 72);";
                (Kept::For(hours.unwrap_or(0).saturating_mul(3_600)), statement.to_owned())
            }
            (None, Some(seconds), days) if seconds > 0 || days.is_none() => (kept(seconds), set_retention()),
            (None, _, Some(days)) => (kept(days.saturating_mul(86_400)), set_retention()),
            (None, _, None) => (Kept::Unknown, String::new()),
        };
    let evidence = match seconds {
        Kept::Unknown => "the server does not show how long it keeps binary logs".to_owned(),
        Kept::UntilPurged => "binary logs are kept until somebody purges them".to_owned(),
        Kept::For(seconds) if seconds >= RETENTION_SECONDS_MIN => {
            format!("binary logs are kept for {} h", seconds / 3_600)
        }
        Kept::For(seconds) => {
            let kept = format!("binary logs are kept for {} h", seconds / 3_600);
            if !mode.follows() {
                let evidence =
                    format!("{kept}; a full migration does not mind, an incremental one should have 72 h");
                return Draft::pass(Code::BinlogRetention, "source", evidence).statement(statement).done();
            }
            let what =
                "a task that was stopped for longer than that cannot go on, and less than 72 h is soon over";
            return Draft::alert(Code::BinlogRetention, "source", format!("{kept}: {what}"))
                .remedy("keep them for longer, or accept the finding")
                .statement(statement)
                .done();
        }
    };
    Draft::pass(Code::BinlogRetention, "source", evidence).done()
}

/// How long binary logs are kept.
enum Kept {
    For(u64),
    UntilPurged,
    Unknown,
}

fn kept(seconds: u64) -> Kept {
    if seconds == 0 { Kept::UntilPurged } else { Kept::For(seconds) }
}

fn set_retention() -> String {
    format!("SET GLOBAL binlog_expire_logs_seconds = {RETENTION_SECONDS_MIN};")
}

fn is_on(value: &str) -> bool {
    matches!(value.to_ascii_uppercase().as_str(), "ON" | "1")
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "(empty)" } else { value }
}
