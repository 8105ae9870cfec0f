//! Everything asked of the source's catalog and settings.

use migration::finding::Finding;
use migration::ident::TableId;
use migration::outcome::HandlerError;
use migration::port::{
    CheckpointTable, Clock, PortError, Queue, SourceCatalog, SourceFacts, TargetCatalog, TargetProbe,
};
use migration::schema::{SourceTable, TableKind};
use migration::task::Task;

use crate::codes::Code;
use crate::connection::{self, End};
use crate::draft::Draft;
use crate::facts::{Selected, refusal};
use crate::grants::{self, Grants};
use crate::handler::Ports;
use crate::inspection::{connect, settled};
use crate::selection::{self, Listing, Rights};
use crate::{binlog, column_traits, engine, foreign_keys, target_name, version};

/// Tables described by one call; bounds the size of one catalog query.
const DESCRIBED_AT_ONCE: usize = 100;

/// What is known of the source.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its settings.
    pub(crate) facts: SourceFacts,
    /// The tables to be carried, views left out.
    pub(crate) selected: Vec<Selected>,
}

/// Asks and judges; none where the source does not answer or hides its catalog.
pub(crate) async fn inspect<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    task: &Task,
    findings: &mut Vec<Finding>,
) -> Result<Option<Source>, HandlerError>
where
    R: CheckpointTable,
    Q: Queue,
    S: SourceCatalog,
    T: TargetCatalog + TargetProbe,
    C: Clock,
{
    let facts = match connect(ports.clock, || ports.source.facts()).await {
        Ok(facts) => facts,
        Err(error) => {
            findings.push(connection::unreached(End::Source, &task.source, &error));
            return Ok(None);
        }
    };
    let grants = Grants::of(&facts);
    findings.push(connection::reached(End::Source, &task.source, &facts.version));
    findings.push(connection::tls(End::Source, &task.source, &facts.tls));
    findings.push(version::judge(&facts));
    findings.push(engine::encrypted(&facts));
    findings.extend(grants::on_replication(&facts, &grants, task.migration));
    findings.extend(binlog::judge(&facts, task.migration));
    let described = match describe(ports.source, task).await? {
        Ok((listing, described)) => {
            let rights = Rights { account: &facts.account, grants: &grants };
            findings.extend(selection::judge(task, &listing, &described, rights));
            for item in task.objects.iter().filter(|item| selection::selects_by_pattern(item)) {
                let is_there = listing.get(&item.database).is_some_and(Option::is_some);
                findings
                    .extend(is_there.then(|| grants::on_database(&facts, &grants, &item.database)).flatten());
            }
            described
        }
        Err(error) => {
            findings.push(
                Draft::fail(Code::SourceCatalog, "source", refusal(&error))
                    .remedy("give the account SELECT on the databases to be carried")
                    .done(),
            );
            return Ok(None);
        }
    };
    let selected = selected(task, described);
    if !selected.is_empty() {
        findings.push(
            Draft::pass(Code::SourceCatalog, "source", "the catalog describes every selected table").done(),
        );
    }
    findings.extend(grants::on_tables(&facts, &grants, &selected));
    findings.extend(engine::judge(&selected));
    findings.extend(selected.iter().filter_map(selection::columns));
    findings.extend(target_name::clashes(&selected));
    findings.extend(column_traits::judge(&selected));
    findings.push(foreign_keys::judge(&selected, &facts, task.migration));
    Ok(Some(Source { facts, selected }))
}

type Described = Result<(Listing, Vec<SourceTable>), PortError>;

async fn describe(source: &impl SourceCatalog, task: &Task) -> Result<Described, HandlerError> {
    let mut listing = Listing::new();
    for item in &task.objects {
        match settled(source.table_names(&item.database).await)? {
            Ok(tables) => listing.insert(item.database.clone(), tables),
            Err(error) => return Ok(Err(error)),
        };
    }
    let chosen = selection::chosen(task, &listing);
    let mut described = Vec::new();
    for of_database in chosen.chunk_by(|one, other| one.database == other.database) {
        for some in of_database.chunks(DESCRIBED_AT_ONCE) {
            match settled(source.describe(some).await)? {
                Ok(tables) => described.extend(tables),
                Err(error) => return Ok(Err(error)),
            }
        }
    }
    described.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(Ok((listing, described)))
}

fn selected(task: &Task, described: Vec<SourceTable>) -> Vec<Selected> {
    let base = described.into_iter().filter(|table| table.kind == TableKind::Base);
    base.filter_map(|source| {
        let TableId { database, table } = &source.id;
        Some(Selected { selection: task.mapped(database, table)?, source })
    })
    .collect()
}
