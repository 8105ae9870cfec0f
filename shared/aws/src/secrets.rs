//! Passwords from Secrets Manager.
//!
//! A secret is read when it is needed and kept for at most five minutes, so that a rotation is noticed without a
//! deployment. Who is refused by a server with a password from here calls [`Secrets::forget`] and tries once more.
//! Nothing here is logged, and the debug form shows no secret and no name of one.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{Builder, Region};
use migration::port::{PortError, Surface};
use migration::retry::Retry;

use crate::classify::failed;
use crate::clients::Clients;
use crate::units::Units;

/// How long a secret is kept.
const KEPT: Duration = Duration::from_secs(5 * 60);

/// Reads secrets; clones share what is kept.
#[derive(Clone)]
pub struct Secrets {
    client: Client,
    units: Units,
    kept: Arc<Mutex<HashMap<String, (Instant, String)>>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(clients: &Clients) -> Self {
        Self { client: clients.secrets.clone(), units: clients.units.clone(), kept: Arc::default() }
    }

    /// The password that the secret of this ARN or name holds: its text, or the member `password` where the text is a
    /// JSON object, as the rotation of RDS writes it.
    ///
    /// # Errors
    /// Fails where the secret cannot be had or holds no password.
    pub async fn get(&self, arn: &str) -> Result<String, PortError> {
        if let Some((read, password)) = self.kept().get(arn)
            && read.elapsed() < KEPT
        {
            return Ok(password.clone());
        }
        self.units.secret_read();
        let asked = Instant::now();
        let mut request = self.client.get_secret_value().secret_id(arn).customize();
        if let Some(region) = region(arn) {
            request = request.config_override(Builder::new().region(region));
        }
        let answer = request.send().await;
        let answer = answer.map_err(|error| failed(Surface::Secrets, "GetSecretValue", &error))?;
        let password = answer.secret_string().and_then(password).ok_or_else(no_password)?;
        self.kept().insert(arn.to_owned(), (asked, password.clone()));
        Ok(password)
    }

    /// Has the next [`get`](Self::get) read the secret again.
    pub fn forget(&self, arn: &str) {
        self.kept().remove(arn);
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, (Instant, String)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The region an ARN names: a secret may lie in another one than all else, and where no region is set.
fn region(arn: &str) -> Option<Region> {
    let mut parts = arn.split(':');
    let is_arn = parts.next() == Some("arn");
    parts.nth(2).filter(|region| is_arn && !region.is_empty()).map(|region| Region::new(region.to_owned()))
}

/// The password in a secret's text; a text that is no JSON object is the password itself.
fn password(text: &str) -> Option<String> {
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Object(members)) => members.get("password")?.as_str().map(str::to_owned),
        _ => Some(text.to_owned()),
    }
}

fn no_password() -> PortError {
    let summary = "the secret holds neither a text nor a JSON object with the member `password`";
    PortError { retry: Retry::Operator, ..PortError::permanent(Surface::Secrets, summary) }
}

#[cfg(test)]
mod tests {
    use super::{password, region};

    #[test]
    fn a_secret_is_asked_for_where_its_arn_says() {
        let arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop";
        assert_eq!(region(arn).as_ref().map(AsRef::as_ref), Some("eu-central-1"));
        assert_eq!(region("shop"), None);
        assert_eq!(region("shop:a:b:c"), None);
    }

    #[test]
    fn a_password_is_the_text_or_its_member() {
        assert_eq!(password("plain {").as_deref(), Some("plain {"));
        assert_eq!(password("12345").as_deref(), Some("12345"));
        assert_eq!(password(r#"{"username":"u","password":"p\"q","port":3306}"#).as_deref(), Some("p\"q"));
        assert_eq!(password(r#"{"username":"u"}"#), None);
        assert_eq!(password(r#"{"password":7}"#), None);
    }
}
