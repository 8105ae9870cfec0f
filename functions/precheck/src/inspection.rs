//! Asks both ends, judges subject by subject, and gives the report. It stores nothing.
//!
//! A server that cannot be reached, or refuses, is a finding: the owner has to mend it. A connection that is lost in
//! the middle is an error, and the platform tries the whole inspection again; nothing has been decided by then.

use std::time::Duration;

use migration::budget::Budget;
use migration::capabilities::Capabilities;
use migration::finding::{Finding, Verdict, verdict};
use migration::ident::DatabaseName;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Clock, PortError, Queue, SourceCatalog, TargetCatalog, TargetProbe};
use migration::run::RunId;
use migration::schema::TableMapping;
use migration::task::Task;
use serde::Serialize;

use crate::codes::{Code, Judged};
use crate::draft::silent;
use crate::handler::Ports;
use crate::source_side::Source;
use crate::target_side::Target;
use crate::{accepted, probe_report, source_side, table_side, target_side, time_zone};

/// What precheck has to say about a task.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Every finding, in the order of the table of codes.
    pub findings: Vec<Finding>,
    /// How each table is carried, largest first; complete exactly where the verdict is to go on.
    #[serde(skip)]
    pub tables: Vec<TableMapping>,
    /// What the probe measured, and what follows from the tables.
    #[serde(skip)]
    pub capabilities: Capabilities,
    /// The database that holds the probe table, where one was made.
    #[serde(skip)]
    pub probe_database: Option<DatabaseName>,
}

impl Report {
    /// Judges, and marks the alerts the task accepts.
    pub fn verdict(&mut self, task: &Task) -> Verdict {
        let accepted = task.ignore.iter().map(|code| code.as_str().to_owned()).collect();
        verdict(&mut self.findings, &accepted)
    }
}

/// How often a server is asked for its facts before it counts as unreachable.
const CONNECT_TRIES: u32 = 3;
/// The pause between two tries.
const CONNECT_PAUSE: Duration = Duration::from_secs(1);

/// Inspects a task for a run.
///
/// # Errors
/// [`HandlerError`] where a server or the checkpoint table is lost in the middle.
pub async fn inspect<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    run: RunId,
    task: &Task,
    budget: Budget,
) -> Result<Report, HandlerError>
where
    R: CheckpointTable,
    Q: Queue,
    S: SourceCatalog,
    T: TargetCatalog + TargetProbe,
    C: Clock,
{
    let mut findings = accepted::judge(&task.ignore);
    let source = source_side::inspect(ports, task, &mut findings).await?;
    let target = target_side::inspect(ports, run, task, source.as_ref(), &mut findings).await?;
    findings.extend(time_zone::judge(
        source.as_ref().map(|source| &source.facts),
        target.as_ref().map(|target| &target.facts),
    ));
    let mut judged = vec![Judged::Document];
    judged.extend(source.is_some().then_some(Judged::Source));
    let (Some(Source { selected, .. }), Some(target)) = (source, target) else {
        findings.extend(silent(&findings, &judged));
        in_order_of_codes(&mut findings);
        let capabilities = Capabilities::unknown("one of the servers did not answer");
        return Ok(Report { findings, tables: Vec::new(), capabilities, probe_database: None });
    };
    let Target { state, probe, .. } = target;
    let (probe_database, measured) = match probe {
        Some((database, capabilities)) => {
            let keeps_rows = !state.filled.is_empty();
            findings.extend(probe_report::judge(&capabilities, &database, task, keeps_rows));
            (Some(database), capabilities)
        }
        None => (None, Capabilities::unknown("no target database to probe in")),
    };
    let mapped = table_side::map(task, &selected, &state, &measured, ports.target, &mut findings);
    findings.extend(table_side::against_measurements(&mapped, &state, &measured, task.migration.follows()));
    table_side::ask(ports, task, &mapped, &measured, budget, &mut findings).await?;
    judged.push(Judged::Target);
    judged.extend((!selected.is_empty()).then_some(Judged::Tables));
    findings.extend(silent(&findings, &judged));
    in_order_of_codes(&mut findings);
    let capabilities = table_side::as_far_as_tables_allow(measured, &mapped, task);
    Ok(Report { findings, tables: mapped, capabilities, probe_database })
}

/// One subject after the other, as the table of codes has them; within a code as found.
fn in_order_of_codes(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| Code::ALL.iter().position(|code| code.as_str() == finding.code));
}

/// What became of a call: an answer, or a refusal only a person can mend.
pub(crate) type Answer<T> = Result<T, PortError>;

/// Sets refusals apart from calls that may be made again.
///
/// # Errors
/// The transient error.
pub(crate) fn settled<T>(outcome: Result<T, PortError>) -> Result<Answer<T>, HandlerError> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(error) if error.is_transient() => Err(HandlerError::Port(error)),
        Err(error) => Ok(Err(error)),
    }
}

/// Asks for a server's facts, a few times where the failure may pass.
pub(crate) async fn connect<F, E>(clock: &impl Clock, ask: impl Fn() -> F) -> Answer<E>
where
    F: Future<Output = Result<E, PortError>>,
{
    let mut tries = 1;
    loop {
        match ask().await {
            Err(error) if error.is_transient() && tries < CONNECT_TRIES => {
                tries += 1;
                clock.sleep(CONNECT_PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}
