//! A fake of the Lambda Runtime API: what a function asks for its events, and tells its answers.
//!
//! One for each function process. It knows the moment at which the process first asked for an event, which is where Lambda
//! counts a cold start as over.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, StatusCode};
use rail::clock;
use tokio::sync::{mpsc, oneshot, watch};

use crate::Result;
use crate::server::{Reply, Server};

/// The version of the Runtime API, as its paths begin.
const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const INIT_ERROR: &str = "/2018-06-01/runtime/init/error";
/// How long each invocation may take, as the function is told.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What a function answered to one event.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The answer itself; what went wrong, where `failed`.
    pub body: Bytes,
    /// When the event was handed out.
    pub began: Instant,
    /// From then until the answer was there.
    pub duration: Duration,
    /// Whether the function reported an error in place of an answer.
    pub failed: bool,
}

/// How far a function's process has come.
#[derive(Debug, Clone)]
pub enum Start {
    /// It has not asked for an event yet.
    Under,
    /// It first asked for one at this moment.
    Over(Instant),
    /// It reported that it cannot start.
    Failed(String),
}

/// The fake.
#[derive(Debug)]
pub struct RuntimeApi {
    server: Server,
    desk: Arc<Desk>,
}

#[derive(Debug)]
struct Desk {
    to_do: mpsc::UnboundedSender<Invocation>,
    due: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    open: Mutex<HashMap<String, Open>>,
    start: watch::Sender<Start>,
    number: AtomicU64,
}

#[derive(Debug)]
struct Invocation {
    event: Bytes,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug)]
struct Open {
    began: Instant,
    answer: oneshot::Sender<Answer>,
}

impl RuntimeApi {
    /// Starts it.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> Result<Self> {
        let (to_do, due) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk {
            to_do,
            due: tokio::sync::Mutex::new(due),
            open: Mutex::default(),
            start: watch::Sender::new(Start::Under),
            number: AtomicU64::new(0),
        });
        let at_desk = desk.clone();
        let server = Server::start(None, move |request| at_desk.clone().answer(request)).await?;
        Ok(Self { server, desk })
    }

    /// Where it listens: a function's `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Hands an event to the function and waits for what becomes of it. Does not end if the function does.
    ///
    /// # Errors
    /// When nobody is left to answer.
    pub async fn invoke(&self, event: Bytes) -> Result<Answer> {
        let (answer, answered) = oneshot::channel();
        self.desk.to_do.send(Invocation { event, answer })?;
        Ok(answered.await?)
    }

    /// When the function first asked for an event, as soon as it has. Does not end if the function ends before.
    ///
    /// # Errors
    /// When the function reports that it cannot start.
    pub async fn first_next(&self) -> Result<Instant> {
        let mut start = self.desk.start.subscribe();
        let seen = start.wait_for(|start| !matches!(start, Start::Under)).await?.clone();
        match seen {
            Start::Over(at) => Ok(at),
            Start::Failed(why) => Err(why.into()),
            Start::Under => Err("it was waited for".into()),
        }
    }
}

impl Desk {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Reply {
        let path = request.uri().path().to_owned();
        if path == INIT_ERROR {
            let why = String::from_utf8_lossy(&body(request).await).into_owned();
            self.start.send_replace(Start::Failed(why));
            return reply(StatusCode::ACCEPTED);
        }
        match (request.method(), path.strip_prefix(INVOCATION).and_then(|rest| rest.split_once('/'))) {
            (&Method::GET, None) if path.ends_with("/next") => self.next().await,
            (&Method::POST, Some((id, how @ ("response" | "error")))) => self.take(id, how == "error", request).await,
            _ => reply(StatusCode::NOT_FOUND),
        }
    }

    async fn next(&self) -> Reply {
        self.start.send_if_modified(|start| {
            let first = matches!(start, Start::Under);
            if first {
                *start = Start::Over(Instant::now());
            }
            first
        });
        let Some(Invocation { event, answer }) = self.due.lock().await.recv().await else {
            return reply(StatusCode::GONE);
        };
        let id = format!("00000000-0000-4000-8000-{:012}", self.number.fetch_add(1, Ordering::Relaxed));
        let deadline = clock::now().as_millisecond() + i64::try_from(TIME_LIMIT.as_millis()).unwrap_or(i64::MAX);
        let response = Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", &id)
            .header("lambda-runtime-deadline-ms", deadline)
            .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench")
            .header("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0")
            .body(Full::new(event));
        self.open().insert(id, Open { began: Instant::now(), answer });
        response.unwrap_or_else(|_| reply(StatusCode::INTERNAL_SERVER_ERROR))
    }

    async fn take(&self, id: &str, failed: bool, request: Request<Incoming>) -> Reply {
        let body = body(request).await;
        let Some(Open { began, answer }) = self.open().remove(id) else { return reply(StatusCode::NOT_FOUND) };
        // Whoever asked may have gone.
        drop(answer.send(Answer { body, began, duration: began.elapsed(), failed }));
        reply(StatusCode::ACCEPTED)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn body(request: Request<Incoming>) -> Bytes {
    request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default()
}

fn reply(status: StatusCode) -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    reply
}
