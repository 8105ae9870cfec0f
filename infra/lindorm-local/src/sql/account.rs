//! Statements on users and privileges: CREATE, ALTER and DROP USER, GRANT, REVOKE.
//!
//! A user's name is an identifier as every other (backticks for a `-` in it). A password is kept as [`Secret`], so that
//! no statement that is shown shows it.

use std::fmt;

use crate::answer::SqlError;
use crate::refusal::syntax;
use crate::sql::Statement;
use crate::sql::cursor::Cursor;
use crate::sql::privilege::{Privilege, Privileges, Resource};

/// A password as it was written; shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// A statement on users or privileges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// CREATE USER.
    Create {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
        /// IF NOT EXISTS.
        if_not_exists: bool,
    },
    /// ALTER USER, which changes the password and nothing else.
    Alter {
        /// The user.
        user: String,
        /// The new password.
        password: Secret,
        /// The password so far, which users have to give who change their own.
        old_password: Option<Secret>,
        /// IF EXISTS.
        if_exists: bool,
    },
    /// DROP USER.
    Drop {
        /// The user.
        user: String,
        /// IF EXISTS.
        if_exists: bool,
    },
    /// GRANT.
    Grant {
        /// What.
        privileges: Privileges,
        /// On what.
        resource: Resource,
        /// To whom.
        user: String,
    },
    /// REVOKE.
    Revoke {
        /// What.
        privileges: Privileges,
        /// On what.
        resource: Resource,
        /// From whom.
        user: String,
    },
}

/// `CREATE USER [IF NOT EXISTS] user IDENTIFIED BY 'password'`, after CREATE.
pub(crate) fn create(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    cursor.expect("user")?;
    let if_not_exists = cursor.take_all(&["if", "not", "exists"])?;
    let user = cursor.name()?;
    cursor.expect("identified")?;
    cursor.expect("by")?;
    let password = Secret(cursor.text()?);
    Ok(Statement::Account(AccountChange::Create { user, password, if_not_exists }))
}

/// `ALTER USER [IF EXISTS] user SET PASSWORD = 'new' [WHERE OLDPASSWORD = 'old']`, after ALTER.
pub(crate) fn alter(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    cursor.expect("user")?;
    let if_exists = cursor.take_all(&["if", "exists"])?;
    let user = cursor.name()?;
    cursor.expect("set")?;
    let password = assigned(cursor, "password")?;
    let old_password = if cursor.take("where")? { Some(assigned(cursor, "oldpassword")?) } else { None };
    Ok(Statement::Account(AccountChange::Alter { user, password, old_password, if_exists }))
}

fn assigned(cursor: &mut Cursor<'_>, word: &str) -> Result<Secret, SqlError> {
    cursor.expect(word)?;
    cursor.expect_symbol("=")?;
    Ok(Secret(cursor.text()?))
}

/// `DROP USER [IF EXISTS] user`, after DROP.
pub(crate) fn drop(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    cursor.expect("user")?;
    let if_exists = cursor.take_all(&["if", "exists"])?;
    Ok(Statement::Account(AccountChange::Drop { user: cursor.name()?, if_exists }))
}

/// `GRANT privileges ON resource TO user`, after GRANT.
pub(crate) fn grant(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let (privileges, resource) = object(cursor)?;
    cursor.expect("to")?;
    Ok(Statement::Account(AccountChange::Grant { privileges, resource, user: cursor.name()? }))
}

/// `REVOKE privileges ON resource FROM user`, after REVOKE.
pub(crate) fn revoke(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let (privileges, resource) = object(cursor)?;
    cursor.expect("from")?;
    Ok(Statement::Account(AccountChange::Revoke { privileges, resource, user: cursor.name()? }))
}

fn object(cursor: &mut Cursor<'_>) -> Result<(Privileges, Resource), SqlError> {
    let mut privileges = one_or_all(cursor)?;
    while cursor.take_symbol(",")? {
        privileges = privileges.with(one_or_all(cursor)?);
    }
    cursor.expect("on")?;
    let resource = if cursor.take("global")? {
        Resource::Global
    } else if cursor.take("database")? || cursor.take("schema")? {
        Resource::Database(cursor.name()?)
    } else if cursor.take("table")? {
        Resource::Table(cursor.table_name()?)
    } else {
        return Err(syntax("privileges are on GLOBAL, DATABASE, SCHEMA or TABLE"));
    };
    Ok((privileges, resource))
}

fn one_or_all(cursor: &mut Cursor<'_>) -> Result<Privileges, SqlError> {
    if cursor.take("all")? {
        // The pages write ALL, ALL PRIVILEGE and ALL PRIVILEGES.
        let _ = cursor.take("privilege")? || cursor.take("privileges")?;
        return Ok(Privileges::ALL);
    }
    for privilege in Privilege::EACH {
        if cursor.take(privilege.spelling())? {
            return Ok(Privileges::of(&[privilege]));
        }
    }
    Err(syntax("a privilege is READ, WRITE, ADMIN, TRASH, SYSTEM or ALL"))
}
