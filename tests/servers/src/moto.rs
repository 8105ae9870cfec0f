//! moto's server as a process of its own: its DynamoDB, S3 and Secrets Manager.

use std::net::SocketAddr;
use std::process::Command;

use crate::aws_api;
use crate::aws_servers::AwsServers;
use crate::error::ServerError;
use crate::finder::beside;
use crate::process::command;
use crate::scratch::Scratch;
use crate::web_server::WebServer;

const PROGRAM: &str = "moto";

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
        Ok(Self(WebServer::start(PROGRAM, "/moto-api/data.json", make)?))
    }

    /// The endpoint for clients of every service.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Sends a JSON call such as `DynamoDB_20120810.CreateTable` of the service `dynamodb`; the answer's body.
    ///
    /// # Errors
    /// Fails when the server refuses it.
    pub fn call(&self, service: &str, target: &str, body: &str) -> Result<String, ServerError> {
        aws_api::call(PROGRAM, &self.url(), service, target, body)
    }

    /// Makes a bucket.
    ///
    /// # Errors
    /// Fails when the server refuses it.
    pub fn make_bucket(&self, name: &str) -> Result<(), ServerError> {
        aws_api::request(PROGRAM, &self.url(), "PUT", &format!("/{name}"), "s3", "", "").map(drop)
    }

    /// Puts an object of any key, as a person or a console would.
    ///
    /// # Errors
    /// Fails when the server refuses it.
    pub fn put_object(&self, bucket: &str, key: &str, text: &str) -> Result<(), ServerError> {
        aws_api::request(PROGRAM, &self.url(), "PUT", &format!("/{bucket}/{key}"), "s3", "", text).map(drop)
    }

    /// Process id of the server.
    pub fn process_id(&self) -> u32 {
        self.0.process_id()
    }
}
