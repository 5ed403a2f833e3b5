//! Receivers that do what no receiver should.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::attempt::BODY;

/// How much the fast ones say at once, in bytes.
const AT_ONCE: usize = 64 * 1024;
/// How slowly the slow ones speak.
const PAUSE: Duration = Duration::from_millis(100);

/// One kind of them, and how an attempt at it must end.
pub struct Receiver {
    /// What it does, for the test's messages.
    pub name: &'static str,
    /// http or https.
    pub scheme: &'static str,
    /// What it does.
    pub act: Act,
    /// How an attempt ends that waits long enough.
    pub ends: Ends,
}

/// What a receiver does with those who come.
#[derive(Clone)]
pub enum Act {
    /// Takes no connection, though the system it runs on has.
    AcceptsNone,
    /// Takes no connection, nor does its system: all places in its queue are taken.
    IsFull,
    /// Takes connections and closes them.
    Closes,
    /// Hears something, says something, and goes on in its way.
    Says(Vec<u8>, Then),
}

/// How it goes on, once it has spoken.
#[derive(Clone, Copy)]
pub enum Then {
    Closes,
    /// Neither speaks nor closes.
    Hangs,
    /// Says this again and again, as fast as it is heard.
    Repeats(&'static [u8]),
    /// Says this again and again, byte by byte.
    Drips(&'static [u8]),
}

/// What an attempt is recorded as.
#[derive(Debug, PartialEq, Eq)]
pub enum Ends {
    /// With this status, and a body that begins so: empty, if nothing is to come of it.
    Answered { status: u16, body: &'static str },
    /// No answer came in time.
    TimedOut,
    /// With this in the error.
    Unreachable(&'static str),
}

/// A receiver at work.
pub struct Served {
    /// Where.
    pub url: String,
    open: watch::Receiver<usize>,
    accepts: bool,
    _server: JoinSet<()>,
}

impl Served {
    /// Waits until a connection has come, if it takes any.
    pub async fn reached(&mut self) {
        if self.accepts {
            self.open.wait_for(|open| *open > 0).await.unwrap();
        }
    }

    /// Whether the other side has closed no connection, if it takes any.
    pub fn is_open(&self) -> bool {
        !self.accepts || *self.open.borrow() > 0
    }

    /// Waits until the other side has closed them all.
    pub async fn all_closed(&mut self) {
        self.open.wait_for(|open| *open == 0).await.unwrap();
    }
}

impl Receiver {
    /// Puts it to work, until what is returned is dropped.
    pub async fn serve(&self) -> Served {
        self.act.serve(self.scheme).await
    }
}

impl Act {
    /// Puts a receiver to work that acts so.
    pub async fn serve(&self, scheme: &str) -> Served {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let full = matches!(self, Self::IsFull);
        let accepts = !full && !matches!(self, Self::AcceptsNone);
        let listener = socket.listen(if full { 0 } else { 1024 }).unwrap();
        let address = listener.local_addr().unwrap();
        let (opening, open) = watch::channel(0);
        let mut server = JoinSet::new();
        if full {
            fill(address, &mut server).await;
        }
        let (act, secure) = (self.clone(), scheme == "https");
        server.spawn(async move {
            if !accepts {
                // The listener lives on.
                return std::future::pending().await;
            }
            let mut conversations = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (act, opening) = (act.clone(), opening.clone());
                opening.send_modify(|open| *open += 1);
                conversations.spawn(async move {
                    act.converse(stream, secure).await;
                    opening.send_modify(|open| *open -= 1);
                });
            }
        });
        Served { url: format!("{scheme}://{address}/hook"), open, accepts, _server: server }
    }
}

/// Takes the one place in a listener's queue, so that the next to come is not even answered.
async fn fill(address: SocketAddr, server: &mut JoinSet<()>) {
    let first = TcpStream::connect(address).await.unwrap();
    server.spawn(async move {
        let _first = first;
        std::future::pending().await
    });
}

impl Act {
    /// Ends when either side has closed.
    async fn converse(&self, mut stream: TcpStream, secure: bool) {
        let Self::Says(beginning, then) = self else { return };
        hear(&mut stream, secure).await;
        // Who has heard enough closes first: then there is nobody to speak to.
        if stream.write_all(beginning).await.is_ok() {
            then.go_on(&mut stream).await.unwrap_or_default();
        }
    }
}

/// Hears a request to its end or, where all is encrypted, whatever is said first.
async fn hear(stream: &mut TcpStream, secure: bool) {
    let mut heard = Vec::new();
    while !heard.ends_with(BODY) {
        match stream.read_buf(&mut heard).await {
            Ok(1..) if !secure => {}
            Ok(_) | Err(_) => return,
        }
    }
}

impl Then {
    async fn go_on(self, stream: &mut TcpStream) -> io::Result<()> {
        match self {
            Self::Closes => Ok(()),
            Self::Hangs => io::copy(stream, &mut io::sink()).await.map(drop),
            Self::Repeats(words) => {
                let many = words.repeat(AT_ONCE.div_ceil(words.len()));
                loop {
                    stream.write_all(&many).await?;
                }
            }
            Self::Drips(words) => loop {
                for letter in words {
                    stream.write_all(&[*letter]).await?;
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
}
