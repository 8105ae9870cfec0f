//! One configuration for all clients: region, credentials and endpoints of the standard chain, TLS by rustls with ring.

use aws_config::BehaviorVersion;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// Clients of every service that is used; clones share connections and credentials.
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
}

impl Clients {
    /// Loads region, credentials and endpoints as every AWS tool does, from the environment and the profile files.
    pub async fn load() -> Self {
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http).load().await;
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            s3: aws_sdk_s3::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
        }
    }
}
