//! Requests to servers that speak AWS's protocols, by plain HTTP.
//!
//! Not by the SDK and not by Ferry's adapters, so that a mistake of theirs is not made on both sides.
//! The servers look at the scope of the signature only, so the signature is none.

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::error::CloudError;

/// A client of one service at one endpoint.
#[derive(Debug, Clone)]
pub(crate) struct AwsHttp {
    http: Client<HttpConnector, Full<Bytes>>,
    endpoint: String,
    scope: String,
}

impl AwsHttp {
    /// For the service of this name in signatures, such as `sqs`.
    pub(crate) fn new(endpoint: &str, service: &str, region: &str) -> Self {
        Self {
            http: Client::builder(TokioExecutor::new()).build_http(),
            endpoint: endpoint.to_owned(),
            scope: format!("Credential=test/20260101/{region}/{service}/aws4_request"),
        }
    }

    /// Calls an action of a service with a JSON protocol, such as `AmazonSQS.SendMessage`.
    pub(crate) async fn call(&self, action: &str, body: &Value) -> Result<Value, CloudError> {
        let version =
            if action.starts_with("DynamoDB") || action.starts_with("AmazonSQS") { "1.0" } else { "1.1" };
        let kind = format!("application/x-amz-json-{version}");
        let headers = [("X-Amz-Target", action), ("Content-Type", &kind)];
        let answer = self.request(Method::POST, "/", &headers, body.to_string().into()).await?;
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer).map_err(|_| self.failed(action, "the answer is no JSON".to_owned()))
    }

    /// Sends a request and returns the body of a good answer.
    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Bytes, CloudError> {
        let what = headers.first().map_or(path, |(_, action)| action);
        let authorization = format!("AWS4-HMAC-SHA256 {}, SignedHeaders=host, Signature=0", self.scope);
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.endpoint))
            .header("Authorization", authorization);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).map_err(|error| self.failed(what, error.to_string()))?;
        let answer =
            self.http.request(request).await.map_err(|error| self.failed(what, format!("{error:?}")))?;
        let status = answer.status();
        let body = answer.into_body().collect().await;
        let body = body.map_err(|error| self.failed(what, error.to_string()))?.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        let words: String = String::from_utf8_lossy(&body).chars().take(300).collect();
        Err(self.failed(what, format!("{status}: {words}")))
    }

    fn failed(&self, action: &str, why: String) -> CloudError {
        CloudError::Call { action: format!("{action} at {}", self.endpoint), why }
    }
}
