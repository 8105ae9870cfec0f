//! Databases and tables: looked at and made.
//!
//! A definition may have taken effect although its answer was lost, and DDL goes on after a client gave up, so the
//! target is looked at before an uncertain CREATE is called failed (protocol H18).

use std::collections::{BTreeMap, BTreeSet};

use migration::ident::{ColumnName, DatabaseName, TableId};
use migration::port::{PortError, TargetCatalog, TargetFacts, TlsFacts};
use migration::schema::{TargetColumn, TargetIndex, TargetTable};
use migration::statement_form::{Escaping, ValueForm};
use migration::task::TlsMode;
use mysql_async::Row;

use crate::classify::Class;
use crate::described::{
    DescribedColumn, ShownRow, definitions, described_column, index_name, lacks_parameters, read_type, under,
};
use crate::failure::{Failure, unexpected};
use crate::session::text_at;
use crate::statement::{create_database, create_table, page_select, table_name};
use crate::target::Target;

impl TargetCatalog for Target {
    async fn facts(&self) -> Result<TargetFacts, PortError> {
        let failed = |failure: Failure| failure.into_port("asking for the server's version");
        let time_zone = self.initial_time_zone().await.map_err(failed)?;
        let rows = self.ask("SELECT @@VERSION").await.map_err(failed)?;
        let version = rows.into_iter().next().and_then(|mut row| text_at(&mut row, 0)).unwrap_or_default();
        // The driver refuses a line that is not encrypted where encryption is asked for; details it does not tell.
        let encrypted = match self.pool().settings().tls.mode {
            TlsMode::Disabled => false,
            TlsMode::Required | TlsMode::VerifyCa | TlsMode::VerifyIdentity => true,
        };
        Ok(TargetFacts { version, tls: TlsFacts { encrypted, detail: String::new() }, time_zone })
    }

    async fn databases(&self) -> Result<Vec<DatabaseName>, PortError> {
        let doing = "listing the databases";
        let rows = self.ask("SHOW DATABASES").await.map_err(|failure| failure.into_port(doing))?;
        let names = rows.into_iter().filter_map(|mut row| text_at(&mut row, 0));
        names
            .map(|name| DatabaseName::new(name).map_err(|fault| unexpected(doing, &fault.to_string())))
            .collect()
    }

    async fn describe(&self, table: &TableId) -> Result<Option<TargetTable>, PortError> {
        let doing = format!("describing {table}");
        let Some(lines) = self.described(table).await? else { return Ok(None) };
        let columns = self.columns(table, lines).await?;
        let name = table_name(table);
        let variables = self.shown(&format!("SHOW TABLE VARIABLES FROM {name}")).await;
        let attributes = optional(variables, &doing)?.iter().filter_map(attribute).collect();
        let indexes = self.shown(&format!("SHOW INDEX FROM {name}")).await;
        let indexes: BTreeSet<String> = optional(indexes, &doing)?.iter().filter_map(index_name).collect();
        let indexes = indexes.into_iter().map(|name| TargetIndex { name }).collect();
        Ok(Some(TargetTable { id: table.clone(), columns, indexes, attributes }))
    }

    async fn is_empty(&self, table: &TableId) -> Result<bool, PortError> {
        let doing = format!("looking for a row of {table}");
        let key = self.key_of(table).await?;
        // No value is sent, so no escaping matters; a text, because hints may do nothing in a prepared statement.
        let values = ValueForm::Literal { escaping: Escaping::BothDoubled };
        let rows = self
            .read(&page_select(table, &key, &[], 1, values))
            .await
            .map_err(|failure| failure.into_port(&doing))?;
        Ok(rows.is_empty())
    }

    async fn create_database(&self, database: &DatabaseName) -> Result<(), PortError> {
        let failure = match self.define(&create_database(database)).await {
            Ok(()) => return Ok(()),
            Err(Failure { class: Class::Exists, .. }) => return Ok(()),
            Err(failure) => failure,
        };
        if failure.class.is_open() && self.databases().await?.contains(database) {
            return Ok(());
        }
        Err(failure.into_port(&format!("creating database {database}")))
    }

    async fn create_table(&self, table: &TargetTable) -> Result<(), PortError> {
        let failure = match self.define(&create_table(table)).await {
            Ok(()) => return Ok(()),
            Err(Failure { class: Class::Exists, .. }) => return Ok(()),
            Err(failure) => failure,
        };
        if failure.class.is_open() && self.described(&table.id).await?.is_some() {
            return Ok(());
        }
        Err(failure.into_port(&format!("creating table {}", table.id)))
    }

    fn create_table_sql(&self, table: &TargetTable) -> String {
        create_table(table)
    }
}

