//! What the services hold, and which of them a request is for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::Incoming;
use tokio::sync::watch;

use super::answer::{Answer, Refusal};
use super::scheduler::Schedules;
use super::sqs::Queues;
use super::table::Tables;
use super::{Latency, Tally, dynamodb, kms};
use crate::server::Reply;

const JSON: &str = "application/json";
const JSON_1_0: &str = "application/x-amz-json-1.0";
const JSON_1_1: &str = "application/x-amz-json-1.1";

/// The services.
#[derive(Debug, Default)]
pub struct State {
    tables: Mutex<Tables>,
    queues: Mutex<Queues>,
    schedules: Mutex<Schedules>,
    latency: Mutex<Latency>,
    tally: Mutex<Tally>,
    sent: watch::Sender<()>,
}

/// A request.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    /// The header `x-amz-target`: service and operation.
    target: Option<&'a str>,
    /// The method.
    method: &'a str,
    /// The path, which stands for the operation where there is no target.
    path: &'a str,
    /// The body.
    body: &'a [u8],
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call<'a> {
    DynamoDb(&'a str),
    Sqs(&'a str),
    Kms(&'a str),
    CreateSchedule(&'a str),
    Unknown(&'a str),
    WarmUp,
}

impl<'a> Call<'a> {
    fn of(asked: Asked<'a>) -> Self {
        match (asked.target, asked.target.and_then(|target| target.split_once('.'))) {
            (_, Some(("DynamoDB_20120810", operation))) => Self::DynamoDb(operation),
            (_, Some(("AmazonSQS", operation))) => Self::Sqs(operation),
            (_, Some(("TrentService", operation))) => Self::Kms(operation),
            (Some(target), _) => Self::Unknown(target),
            (None, _) => match asked.path.strip_prefix("/schedules/") {
                Some(name) if asked.method == "POST" => Self::CreateSchedule(name),
                _ => Self::WarmUp,
            },
        }
    }

    fn latency(self, latency: Latency) -> Duration {
        match self {
            Self::DynamoDb(_) => latency.dynamodb,
            Self::Sqs(_) => latency.sqs,
            Self::Kms(_) => latency.kms,
            Self::CreateSchedule(_) => latency.scheduler,
            Self::Unknown(_) | Self::WarmUp => Duration::ZERO,
        }
    }
}

impl State {
    /// Does what is asked for, in its time.
    async fn answer(&self, asked: Asked<'_>) -> Answer {
        let call = Call::of(asked);
        let latency = call.latency(*lock(&self.latency));
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let answer = self.act(call, asked.body);
        let (name, counted) = answer.counted(asked.body.len());
        lock(&self.tally).count(name, counted);
        if let Call::Sqs(_) = call {
            self.sent.send_replace(());
        }
        answer
    }

    fn act(&self, call: Call<'_>, body: &[u8]) -> Answer {
        match call {
            Call::DynamoDb(operation) => {
                Answer::of(operation, JSON_1_0, dynamodb::act(&mut self.tables(), operation, body))
            }
            Call::Sqs(operation) => Answer::of(operation, JSON_1_0, self.queues().act(operation, body)),
            Call::Kms(operation) => Answer::of(operation, JSON_1_1, kms::act(operation, body)),
            Call::CreateSchedule(name) => Answer::of("CreateSchedule", JSON, self.schedules().create(name, body)),
            Call::Unknown(target) => Answer::of(target, JSON_1_0, Err(Refusal::invalid(&unknown(target)))),
            Call::WarmUp => Answer::to_warm_up(),
        }
    }

    /// The tables, for as long as this is held.
    pub fn tables(&self) -> MutexGuard<'_, Tables> {
        lock(&self.tables)
    }

    /// The queues, for as long as this is held.
    pub fn queues(&self) -> MutexGuard<'_, Queues> {
        lock(&self.queues)
    }

    /// The schedules, for as long as this is held.
    pub fn schedules(&self) -> MutexGuard<'_, Schedules> {
        lock(&self.schedules)
    }

    /// Changes when something was sent.
    pub fn sent(&self) -> watch::Receiver<()> {
        self.sent.subscribe()
    }

    /// Lets each answer wait for so long from now on.
    pub fn set_latency(&self, latency: Latency) {
        *lock(&self.latency) = latency;
    }

    /// What was asked since the last reset.
    pub fn tally(&self) -> Tally {
        lock(&self.tally).clone()
    }

    /// Counts from nothing.
    pub fn reset_tally(&self) {
        *lock(&self.tally) = Tally::default();
    }
}

/// The answer to a request, which is done before it is given.
pub async fn answer(state: Arc<State>, request: Request<Incoming>) -> Reply {
    let (head, body) = request.into_parts();
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Ok(body) = body.collect().await else {
        // Whoever broke off does not read what is said to it.
        return Answer::to_warm_up().into_reply();
    };
    let body = body.to_bytes();
    let asked = Asked { target, method: head.method.as_str(), path: head.uri.path(), body: &body };
    state.answer(asked).await.into_reply()
}

/// What is said to an operation that is not there.
pub fn unknown(operation: &str) -> String {
    format!("no function is known to ask for {operation}")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing here panics halfway through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call<'a>(target: Option<&'a str>, method: &'a str, path: &'a str) -> Call<'a> {
        Call::of(Asked { target, method, path, body: b"" })
    }

    #[test]
    fn a_request_is_told_by_its_target_or_its_path() {
        assert_eq!(call(Some("DynamoDB_20120810.PutItem"), "POST", "/"), Call::DynamoDb("PutItem"));
        assert_eq!(call(Some("AmazonSQS.SendMessageBatch"), "POST", "/"), Call::Sqs("SendMessageBatch"));
        assert_eq!(call(Some("TrentService.Decrypt"), "POST", "/"), Call::Kms("Decrypt"));
        assert_eq!(call(None, "POST", "/schedules/a-1"), Call::CreateSchedule("a-1"));
        assert_eq!(call(None, "GET", "/"), Call::WarmUp);
        assert_eq!(call(Some("AWSEvents.PutEvents"), "POST", "/"), Call::Unknown("AWSEvents.PutEvents"));
    }
}
