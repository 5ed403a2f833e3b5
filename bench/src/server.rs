//! An HTTP/1.1 server on this machine: what the fake Runtime API and the receiver have in common.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::Result;

/// What every request is answered with.
pub type Reply = Response<Full<Bytes>>;

/// A listening server. Dropped, it closes its connections and listens no more.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    connections: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens at a free port of 127.0.0.1, and answers each request with what `answer` makes of it.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start<F, R>(tls: Option<Arc<rustls::ServerConfig>>, answer: F) -> Result<Self>
    where
        F: Fn(Request<Incoming>) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Reply> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let connections = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(accept((listener, connections.clone()), tls.map(TlsAcceptor::from), answer));
        Ok(Self { address, connections, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections it has taken so far.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept<F, R>((listener, count): (TcpListener, Arc<AtomicU64>), tls: Option<TlsAcceptor>, answer: F)
where
    F: Fn(Request<Incoming>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    // Dropped with this task, it ends the connections.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        count.fetch_add(1, Ordering::Relaxed);
        connections.spawn(connection(stream, tls.clone(), answer.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection<F, R>(stream: TcpStream, tls: Option<TlsAcceptor>, answer: F)
where
    F: Fn(Request<Incoming>) -> R + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    // Without it an answer could wait for the other side's acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    match tls {
        None => requests(stream, answer).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                requests(stream, answer).await;
            }
        }
    }
}

async fn requests<S, F, R>(stream: S, answer: F)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Fn(Request<Incoming>) -> R + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    let service = service_fn(move |request| {
        let answering = answer(request);
        async move { Ok::<_, Infallible>(answering.await) }
    });
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    // A client that breaks off, as a function does that was ended, is no fault here.
    drop(served);
}
