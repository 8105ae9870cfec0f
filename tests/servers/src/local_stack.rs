//! LocalStack as a process of its own: its SQS, which is the closest to the real one that runs without AWS.

use std::net::SocketAddr;
use std::process::Command;

use crate::aws_api;
use crate::aws_servers::AwsServers;
use crate::error::ServerError;
use crate::finder::beside;
use crate::process::command;
use crate::scratch::Scratch;
use crate::web_server::WebServer;

const PROGRAM: &str = "LocalStack";

/// A running LocalStack with SQS alone, on the loopback; any credentials, every region. Killed on drop.
#[derive(Debug)]
pub struct LocalStack(WebServer);

impl LocalStack {
    /// Starts it on a free port with a fresh folder (two seconds; on a machine's first call it may be installed).
    ///
    /// # Errors
    /// Fails when it cannot be had or does not come up; the error holds the end of its log.
    pub fn start() -> Result<Self, ServerError> {
        let python = AwsServers::find()?.localstack;
        let script = beside("infra/aws-servers/localstack-on-loopback.py");
        let make = |address: SocketAddr, scratch: &Scratch| -> Command {
            let mut command = command(&python);
            command
                .arg(&script)
                .current_dir(scratch.path())
                .env("FILESYSTEM_ROOT", scratch.path().join("root"))
                .env("GATEWAY_LISTEN", address.to_string())
                // Queue URLs hold this address, and no name that would have to be resolved.
                .envs([
                    ("LOCALSTACK_HOST", address.to_string()),
                    ("SQS_ENDPOINT_STRATEGY", "path".to_owned()),
                ])
                .envs([("OVERRIDE_IN_DOCKER", "0"), ("DNS_ADDRESS", "0"), ("LS_LOG", "error")])
                .envs([("DISABLE_EVENTS", "1"), ("SKIP_SSL_CERT_DOWNLOAD", "1")])
                .envs([("SERVICES", "sqs"), ("EAGER_SERVICE_LOADING", "1")]);
            command
        };
        Ok(Self(WebServer::start(PROGRAM, "/_localstack/health", make)?))
    }

    /// The endpoint for an SQS client.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Sends a JSON call such as `AmazonSQS.CreateQueue` to SQS; the answer's body.
    ///
    /// # Errors
    /// Fails when the server refuses it.
    pub fn call(&self, target: &str, body: &str) -> Result<String, ServerError> {
        aws_api::call(PROGRAM, &self.url(), "sqs", target, body)
    }

    /// Process id of the server.
    pub fn process_id(&self) -> u32 {
        self.0.process_id()
    }
}
