//! One configuration for all clients: region, credentials and endpoints of the standard chain, TLS by rustls with ring.
//!
//! Every call ends in time: the SDK waits for an answer as long as it takes unless told otherwise, and an invocation
//! that hangs in a call is killed at its deadline without having said anything. The bounds are well below the shortest
//! timeout of a function (30 s), with room for this crate's own tries.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use crate::units::Units;

const CONNECT: Duration = Duration::from_secs(2);
const ATTEMPT: Duration = Duration::from_secs(4);
const OPERATION: Duration = Duration::from_secs(10);
/// Objects are larger than anything else.
const OBJECT_ATTEMPT: Duration = Duration::from_secs(8);
const OBJECT_OPERATION: Duration = Duration::from_secs(15);

/// Clients of every service that is used; clones share connections, credentials and counters.
#[derive(Debug, Clone)]
pub struct Clients {
    /// For the checkpoint table.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// For the queues.
    pub sqs: aws_sdk_sqs::Client,
    /// For objects.
    pub s3: aws_sdk_s3::Client,
    /// For secrets.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// What their calls are billed.
    pub units: Units,
    /// Where they are sent, if anybody says.
    pub(crate) region: Option<String>,
    pub(crate) credentials: Option<SharedCredentialsProvider>,
}

/// A server that answers for a service in place of AWS.
#[derive(Debug, Clone)]
pub struct Place {
    /// `http://127.0.0.1:4566`.
    pub url: String,
    /// What the server takes for a region.
    pub region: String,
}

impl Clients {
    /// Loads region, credentials and endpoints as every AWS tool does, from the environment and the profile files.
    pub async fn load() -> Self {
        Self::of(&configured(aws_config::defaults(BehaviorVersion::v2026_01_12())).load().await, false)
    }

    /// Clients of a local server that takes any credentials, such as LocalStack or moto; reads no environment.
    pub async fn at(place: &Place) -> Self {
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new(place.region.clone()))
            .credentials_provider(Credentials::new("testing", "testing", None, None, "local"))
            .endpoint_url(&place.url);
        Self::of(&configured(loader).load().await, true)
    }

    /// `paths`: whether buckets stand in an object's path and not in the host's name, which a local server may not have.
    fn of(config: &SdkConfig, paths: bool) -> Self {
        let objects = timeouts(OBJECT_ATTEMPT, OBJECT_OPERATION);
        let s3 = aws_sdk_s3::config::Builder::from(config).timeout_config(objects).force_path_style(paths);
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            sqs: aws_sdk_sqs::Client::new(config),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            secrets: aws_sdk_secretsmanager::Client::new(config),
            units: Units::default(),
            region: config.region().map(ToString::to_string),
            credentials: config.credentials_provider(),
        }
    }
}

fn configured(loader: ConfigLoader) -> ConfigLoader {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    loader.http_client(http).timeout_config(timeouts(ATTEMPT, OPERATION))
}

fn timeouts(attempt: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build()
}