impl Target {
    /// The lines of DESCRIBE; none where the table does not exist.
    pub(crate) async fn described(&self, table: &TableId) -> Result<Option<Vec<DescribedColumn>>, PortError> {
        let doing = format!("describing {table}");
        let rows = match self.shown(&format!("DESCRIBE {}", table_name(table))).await {
            Ok(rows) => rows,
            Err(Failure { class: Class::Missing, .. }) => return Ok(None),
            Err(failure) => return Err(failure.into_port(&doing)),
        };
        let columns: Option<Vec<_>> = rows.iter().map(described_column).collect();
        match columns {
            Some(columns) if !columns.is_empty() => Ok(Some(columns)),
            Some(_) | None => Err(unexpected(&doing, "DESCRIBE answers in an unknown form")),
        }
    }

    async fn key_of(&self, table: &TableId) -> Result<Vec<ColumnName>, PortError> {
        let doing = format!("describing {table}");
        let lines = self.described(table).await?;
        let lines = lines.ok_or_else(|| unexpected(&doing, "the table does not exist"))?;
        let key = lines.into_iter().filter(|line| line.in_key).map(|line| ColumnName::new(line.name));
        key.collect::<Result<_, _>>().map_err(|fault| unexpected(&doing, &fault.to_string()))
    }

    /// Columns with the parameters of their types, from SHOW CREATE TABLE where DESCRIBE leaves them out.
    async fn columns(
        &self,
        table: &TableId,
        lines: Vec<DescribedColumn>,
    ) -> Result<Vec<TargetColumn>, PortError> {
        let doing = format!("describing {table}");
        let incomplete = lines.iter().any(|line| read_type(&line.spelling).is_some_and(lacks_parameters));
        let defined = if incomplete { self.definitions(table).await } else { BTreeMap::new() };
        let (mut columns, mut key_position) = (Vec::new(), 0..);
        for line in lines {
            let Some(described) = read_type(&line.spelling) else {
                if line.in_key {
                    return Err(unexpected(&doing, &format!("key column {} has an unknown type", line.name)));
                }
                // Left out, so a mapping that needs it says that it is missing.
                tracing::warn!(%table, column = line.name, spelling = line.spelling, "a target column has an unknown type");
                continue;
            };
            let complete = defined.get(&line.name).and_then(|spelling| read_type(spelling));
            let same = |found: &_| std::mem::discriminant(found) == std::mem::discriminant(&described);
            let column_type =
                complete.filter(|_| lacks_parameters(described)).filter(same).unwrap_or(described);
            let key_position = if line.in_key { key_position.next() } else { None };
            let name = ColumnName::new(line.name).map_err(|fault| unexpected(&doing, &fault.to_string()))?;
            columns.push(TargetColumn { name, column_type, key_position });
        }
        columns.sort_by_key(|column| column.key_position.unwrap_or(u32::MAX));
        Ok(columns)
    }

    /// Column definitions by name. The statement needs more rights than DESCRIBE, so without it the parameters stay unknown.
    async fn definitions(&self, table: &TableId) -> BTreeMap<String, String> {
        let Ok(rows) = self.shown(&format!("SHOW CREATE TABLE {}", table_name(table))).await else {
            return BTreeMap::new();
        };
        let text = rows.first().and_then(|row| {
            under(row, "CREATE TABLE").or_else(|| row.get(1).and_then(|(_, text)| text.as_deref()))
        });
        text.map(definitions).unwrap_or_default().into_iter().collect()
    }

    async fn shown(&self, sql: &str) -> Result<Vec<ShownRow>, Failure> {
        Ok(self.ask(sql).await?.into_iter().map(with_headers).collect())
    }
}

fn with_headers(mut row: Row) -> ShownRow {
    let headers: Vec<String> =
        row.columns_ref().iter().map(|column| column.name_str().into_owned()).collect();
    headers.into_iter().enumerate().map(|(at, header)| (header, text_at(&mut row, at))).collect()
}

/// What a table has unless it is told otherwise (`lindorm.md` 4.2); an empty value unsets an option.
const DEFAULTS: [(&str, &str); 4] = [
    ("COMPRESSION", "ZSTD"),
    ("CONSISTENCY", "eventual"),
    ("MUTABILITY", "MUTABLE_LATEST"),
    ("VERSIONS", "1"),
];

/// A table variable that differs from its default.
fn attribute(row: &ShownRow) -> Option<(String, String)> {
    let (name, value) = (under(row, "Variable_name")?.to_ascii_uppercase(), under(row, "Value")?);
    let default = DEFAULTS.iter().any(|(known, usual)| *known == name && usual.eq_ignore_ascii_case(value));
    (!default && !value.is_empty()).then(|| (name, value.to_owned()))
}

/// What an old engine does not know counts as nothing to show.
fn optional(shown: Result<Vec<ShownRow>, Failure>, doing: &str) -> Result<Vec<ShownRow>, PortError> {
    match shown {
        Ok(rows) => Ok(rows),
        Err(Failure { class: Class::Unsupported, .. }) => Ok(Vec::new()),
        Err(failure) => Err(failure.into_port(doing)),
    }
}
