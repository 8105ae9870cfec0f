//! moto's server as a process of its own: its DynamoDB, S3 and Secrets Manager.

use std::net::SocketAddr;
use std::process::Command;

use crate::aws_servers::AwsServers;
use crate::error::ServerError;
use crate::finder::beside;
use crate::process::command;
use crate::scratch::Scratch;
use crate::web_server::WebServer;

/// A running moto with every service, on the loopback; any credentials, every region. Killed on drop.
#[derive(Debug)]
pub struct Moto(WebServer);

impl Moto {
    /// Starts it on a free port with nothing stored (a second; on a machine's first call it may be installed).
    ///
    /// # Errors
    /// Fails when it cannot be had or does not come up; the error holds the end of its log.
    pub fn start() -> Result<Self, ServerError> {
        let python = AwsServers::find()?.moto;
        let script = beside("infra/aws-servers/moto-one-at-a-time.py");
        let make = |address: SocketAddr, scratch: &Scratch| -> Command {
            let mut command = command(&python);
            command.arg(&script).arg(address.port().to_string()).current_dir(scratch.path());
            command
        };
        Ok(Self(WebServer::start("moto", "/moto-api/data.json", make)?))
    }

    /// The endpoint for clients of every service.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Process id of the server.
    pub fn process_id(&self) -> u32 {
        self.0.process_id()
    }
}
