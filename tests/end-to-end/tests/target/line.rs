//! A wire between adapter and stand-in that can lose an answer: the statement is executed, then the line is cut.
//! It also counts the statements that are prepared and not yet closed on a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use servers::LindormLocal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// COM_STMT_EXECUTE, the first byte behind a packet's header.
const EXECUTE: u8 = 0x17;
const PREPARE: u8 = 0x16;
const CLOSE: u8 = 0x19;

pub(crate) struct Line {
    pub(crate) port: u16,
    answers_to_lose: Arc<AtomicU32>,
    prepared: Arc<Prepared>,
}

/// Statements over all connections.
#[derive(Default)]
struct Prepared {
    count: AtomicU32,
    /// The most that were open on one connection at a time.
    open_most: AtomicU32,
}

/// The commands a client sends on one connection, found in its stream of frames.
#[derive(Default)]
struct Commands {
    open: u32,
    header: Vec<u8>,
    rest_of_frame: usize,
}

impl Commands {
    fn note(&mut self, sent: &[u8], prepared: &Prepared) {
        for byte in sent {
            if self.rest_of_frame > 0 {
                self.rest_of_frame -= 1;
                if let [.., 0] = self.header[..] {
                    self.command(*byte, prepared);
                }
                self.header.clear();
                continue;
            }
            self.header.push(*byte);
            if let [low, middle, high, _] = self.header[..] {
                self.rest_of_frame = usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16;
            }
        }
    }

    fn command(&mut self, command: u8, prepared: &Prepared) {
        match command {
            PREPARE => {
                self.open += 1;
                prepared.count.fetch_add(1, Ordering::SeqCst);
                prepared.open_most.fetch_max(self.open, Ordering::SeqCst);
            }
            CLOSE => self.open = self.open.saturating_sub(1),
            _ => {}
        }
    }
}

impl Line {
    pub(crate) async fn to(server: &LindormLocal) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let answers_to_lose = Arc::new(AtomicU32::new(0));
        let (losing, server) = (Arc::clone(&answers_to_lose), (server.host(), server.port()));
        let prepared = Arc::new(Prepared::default());
        let counting = Arc::clone(&prepared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(server.clone()).await {
                    tokio::spawn(carry(client, server, Arc::clone(&losing), Arc::clone(&counting)));
                }
            }
        });
        Self { port, answers_to_lose, prepared }
    }

    /// How many statements were prepared, and how many were open at most on one connection.
    pub(crate) fn prepared(&self) -> (u32, u32) {
        (self.prepared.count.load(Ordering::SeqCst), self.prepared.open_most.load(Ordering::SeqCst))
    }

    /// The next so many executed statements get no answer.
    pub(crate) fn lose_answers(&self, count: u32) {
        self.answers_to_lose.store(count, Ordering::SeqCst);
    }
}

async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    losing: Arc<AtomicU32>,
    prepared: Arc<Prepared>,
) {
    let mut commands = Commands::default();
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut lost = false;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(bytes @ 1..) = read else { return };
                commands.note(&asked[..bytes], &prepared);
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
