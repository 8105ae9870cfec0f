//! Everything asked of the target: databases, tables, rows in them, owners, and the probe.
//!
//! Missing databases are created here, where the document allows it and nothing else stands against the run, because
//! the probe needs one and because only trying shows whether the account may.

use std::collections::BTreeSet;

use migration::capabilities::Capabilities;
use migration::finding::{Finding, Level};
use migration::ident::{DatabaseName, TableId};
use migration::outcome::HandlerError;
use migration::port::{
    CheckpointTable, Clock, PortError, Queue, SourceCatalog, TargetCatalog, TargetFacts, TargetProbe,
};
use migration::run::RunId;
use migration::task::Task;

use crate::codes::Code;
use crate::connection::{self, End};
use crate::draft::Draft;
use crate::facts::{Selected, TargetState, refusal};
use crate::handler::Ports;
use crate::inspection::{connect, settled};
use crate::source_side::Source;
use crate::{owned, quote, target_database};

/// What is known of the target.
#[derive(Debug)]
pub(crate) struct Target {
    /// Its settings.
    pub(crate) facts: TargetFacts,
    /// Databases and tables.
    pub(crate) state: TargetState,
    /// What the probe measured, and in which database; none where there is no database to probe in.
    pub(crate) probe: Option<(DatabaseName, Capabilities)>,
}

/// Asks and judges; none where the target does not answer or hides its catalog.
pub(crate) async fn inspect<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    run: RunId,
    task: &Task,
    source: Option<&Source>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Target>, HandlerError>
where
    R: CheckpointTable,
    Q: Queue,
    S: SourceCatalog,
    T: TargetCatalog + TargetProbe,
    C: Clock,
{
    let facts = match connect(ports.clock, || ports.target.facts()).await {
        Ok(facts) => facts,
        Err(error) => {
            findings.push(connection::unreached(End::Target, &task.target, &error));
            return Ok(None);
        }
    };
    findings.push(connection::reached(End::Target, &task.target, &facts.version));
    findings.push(connection::tls(End::Target, &task.target, &facts.tls));
    let selected: &[Selected] = source.map_or(&[], |source| &source.selected);
    match look(ports, run, task, selected, findings).await? {
        Ok((state, probe)) => Ok(Some(Target { facts, state, probe })),
        Err(error) => {
            let databases: BTreeSet<&DatabaseName> =
                selected.iter().map(|table| &table.selection.target_database).collect();
            let grants = databases.into_iter().flat_map(|database| {
                quote::target_grants(&["READ", "WRITE"], database.as_str(), &task.target.user)
            });
            findings.push(
                Draft::fail(Code::TargetCatalog, "target", refusal(&error))
                    .remedy("give the account READ and WRITE on the databases to be written, and ADMIN to make tables")
                    .statements(grants)
                    .done(),
            );
            Ok(None)
        }
    }
}

type Probe = Option<(DatabaseName, Capabilities)>;

async fn look<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    run: RunId,
    task: &Task,
    selected: &[Selected],
    findings: &mut Vec<Finding>,
) -> Result<Result<(TargetState, Probe), PortError>, HandlerError>
where
    R: CheckpointTable,
    Q: Queue,
    S: SourceCatalog,
    T: TargetCatalog + TargetProbe,
    C: Clock,
{
    let mut state = TargetState::default();
    match settled(ports.target.databases().await)? {
        Ok(databases) => state.databases = databases.into_iter().collect(),
        Err(error) => return Ok(Err(error)),
    }
    databases(ports.target, task, selected, &mut state, findings).await?;
    let targets: BTreeSet<TableId> = selected.iter().map(Selected::target).collect();
    for table in
        targets.iter().filter(|table| state.databases.contains(&table.database)).cloned().collect::<Vec<_>>()
    {
        match settled(ports.target.describe(&table).await)? {
            Ok(Some(found)) => {
                match settled(ports.target.is_empty(&table).await)? {
                    Ok(true) => {}
                    Ok(false) => drop(state.filled.insert(table.clone())),
                    Err(error) => return Ok(Err(error)),
                }
                state.tables.insert(table, found);
            }
            Ok(None) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    findings.push(Draft::pass(Code::TargetCatalog, "target", "the catalog answers").done());
    state.owned = owned::by_others(ports.records, ports.target_name, &targets, task.name.as_str()).await?;
    findings.extend(state.owned.iter().map(|(table, task)| owned::finding(table, task)));
    let probe = probe(ports.target, run, selected, &state).await?;
    Ok(Ok((state, probe)))
}

/// Judges each target database, and makes the missing ones.
async fn databases(
    target: &impl TargetCatalog,
    task: &Task,
    selected: &[Selected],
    state: &mut TargetState,
    findings: &mut Vec<Finding>,
) -> Result<(), HandlerError> {
    let mut taken = state.databases.clone();
    let mut wanted: Vec<(&DatabaseName, &DatabaseName)> = Vec::new();
    for table in selected {
        let pair = (&table.source.id.database, &table.selection.target_database);
        if !wanted.contains(&pair) {
            wanted.push(pair);
        }
    }
    taken.extend(wanted.iter().map(|(_, target)| (*target).clone()));
    let mut absent: Vec<&DatabaseName> = Vec::new();
    for (source_name, name) in wanted {
        if state.databases.contains(name) {
            findings.push(target_database::exists(name));
        } else if !task.tables_on_target.create {
            findings.push(target_database::missing(name));
        } else if let Some(fault) = target_database::name(source_name, name, &taken) {
            findings.push(fault);
        } else if !absent.contains(&name) {
            absent.push(name);
        }
    }
    let may_run = findings.iter().all(|finding| finding.level != Level::Fail);
    for name in absent {
        if !may_run {
            findings.push(target_database::to_be_created(name));
            continue;
        }
        match settled(target.create_database(name).await)? {
            Ok(()) => {
                findings.push(target_database::created(name));
                state.databases.insert(name.clone());
            }
            Err(error) => findings.push(target_database::refused(name, &error)),
        }
    }
    Ok(())
}

/// Probes in the first table's database that exists. A refusal is a measurement: nothing can be relied upon.
async fn probe(
    target: &impl TargetProbe,
    run: RunId,
    selected: &[Selected],
    state: &TargetState,
) -> Result<Probe, HandlerError> {
    let mut databases = selected.iter().map(|table| &table.selection.target_database);
    let Some(database) = databases.find(|database| state.databases.contains(*database)) else {
        return Ok(None);
    };
    let capabilities = match settled(target.probe(run, database).await)? {
        Ok(capabilities) => capabilities,
        Err(error) => Capabilities::unknown(&format!("no probe table could be made: {}", refusal(&error))),
    };
    Ok(Some((database.clone(), capabilities)))
}
