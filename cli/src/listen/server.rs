//! What the temporary endpoint's requests come to: a server on this machine, at a path that nobody guesses.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rail::clock;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::forward::{Answer, Forward};
use crate::failure::Failure;

/// The most bytes of a request that are read: more than the largest event.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The type of the event that shows whether the stack reaches this machine.
pub const PROBE: &str = "webhook.test";

pub struct Server {
    url: String,
    state: Arc<State>,
    accepting: tokio::task::JoinHandle<()>,
}

struct State {
    path: String,
    forward: Forward,
    /// Told when the probe came; until then a probe is not passed on.
    probed: Notify,
    is_probed: std::sync::atomic::AtomicBool,
}

impl Server {
    pub async fn start(forward: Forward) -> Result<Self, Failure> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let path = format!("/{}", hex::encode(clock::random_bytes::<16>()));
        let url = format!("http://{}{path}", listener.local_addr()?);
        let state = Arc::new(State { path, forward, probed: Notify::new(), is_probed: false.into() });
        let accepting = tokio::spawn(accept(listener, state.clone()));
        Ok(Self { url, state, accepting })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns when the probe has come.
    pub async fn probed(&self) {
        self.state.probed.notified().await;
    }

    /// Takes nothing more, and waits for what was taken.
    pub async fn end(self) {
        self.state.forward.end().await;
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    loop {
        // What cannot be accepted, like one file too many, comes again or goes away.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let state = state.clone();
        let service = service_fn(move |request| {
            let state = state.clone();
            async move { Ok::<_, Infallible>(state.receive(request).await) }
        });
        let serving = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
        // A connection that breaks is the sender's to report: it makes the attempt again.
        tokio::spawn(async move { serving.await.unwrap_or_default() });
    }
}

impl State {
    async fn receive(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        if head.uri.path() != self.path {
            return answer(StatusCode::NOT_FOUND, "nothing listens at this path");
        }
        let body = match Limited::new(body, MAX_BODY_BYTES).collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return answer(StatusCode::BAD_REQUEST, "the body could not be read"),
        };
        if self.is_the_probe(&body) {
            return answer(StatusCode::OK, "rail listen");
        }
        match self.forward.pass(head.headers, body).await {
            Ok(Answer { status, headers, body }) => {
                let mut response = Response::new(Full::new(body));
                (*response.status_mut(), *response.headers_mut()) = (status, headers);
                response
            }
            // Nobody reads what is printed any more: the end is near.
            Err(_) => answer(StatusCode::SERVICE_UNAVAILABLE, "rail listen is ending"),
        }
    }

    /// Whether it is the first event of the probe's type: later ones are somebody's own.
    fn is_the_probe(&self, body: &[u8]) -> bool {
        let is_probe = serde_json::from_slice::<serde_json::Value>(body)
            .is_ok_and(|body| body.get("type").and_then(serde_json::Value::as_str) == Some(PROBE));
        if !is_probe || self.is_probed.swap(true, std::sync::atomic::Ordering::Relaxed) {
            return false;
        }
        self.probed.notify_one();
        true
    }
}

fn answer(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}
