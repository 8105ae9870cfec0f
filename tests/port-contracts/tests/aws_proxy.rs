//! A proxy in front of a server that stands in for AWS, which does to a call what a network or a busy service does.
//!
//! Each call whose target is one of those it was made for takes the next act of the script; where the script is at its end,
//! and for every other call, it only forwards. A connection ends after one call, so that nothing is repeated unseen.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// What happens to a call.
#[derive(Debug)]
pub(crate) enum Act {
    /// It is answered by the server.
    Forward,
    /// It never reaches the server, and the caller does not learn that.
    LoseCall,
    /// The server does it, and the answer is lost.
    LoseAnswer,
    /// The server does it; the answer is lost when the test says so. The first end tells that it was done.
    LoseAnswerAfter(oneshot::Sender<()>, oneshot::Receiver<()>),
    /// This status and body, without asking the server.
    Answer(u16, String),
}

/// A running proxy; it ends with the runtime of its test.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    targets: &'static [&'static str],
    script: Mutex<VecDeque<Act>>,
    seen: Mutex<Vec<String>>,
}

impl Proxy {
    /// Stands in front of the server at this URL.
    pub(crate) async fn before(url: &str, targets: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let upstream = url.strip_prefix("http://").unwrap().to_owned();
        let shared = Shared { upstream, targets, script: Mutex::default(), seen: Mutex::default() };
        let shared = Arc::new(shared);
        let proxy = Self { address, shared: shared.clone() };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                // A connection that breaks is what this is about.
                tokio::spawn(serve(socket, shared.clone()));
            }
        });
        proxy
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What happens to the next calls.
    pub(crate) fn script(&self, acts: impl IntoIterator<Item = Act>) {
        *self.shared.script.lock().unwrap() = acts.into_iter().collect();
    }

    /// The bodies of the calls that took an act or could have, since the last look.
    pub(crate) fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.seen.lock().unwrap())
    }
}

impl Shared {
    fn next_act(&self, head: &str, body: &str) -> Act {
        let target = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("x-amz-target").then(|| value.trim())
        });
        let name = target.and_then(|target| target.split_once('.')).map_or("", |(_, name)| name);
        if !self.targets.contains(&name) {
            return Act::Forward;
        }
        self.seen.lock().unwrap().push(body.to_owned());
        self.script.lock().unwrap().pop_front().unwrap_or(Act::Forward)
    }
}

async fn serve(mut socket: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    let Some((head, body)) = read_message(&mut socket).await? else { return Ok(()) };
    match shared.next_act(&head, &body) {
        Act::Forward => {
            let answer = forward(&shared.upstream, &head, &body).await?;
            socket.write_all(&answer).await?;
        }
        Act::LoseCall => {}
        Act::LoseAnswer => {
            forward(&shared.upstream, &head, &body).await?;
        }
        Act::LoseAnswerAfter(told, go) => {
            forward(&shared.upstream, &head, &body).await?;
            let _ = told.send(());
            let _ = go.await;
        }
        Act::Answer(status, body) => {
            let answer = format!(
                "HTTP/1.1 {status} Said\r\nContent-Type: application/x-amz-json-1.0\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            socket.write_all(answer.as_bytes()).await?;
        }
    }
    socket.shutdown().await
}

/// A request with a length; none where the connection was only opened.
async fn read_message(socket: &mut TcpStream) -> std::io::Result<Option<(String, String)>> {
    let mut bytes = Vec::new();
    loop {
        if socket.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            return Ok(Some((head.to_owned(), body.to_owned())));
        }
    }
}

/// The server's whole answer, on a connection of its own that it closes.
async fn forward(upstream: &str, head: &str, body: &str) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream).await?;
    server.write_all(format!("{head}\r\nConnection: close\r\n\r\n{body}").as_bytes()).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    Ok(answer)
}
