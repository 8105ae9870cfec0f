//! The Lambda Runtime API, version 2018-06-01, for one environment on a port of its own.
//!
//! Written here because no emulator at hand can be used: `cargo lambda watch` 1.9.2 starts functions with `cargo run`,
//! always says the deadline 600,000 ms after 1970 and lets a function go on whose time is over (tried with its
//! `--only-lambda-apis`); AWS's own emulator is no package of any registry used here; those of LocalStack and SAM need
//! Docker. The protocol is four routes.
//!
//! This file only carries what is said to the one who owns the environment; [`Environment`](crate::environment) decides.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use crate::error::CloudError;

/// What a function is handed.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// The request's id.
    pub(crate) id: String,
    /// When it is killed.
    pub(crate) deadline: SystemTime,
    /// The function's ARN.
    pub(crate) arn: String,
    /// The event.
    pub(crate) event: String,
}

/// What the runtime in the function says.
#[derive(Debug)]
pub(crate) enum Said {
    /// It is ready, and waits for this.
    Next(oneshot::Sender<Invocation>),
    /// The handler has answered.
    Response(Bytes),
    /// The handler has failed.
    Error(Bytes),
    /// It cannot start.
    InitError(Bytes),
}

/// A listening Runtime API; it ends with this value.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    said: mpsc::UnboundedReceiver<Said>,
    serving: JoinHandle<()>,
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl RuntimeApi {
    /// Listens on a free port of the loopback.
    pub(crate) async fn listen() -> Result<Self, CloudError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(CloudError::io("listen"))?;
        let address = listener.local_addr().map_err(CloudError::io("listen"))?;
        let (says, said) = mpsc::unbounded_channel();
        let talk = Arc::new(Talk { says, current: Mutex::default() });
        Ok(Self { address, said, serving: tokio::spawn(serve(listener, talk)) })
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What is said next.
    pub(crate) async fn hear(&mut self) -> Said {
        match self.said.recv().await {
            Some(said) => said,
            // The server task holds the other end for as long as this value lives.
            None => std::future::pending().await,
        }
    }
}

struct Talk {
    says: mpsc::UnboundedSender<Said>,
    current: Mutex<Option<String>>,
}

impl Talk {
    fn swap(&self, id: Option<String>) -> Option<String> {
        std::mem::replace(&mut *self.current.lock().unwrap_or_else(PoisonError::into_inner), id)
    }

    /// Whether this request was handed out and not yet answered; it counts as answered from now on.
    fn ends(&self, id: &str) -> bool {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = current.as_deref() == Some(id);
        if is_it {
            *current = None;
        }
        is_it
    }

    fn say(&self, said: Said) -> Response<Full<Bytes>> {
        if self.says.send(said).is_ok() {
            answer(StatusCode::ACCEPTED, "{\"status\":\"OK\"}")
        } else {
            answer(StatusCode::INTERNAL_SERVER_ERROR, "{\"errorType\":\"Container.Error\"}")
        }
    }
}

async fn serve(listener: TcpListener, talk: Arc<Talk>) {
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let talk = Arc::clone(&talk);
        let service = service_fn(move |request| {
            let talk = Arc::clone(&talk);
            async move { Ok::<_, Infallible>(respond(&talk, request).await) }
        });
        // A connection that breaks is the end of its function, which is noticed elsewhere.
        connections.spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service),
        );
    }
}

async fn respond(talk: &Talk, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let Some(route) = path.strip_prefix("/2018-06-01/runtime/") else { return unknown() };
    let parts: Vec<&str> = route.split('/').collect();
    if (request.method(), parts.as_slice()) == (&Method::GET, &["invocation", "next"]) {
        return next(talk).await;
    }
    if request.method() != Method::POST {
        return unknown();
    }
    let Ok(body) = request.into_body().collect().await else {
        return answer(StatusCode::BAD_REQUEST, "{\"errorType\":\"InvalidBody\"}");
    };
    let body = body.to_bytes();
    match parts.as_slice() {
        ["init", "error"] => talk.say(Said::InitError(body)),
        ["invocation", id, "response" | "error"] if !talk.ends(id) => {
            answer(StatusCode::BAD_REQUEST, "{\"errorType\":\"InvalidRequestID\"}")
        }
        ["invocation", _, "response"] => talk.say(Said::Response(body)),
        ["invocation", _, "error"] => talk.say(Said::Error(body)),
        _ => unknown(),
    }
}

async fn next(talk: &Talk) -> Response<Full<Bytes>> {
    let (hand_out, handed) = oneshot::channel();
    talk.say(Said::Next(hand_out));
    let Ok(Invocation { id, deadline, arn, event }) = handed.await else {
        return answer(StatusCode::INTERNAL_SERVER_ERROR, "{\"errorType\":\"Container.Error\"}");
    };
    talk.swap(Some(id.clone()));
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let response = Response::builder()
        .header("Content-Type", "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", &id)
        .header("Lambda-Runtime-Deadline-Ms", deadline.to_string())
        .header("Lambda-Runtime-Invoked-Function-Arn", arn)
        .header("Lambda-Runtime-Trace-Id", format!("Root=1-{:.8}-{:.24};Sampled=0", id, id.replace('-', "")))
        .body(Full::from(event));
    response.expect("invariant: ids and ARNs are header values")
}

fn unknown() -> Response<Full<Bytes>> {
    answer(StatusCode::NOT_FOUND, "{\"errorType\":\"UnknownRoute\"}")
}

fn answer(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response
}
