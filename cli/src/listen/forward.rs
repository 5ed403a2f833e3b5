//! Passing a request on to the local service.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, StatusCode};
use hyper::body::Bytes;
use rail::clock;
use reqwest::Client;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use url::Url;

use crate::api;
use crate::failure::Failure;
use crate::output::{self, clock_time, coloured, plain};

/// How long the local service may take: as long as a receiver may at most.
const ANSWER: Duration = Duration::from_secs(30);
/// How many requests are passed on at once.
const AT_ONCE: u32 = 64;
/// How long the end waits for what is being passed on.
const LAST: Duration = Duration::from_secs(5);
/// Headers that are of one connection alone (RFC 9110, 7.6.1), and those that the other connection has of its own.
const NOT_PASSED_ON: [HeaderName; 7] = [HOST, CONTENT_LENGTH, CONNECTION, TRANSFER_ENCODING, TE, TRAILER, UPGRADE];

/// The way to the local service.
#[derive(Clone)]
pub struct Forward {
    client: Client,
    to: Url,
    json: bool,
    under_way: Arc<Semaphore>,
}

/// What the service answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What of a request is shown.
#[derive(Default, Deserialize)]
struct Shown {
    #[serde(default)]
    id: String,
    #[serde(rename = "type", default)]
    event_type: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonLine<'a> {
    at: String,
    event_id: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
    status: Option<u16>,
    error: Option<&'a str>,
    duration_ms: u128,
}

impl Forward {
    pub fn to(to: Url, json: bool) -> Result<Self, Failure> {
        let client = api::client(&to, ANSWER)?;
        Ok(Self { client, to, json, under_way: Arc::new(Semaphore::new(AT_ONCE as usize)) })
    }

    /// Passes it on, byte for byte, and says on a line what came of it. Where no answer came, the answer is 502.
    pub async fn pass(&self, mut headers: HeaderMap, body: Bytes) -> Result<Answer, Failure> {
        let _one_more = self.under_way.acquire().await;
        for name in &NOT_PASSED_ON {
            headers.remove(name);
        }
        let shown: Shown = serde_json::from_slice(&body).unwrap_or_default();
        let begun = Instant::now();
        let answer = self.exchange(headers, body).await;
        self.say(&shown, answer.as_ref(), begun.elapsed())?;
        Ok(answer.unwrap_or_else(|error| Answer {
            status: StatusCode::BAD_GATEWAY,
            headers: HeaderMap::new(),
            body: Bytes::from(format!("rail listen: {error}")),
        }))
    }

    async fn exchange(&self, headers: HeaderMap, body: Bytes) -> Result<Answer, String> {
        let sent = self.client.post(self.to.clone()).headers(headers).body(body).send().await;
        let response = sent.map_err(|error| api::cause(&error))?;
        let (status, received) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(|error| api::cause(&error))?;
        let kept = [CONTENT_TYPE, RETRY_AFTER].into_iter();
        let headers = kept.filter_map(|name| Some((name.clone(), received.get(name)?.clone()))).collect();
        Ok(Answer { status, headers, body })
    }

    fn say(&self, shown: &Shown, answer: Result<&Answer, &String>, took: Duration) -> Result<(), Failure> {
        let (now, duration_ms) = (clock::now(), took.as_millis());
        let Shown { id, event_type } = shown;
        if self.json {
            let (status, error) = (answer.map(|answer| answer.status.as_u16()).ok(), answer.err().map(String::as_str));
            return output::json(&JsonLine {
                at: format!("{now:.3}"),
                event_id: id,
                event_type,
                status,
                error,
                duration_ms,
            });
        }
        let ended = match answer {
            Ok(answer) if answer.status.is_success() => format!("{} {}", coloured("accepted"), answer.status.as_u16()),
            Ok(answer) => format!("{} {}", coloured("refused"), answer.status.as_u16()),
            Err(error) => format!("{}: {}", coloured("unreachable"), plain(error)),
        };
        let line = format!("{}  {}  {}  {ended} in {duration_ms} ms", clock_time(now), plain(id), plain(event_type));
        output::line(&line)
    }

    /// Returns when nothing is being passed on any more, or that takes too long.
    pub async fn end(&self) {
        let all = self.under_way.acquire_many(AT_ONCE);
        // Running out of time is one of the ways to end.
        tokio::time::timeout(LAST, all).await.map(drop).unwrap_or_default();
    }
}
