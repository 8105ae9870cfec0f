//! A wire between adapter and stand-in that can lose an answer: the statement is executed, then the line is cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use servers::LindormLocal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// COM_STMT_EXECUTE, the first byte behind a packet's header.
const EXECUTE: u8 = 0x17;

pub(crate) struct Line {
    pub(crate) port: u16,
    answers_to_lose: Arc<AtomicU32>,
}

impl Line {
    pub(crate) async fn to(server: &LindormLocal) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let answers_to_lose = Arc::new(AtomicU32::new(0));
        let (losing, server) = (Arc::clone(&answers_to_lose), (server.host(), server.port()));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(server.clone()).await {
                    tokio::spawn(carry(client, server, Arc::clone(&losing)));
                }
            }
        });
        Self { port, answers_to_lose }
    }

    /// The next so many executed statements get no answer.
    pub(crate) fn lose_answers(&self, count: u32) {
        self.answers_to_lose.store(count, Ordering::SeqCst);
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, losing: Arc<AtomicU32>) {
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut lost = false;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(bytes @ 1..) = read else { return };
                if asked.get(4) == Some(&EXECUTE) {
                    let one_less = |left: u32| left.checked_sub(1);
                    lost = losing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
                }
                if server.write_all(&asked[..bytes]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(bytes @ 1..) = read else { return };
                // Both ends are dropped, so the client sees the line cut.
                if lost || client.write_all(&answered[..bytes]).await.is_err() {
                    return;
                }
            }
        }
    }
}
