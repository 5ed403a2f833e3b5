//! What a service answers, and what that costs.

use http_body_util::Full;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::tally::CallTally;
use crate::server::Reply;

/// What is billed of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Used {
    /// DynamoDB's write request units.
    pub write_units: f64,
    /// DynamoDB's read request units.
    pub read_units: f64,
    /// SQS's requests.
    pub billed_requests: u64,
}

/// What was done, and the answer to it.
#[derive(Debug)]
pub struct Done {
    /// On which table or queue.
    pub on: Option<String>,
    /// The answer.
    pub body: Vec<u8>,
    /// What it used.
    pub used: Used,
}

impl Done {
    /// With this answer.
    pub fn with(body: &impl Serialize) -> Self {
        Self { on: None, body: as_json(body), used: Used::default() }
    }

    /// The same, done on this.
    pub fn on(self, what: &str) -> Self {
        Self { on: Some(what.to_owned()), ..self }
    }

    /// The same, having used this.
    pub fn using(self, used: Used) -> Self {
        Self { used, ..self }
    }
}

/// Why it was not done.
#[derive(Debug)]
pub struct Refusal {
    /// On which table or queue.
    pub on: Option<String>,
    /// The exception's name.
    pub exception: &'static str,
    /// The answer.
    pub body: Vec<u8>,
    /// What was used nevertheless.
    pub used: Used,
}

impl Refusal {
    /// With this exception, which functions reckon with.
    pub fn new(exception: &'static str, message: &str) -> Self {
        let body = as_json(&json!({ "__type": exception, "message": message }));
        Self { on: None, exception, body, used: Used::default() }
    }

    /// What this fake cannot do, or AWS would not. No function means to ask for that: it is said loudly.
    pub fn invalid(problem: &str) -> Self {
        eprintln!("fake AWS: {problem}");
        Self::new("ValidationException", problem)
    }

    /// The same, on this.
    pub fn on(self, what: &str) -> Self {
        Self { on: Some(what.to_owned()), ..self }
    }
}

/// The request that a body is. What it says and nothing here reads is a refusal, so that nothing is ignored.
pub fn request<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|problem| Refusal::invalid(&format!("a request cannot be read: {problem}")))
}

/// An answer as it is sent and counted.
#[derive(Debug)]
pub struct Answer {
    call: String,
    status: StatusCode,
    content_type: &'static str,
    exception: Option<&'static str>,
    body: Bytes,
    used: Used,
}

impl Answer {
    /// Of this operation.
    pub fn of(operation: &str, content_type: &'static str, outcome: Result<Done, Refusal>) -> Self {
        let (on, status, exception, body, used) = match outcome {
            Ok(Done { on, body, used }) => (on, StatusCode::OK, None, body, used),
            Err(Refusal { on, exception, body, used }) => (on, status(exception), Some(exception), body, used),
        };
        let call = on.map_or_else(|| operation.to_owned(), |on| format!("{operation} {on}"));
        Self { call, status, content_type, exception, body: body.into(), used }
    }

    /// To what is no call of a service.
    pub fn to_warm_up() -> Self {
        let done = Done { on: None, body: b"healthy\n".to_vec(), used: Used::default() };
        Self::of("warm-up", "text/plain", Ok(done))
    }

    /// What it is counted as, and what it counts.
    pub fn counted(&self, request_bytes: usize) -> (String, CallTally) {
        let Used { write_units, read_units, billed_requests } = self.used;
        let (request_bytes, response_bytes) = (request_bytes as u64, self.body.len() as u64);
        let counted = CallTally { calls: 1, request_bytes, response_bytes, write_units, read_units, billed_requests };
        (self.call.clone(), counted)
    }

    /// As it is sent.
    pub fn into_reply(self) -> Reply {
        let mut reply = Reply::new(Full::new(self.body));
        *reply.status_mut() = self.status;
        reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(exception) = self.exception {
            reply.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(exception));
        }
        reply
    }
}

fn status(exception: &str) -> StatusCode {
    if exception == "ConflictException" { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST }
}

/// As JSON.
pub fn as_json(value: &impl Serialize) -> Vec<u8> {
    // Names are texts and numbers are finite in all that is answered.
    serde_json::to_vec(value).unwrap_or_default()
}
