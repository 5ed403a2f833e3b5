//! A fast receiver of webhooks, over HTTP or HTTPS with kept connections, which notes what arrives and when.
//!
//! What it answers is said in the path: see [`OK`], [`FAIL`], [`HANG`] and [`FAIL_ONE_IN_20`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, StatusCode};
use tokio::sync::watch;

use crate::Result;
use crate::ca::LocalCa;
use crate::server::{Reply, Server};

/// Takes everything.
pub const OK: &str = "/ok";
/// Refuses everything.
pub const FAIL: &str = "/fail";
/// Never answers.
pub const HANG: &str = "/hang";
/// Refuses the first attempt of each twentieth event, and takes everything else.
pub const FAIL_ONE_IN_20: &str = "/fail-one-in-20";

/// The host that receivers on this machine are called by.
const HOST: &str = "127.0.0.1";

/// One request that arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When its head was there.
    pub at: Instant,
    /// The event, as its `webhook-id` says.
    pub event: String,
    /// The path it was sent to.
    pub path: String,
    /// How many bytes were received: head and body, without TLS.
    pub bytes: u64,
}

/// A receiver, at one port or at many.
#[derive(Debug)]
pub struct Receiver {
    servers: Vec<Server>,
    scheme: &'static str,
    book: Arc<Book>,
}

#[derive(Debug, Default)]
struct Book {
    arrivals: Mutex<Vec<Arrival>>,
    count: watch::Sender<usize>,
    latency_us: AtomicU64,
    /// For each event that was sent to [`FAIL_ONE_IN_20`]: as which of them it first came.
    places: Mutex<HashMap<String, usize>>,
}

impl Receiver {
    /// Over HTTP, at this many ports: each is a host of its own to those who keep connections.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn http(ports: usize) -> Result<Self> {
        Self::start("http", None, ports).await
    }

    /// Over HTTPS, with a certificate of this authority.
    ///
    /// # Errors
    /// When no port or certificate can be had.
    pub async fn https(ca: &LocalCa) -> Result<Self> {
        Self::start("https", Some(ca.server_config(&[HOST])?), 1).await
    }

    async fn start(scheme: &'static str, tls: Option<Arc<rustls::ServerConfig>>, ports: usize) -> Result<Self> {
        let book = Arc::new(Book::default());
        let mut servers = Vec::with_capacity(ports);
        for _ in 0..ports {
            let book = book.clone();
            servers.push(Server::start(tls.clone(), move |request| book.clone().take(request)).await?);
        }
        Ok(Self { servers, scheme, book })
    }

    /// The URL of this path at the first port.
    ///
    /// # Errors
    /// When it has no port.
    pub fn url(&self, path: &str) -> Result<String> {
        self.urls(path).next().ok_or_else(|| "the receiver has no port".into())
    }

    /// The URL of this path at each port.
    pub fn urls(&self, path: &str) -> impl Iterator<Item = String> {
        self.servers.iter().map(move |server| format!("{}://{HOST}:{}{path}", self.scheme, server.address().port()))
    }

    /// Lets each answer wait for so long from now on.
    pub fn set_latency(&self, latency: Duration) {
        self.book.latency_us.store(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Waits until this many requests have arrived since they were last taken.
    ///
    /// # Errors
    /// Never: the receiver outlives whoever waits.
    pub async fn arrived(&self, count: usize) -> Result<()> {
        self.book.count.subscribe().wait_for(|arrived| *arrived >= count).await?;
        Ok(())
    }

    /// What has arrived since this was last asked.
    pub fn take_arrivals(&self) -> Vec<Arrival> {
        let mut arrivals = self.book.arrivals();
        self.book.count.send_replace(0);
        std::mem::take(&mut arrivals)
    }
}

impl Book {
    async fn take(self: Arc<Self>, request: Request<Incoming>) -> Reply {
        let at = Instant::now();
        let (head, body) = request.into_parts();
        let head_bytes = bytes_of_head(&head);
        let path = head.uri.path().to_owned();
        let event = head.headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        let refused = path == FAIL || (path == FAIL_ONE_IN_20 && self.fails(&event));
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let bytes = head_bytes + u64::try_from(body.len()).unwrap_or(u64::MAX);
        let hangs = path == HANG;
        self.note(Arrival { at, event, path, bytes });
        if hangs {
            std::future::pending::<()>().await;
        }
        let latency = Duration::from_micros(self.latency_us.load(Ordering::Relaxed));
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let mut reply = Response::new(Full::new(Bytes::from_static(b"ok")));
        if refused {
            *reply.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        reply
    }

    fn note(&self, arrival: Arrival) {
        let mut arrivals = self.arrivals();
        arrivals.push(arrival);
        self.count.send_replace(arrivals.len());
    }

    fn fails(&self, event: &str) -> bool {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.contains_key(event) {
            return false;
        }
        let place = places.len();
        places.insert(event.to_owned(), place);
        place.is_multiple_of(20)
    }

    fn arrivals(&self) -> MutexGuard<'_, Vec<Arrival>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The length of a request's head on the wire.
fn bytes_of_head(head: &hyper::http::request::Parts) -> u64 {
    let line = head.method.as_str().len() + " ".len() + head.uri.to_string().len() + " HTTP/1.1\r\n".len();
    let fields = head.headers.iter().map(|(name, value)| name.as_str().len() + ": ".len() + value.len() + "\r\n".len());
    u64::try_from(line + fields.sum::<usize>() + "\r\n".len()).unwrap_or(u64::MAX)
}
