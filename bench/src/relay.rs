//! A relay between a function and AWS, which notes when requests with a certain word pass.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::Result;

/// How much is passed on at once.
const CHUNK: usize = 64 * 1024;

/// A relay. Dropped, it relays no more.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    passed: Arc<Passed>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Passed {
    word: &'static str,
    at: Mutex<Vec<Instant>>,
}

impl Relay {
    /// Relays from a free port of 127.0.0.1 to there, and notes where this word passes.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(to: SocketAddr, word: &'static str) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let passed = Arc::new(Passed { word, at: Mutex::default() });
        let task = tokio::spawn(accept(listener, to, passed.clone()));
        Ok(Self { address, passed, task })
    }

    /// Where it relays from, over HTTP.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// When the word has passed since this was last asked, in the order of time.
    pub fn take_passed(&self) -> Vec<Instant> {
        std::mem::take(&mut *self.passed.at.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Passed {
    fn note(&self, count: usize) {
        let now = Instant::now();
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        at.extend(std::iter::repeat_n(now, count));
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, passed: Arc<Passed>) {
    // Dropped with this task, it ends the connections.
    let mut connections = JoinSet::new();
    while let Ok((from, _)) = listener.accept().await {
        let passed = passed.clone();
        connections.spawn(async move {
            if let Ok(onwards) = connect(&from, to).await {
                let ((from_read, from_write), (to_read, to_write)) = (from.into_split(), onwards.into_split());
                let there = forward(from_read, to_write, Some(passed));
                // Whichever side breaks off, the other is told so by the end of its own stream.
                drop(futures::future::join(there, forward(to_read, from_write, None)).await);
            }
        });
    }
}

async fn connect(from: &TcpStream, to: SocketAddr) -> std::io::Result<TcpStream> {
    let onwards = TcpStream::connect(to).await?;
    from.set_nodelay(true)?;
    onwards.set_nodelay(true)?;
    Ok(onwards)
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, passed: Option<Arc<Passed>>) -> std::io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    // The end of what has passed, lest a word be cut in two.
    let mut seen = Vec::new();
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        let chunk = buffer.get(..count).unwrap_or_default();
        to.write_all(chunk).await?;
        if let Some(passed) = &passed {
            seen.extend_from_slice(chunk);
            passed.note(seen.windows(passed.word.len()).filter(|window| *window == passed.word.as_bytes()).count());
            seen.drain(..seen.len().saturating_sub(passed.word.len() - 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_word_is_noted_once_even_where_it_comes_in_pieces() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let relay = Relay::start(server.local_addr().unwrap(), "word").await.unwrap();
        let mut client = TcpStream::connect(relay.address).await.unwrap();
        let (mut accepted, _) = server.accept().await.unwrap();
        for piece in ["a word, a wo", "rd, and wor", "thless"] {
            client.write_all(piece.as_bytes()).await.unwrap();
            let mut read = vec![0; piece.len()];
            accepted.read_exact(&mut read).await.unwrap();
            assert_eq!(read, piece.as_bytes());
        }
        drop(client);
        assert_eq!(accepted.read(&mut [0]).await.unwrap(), 0);
        assert_eq!(relay.take_passed().len(), 2);
    }
}
