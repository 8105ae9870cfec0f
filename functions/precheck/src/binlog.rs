//! The settings of the binary log, as an incremental migration will need them.
//!
//! A full migration does not read the log, so each is reported in order, with what it is and what it will have to be.

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
    statement: Option<&'static str>,
}

const SETTINGS: [Setting; 7] = [
    Setting {
        code: Code::BinlogEnabled,
        names: &["log_bin"],
        wanted: "ON (in the server's configuration file; needs a restart)",
        fits: is_on,
        statement: None,
    },
    Setting {
        code: Code::BinlogFormat,
        names: &["binlog_format"],
        wanted: "ROW",
        fits: |value| value.eq_ignore_ascii_case("ROW"),
        statement: Some("SET GLOBAL binlog_format = 'ROW';"),
    },
    Setting {
        code: Code::BinlogRowImage,
        names: &["binlog_row_image"],
        wanted: "FULL",
        fits: |value| value.eq_ignore_ascii_case("FULL"),
        statement: Some("SET GLOBAL binlog_row_image = 'FULL';"),
    },
    Setting {
        code: Code::BinlogRowValueOptions,
        names: &["binlog_row_value_options"],
        wanted: "empty (no PARTIAL_JSON)",
        fits: str::is_empty,
        statement: Some("SET GLOBAL binlog_row_value_options = '';"),
    },
    Setting {
        code: Code::ServerId,
        names: &["server_id"],
        wanted: "a number above 0, unique among all replicas",
        fits: |value| value.parse::<u64>().is_ok_and(|id| id > 0),
        statement: None,
    },
    Setting {
        code: Code::LogReplicaUpdates,
        names: &["log_replica_updates", "log_slave_updates"],
        wanted: "ON where the source is a replica itself",
        fits: is_on,
        statement: None,
    },
    Setting {
        code: Code::GtidMode,
        names: &["gtid_mode"],
        wanted: "ON to survive a failover of the source",
        fits: is_on,
        statement: None,
    },
];

/// Reports every setting.
pub(crate) fn judge(facts: &SourceFacts, mode: MigrationMode) -> Vec<Finding> {
    match mode {
        MigrationMode::Full | MigrationMode::FullAndIncremental | MigrationMode::Incremental => {
            let mut findings: Vec<Finding> =
                SETTINGS.iter().map(|setting| report(setting, &facts.variables)).collect();
            findings.push(retention(&facts.variables));
            findings
        }
    }
}

fn report(setting: &Setting, variables: &BTreeMap<String, String>) -> Finding {
    let found = setting.names.iter().find_map(|name| Some((*name, variables.get(*name)?)));
    let Some((name, value)) = found else {
        let name = setting.names.first().copied().unwrap_or_default();
        let evidence = if setting.code == Code::BinlogRowValueOptions {
            format!("the server has no {name}, so it writes no partial JSON")
        } else {
            format!("the server does not show {name}; an incremental migration will need {}", setting.wanted)
        };
        return Draft::pass(setting.code, "source", evidence).done();
    };
    if (setting.fits)(value) {
        return Draft::pass(setting.code, "source", format!("{name} = {}", shown(value))).done();
    }
    let evidence = format!(
        "{name} = {}; a full migration does not mind, an incremental one will need {}",
        shown(value),
        setting.wanted
    );
    Draft::pass(setting.code, "source", evidence).statements(setting.statement.map(str::to_owned)).done()
}

fn retention(variables: &BTreeMap<String, String>) -> Finding {
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
            let evidence = format!(
                "binary logs are kept for {} h; a full migration does not mind, an incremental one should have 72 h",
                seconds / 3_600
            );
            return Draft::pass(Code::BinlogRetention, "source", evidence).statement(statement).done();
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
