//! Statements that change what there is: databases, tables, indexes, users and settings.

use crate::answer::SqlError;
use crate::engine::scope::Scope;
use crate::engine::{Engine, Support, alteration, definition, naming};
use crate::refusal;
use crate::sql::Statement;

impl Engine {
    /// Runs a statement that changes databases, tables or indexes, or that ends a transaction there never was.
    pub(super) fn define(
        &self,
        statement: &Statement,
        current: &str,
        scope: &Scope<'_>,
    ) -> Result<(), SqlError> {
        match statement {
            Statement::CreateDatabase(name, if_not_exists) => {
                if *if_not_exists && self.catalog.has_database(name) {
                    return Ok(());
                }
                naming::check_database(name)?;
                if self.catalog.add_database(name) { Ok(()) } else { Err(refusal::database_exists(name)) }
            }
            Statement::DropDatabase(name, if_exists) => {
                if name == "default" {
                    return Err(refusal::unsupported("DROP of the database default"));
                }
                let removed = self.catalog.remove_database(name);
                if removed || *if_exists { Ok(()) } else { Err(refusal::database_absent(name)) }
            }
            Statement::CreateTable(create) => {
                let schema = definition::schema(create, scope)?;
                let database = create.table.database.as_deref().unwrap_or(current);
                let added = self.catalog.add_table(database, &create.table.table, schema)?;
                if added || create.if_not_exists {
                    Ok(())
                } else {
                    Err(refusal::table_exists(&create.table.table))
                }
            }
            Statement::CreateTableLike(name, like, if_not_exists) => {
                let schema = self.catalog.table(current, like)?.schema().emptied();
                naming::check_table(&name.table, scope.assumptions.names)?;
                let database = name.database.as_deref().unwrap_or(current);
                let added = self.catalog.add_table(database, &name.table, schema)?;
                if added || *if_not_exists { Ok(()) } else { Err(refusal::table_exists(&name.table)) }
            }
            Statement::AlterSystem(name, value) => self.system.set(name, value),
            Statement::DropTable(name, if_exists) => {
                let removed = self.catalog.remove_table(current, name)?;
                if removed || *if_exists { Ok(()) } else { Err(refusal::unknown_table(&name.table)) }
            }
            Statement::AlterTable(name, alteration) => {
                alteration::alter(&*self.catalog.table(current, name)?, alteration, scope)
            }
            Statement::CreateIndex(name, spec, if_not_exists) => {
                alteration::create_index(&*self.catalog.table(current, name)?, spec, *if_not_exists, scope)
            }
            Statement::DropIndex(name, index) => {
                alteration::drop_index(&*self.catalog.table(current, name)?, index)
            }
            Statement::Truncate(name) => {
                self.catalog.table(current, name)?.clear();
                Ok(())
            }
            Statement::Account(change) => self.directory.apply(change, current, &self.catalog),
            Statement::EndTransaction if scope.assumptions.chatter == Support::Accepted => Ok(()),
            Statement::EndTransaction => Err(refusal::unsupported("transactions")),
            Statement::Upsert(_)
            | Statement::Delete(_)
            | Statement::Update(_)
            | Statement::Select(_)
            | Statement::Show(_)
            | Statement::Use(_)
            | Statement::Set(_) => Err(refusal::unsupported("this statement here")),
        }
    }
}
