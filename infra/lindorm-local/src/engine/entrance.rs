//! How users get into the engine: accounts from the server's options, what a login is checked against, sessions of users.
//!
//! The engine never sees a proof of a password; whoever calls [`Engine::log_in`] has checked it.

use crate::answer::SqlError;
use crate::engine::account::{Accounts, Login};
use crate::engine::password::PasswordHashes;
use crate::engine::privilege::{Access, demand_of_use};
use crate::engine::{DeniedStatement, Engine, Session};

/// What a login is checked against.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The methods it may use.
    pub login: Login,
    /// The hashes of the password, none for an empty one.
    pub password: Option<PasswordHashes>,
}

impl Engine {
    /// Puts an account in place as the server's options name it: with every privilege if it is new.
    pub fn install_account(&self, user: &str, password: &str, login: Login) {
        let password = PasswordHashes::of(password.as_bytes());
        let installed = self.directory.change(|accounts| {
            accounts.install(user, password, login);
            Ok(())
        });
        installed.expect("invariant: installing an account is never refused");
    }

    /// What a user's login is checked against; `None` for a user there is not.
    #[must_use]
    pub fn credential(&self, user: &str) -> Option<Credential> {
        self.directory.read(|accounts| {
            let account = accounts.get(user)?;
            Some(Credential { login: account.login, password: account.password.clone() })
        })
    }

    /// A new session of a user, on `database` or on `default`. Each of its statements needs the user's privileges.
    ///
    /// # Errors
    /// 1049 for a database that does not exist; 1045 for one that the user holds nothing on.
    pub fn log_in(&self, user: &str, database: Option<&str>) -> Result<Session, SqlError> {
        let mut session = self.session(database)?;
        session.access = Access::of(user, &self.directory);
        if let Some(database) = database.filter(|name| !name.is_empty()) {
            let demand = || demand_of_use(database);
            let number = DeniedStatement::AccessDenied;
            session.access.check(&self.directory, number, demand)?;
        }
        Ok(session)
    }

    /// The users with their passwords' hashes and grants, as they stand.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        self.directory.read(Clone::clone)
    }

    /// Puts kept users in the place of all there are.
    pub fn restore_accounts(&self, kept: Accounts) {
        let restored = self.directory.change(|accounts| {
            *accounts = kept;
            Ok(())
        });
        restored.expect("invariant: restoring accounts is never refused");
    }
}
