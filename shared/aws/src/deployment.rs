//! A deployment as a person's tool finds it: by the name of its stack, with what the environment and the profile say.
//!
//! What is commonly missing there is told apart, each with what to do: a region, credentials, the deployment, a right.
//! Functions need none of this: they are told where everything is.

use aws_sdk_dynamodb::config::ProvideCredentials as _;
use aws_sdk_dynamodb::types::AttributeValue;
use migration::port::{PortError, Surface};

use crate::classify::{code_of, failed};
use crate::clients::Clients;
use crate::queues::SqsQueues;
use crate::secrets::Secrets;
use crate::table::DynamoTable;

/// The stack's name where nobody gives one.
pub const STACK_DEFAULT: &str = "ferry";

/// A deployment whose table was there and could be read.
#[derive(Debug, Clone)]
pub struct Deployment {
    clients: Clients,
    stack: String,
    region: String,
}

/// Why a deployment cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    /// Nobody says which region.
    #[error("no AWS region is set: give AWS_REGION, or a region in the profile that AWS_PROFILE names")]
    NoRegion,
    /// There are none, or they cannot be had.
    #[error(
        "no AWS credentials are found: give AWS_PROFILE, sign in with `aws sso login`, or set AWS_ACCESS_KEY_ID and \
         AWS_SECRET_ACCESS_KEY"
    )]
    NoCredentials,
    /// AWS does not take them.
    #[error(
        "AWS refuses the credentials ({code}): sign in again, and check AWS_PROFILE and the system's clock"
    )]
    Refused {
        /// The code it refuses them with.
        code: String,
    },
    /// There is no such table.
    #[error(
        "there is no deployment {stack} in region {region}: its table {stack}-checkpoints does not exist; give --stack, \
         AWS_REGION or AWS_PROFILE, or deploy it first"
    )]
    NotThere {
        /// The stack.
        stack: String,
        /// The region.
        region: String,
    },
    /// The credentials lack a right.
    #[error("these credentials may not use table {stack}-checkpoints in region {region}")]
    Denied {
        /// The stack.
        stack: String,
        /// The region.
        region: String,
        /// What AWS says, which names the right.
        #[source]
        cause: Box<PortError>,
    },
    /// Whatever else went wrong.
    #[error(transparent)]
    Port(PortError),
}

impl Deployment {
    /// Finds the deployment of this stack, in the region and with the credentials of the standard chain.
    ///
    /// # Errors
    /// [`DeploymentError`].
    pub async fn find(stack: &str) -> Result<Self, DeploymentError> {
        let clients = Clients::load().await;
        let region = clients.region.clone().ok_or(DeploymentError::NoRegion)?;
        let provider = clients.credentials.clone().ok_or(DeploymentError::NoCredentials)?;
        if let Err(error) = provider.provide_credentials().await {
            tracing::info!(%error, "no credentials");
            return Err(DeploymentError::NoCredentials);
        }
        let found = Self { clients, stack: stack.to_owned(), region };
        found.is_there().await?;
        Ok(found)
    }

    /// Its stack's name.
    #[must_use]
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// The region it is in.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Its checkpoint table.
    #[must_use]
    pub fn table(&self) -> DynamoTable {
        DynamoTable::new(&self.clients, self.table_name())
    }

    /// Its queues.
    ///
    /// # Errors
    /// Fails where one of them does not exist or may not be used.
    pub async fn queues(&self) -> Result<SqsQueues, PortError> {
        SqsQueues::named(&self.clients, &self.stack).await
    }

    /// Secrets that its tasks refer to.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        Secrets::new(&self.clients)
    }

    fn table_name(&self) -> String {
        format!("{}-checkpoints", self.stack)
    }

    /// Asks for a record as every command will, so that no right is needed for asking alone.
    async fn is_there(&self) -> Result<(), DeploymentError> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let asked = self.clients.dynamodb.get_item().table_name(self.table_name());
        let answer = asked.key("pk", text("task")).key("sk", text("?")).consistent_read(true).send().await;
        let Err(error) = answer else { return Ok(()) };
        let (stack, region) = (self.stack.clone(), self.region.clone());
        let code = code_of(&error).unwrap_or_default().to_owned();
        let told = || failed(Surface::Checkpoint, "GetItem", &error);
        Err(match code.as_str() {
            "ResourceNotFoundException" => DeploymentError::NotThere { stack, region },
            "AccessDeniedException" | "AccessDenied" => {
                DeploymentError::Denied { stack, region, cause: Box::new(told()) }
            }
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestTimeTooSkewed" => DeploymentError::Refused { code },
            _ => DeploymentError::Port(told()),
        })
    }
}
