//! One call of the API, and whether it is repeated.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::{Answer, ApiError, Backoff};

/// A wait that is long enough to say why nothing happens.
const WORTH_SAYING: Duration = Duration::from_secs(2);

/// When a call is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// After any passing fault: made twice, it does the same as once.
    Always,
    /// When nothing can have been done by it: no connection was made, or it was refused as one too many.
    IfNothingWasDone,
}

/// A call to be made.
pub struct Call {
    client: Client,
    method: Method,
    url: Url,
    key: HeaderValue,
    body: Option<String>,
    idempotency_key: Option<String>,
    repeat: Repeat,
}

impl Call {
    pub(super) fn new(client: Client, method: Method, url: Url, key: HeaderValue) -> Self {
        Self { client, method, url, key, body: None, idempotency_key: None, repeat: Repeat::Always }
    }

    /// Made twice it would be two things: never repeated once it may have had an effect.
    pub fn once(self) -> Self {
        Self { repeat: Repeat::IfNothingWasDone, ..self }
    }

    /// With this query parameter, if there is a value for it.
    pub fn query(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.url.query_pairs_mut().append_pair(name, &value.to_string());
        }
        self
    }

    /// With this JSON text as its body.
    pub fn body(self, text: String) -> Self {
        Self { body: Some(text), ..self }
    }

    /// With this value as its body.
    pub fn json(self, value: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(self.body(serde_json::to_string(value)?))
    }

    /// With this key, by which the API knows a repetition.
    pub fn idempotency_key(self, key: &str) -> Self {
        Self { idempotency_key: Some(key.to_owned()), ..self }
    }

    fn request(&self) -> RequestBuilder {
        let request = self.client.request(self.method.clone(), self.url.clone());
        let mut request = request.header(AUTHORIZATION, self.key.clone());
        if let Some(key) = &self.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        match &self.body {
            Some(text) => request.header(CONTENT_TYPE, "application/json").body(text.clone()),
            None => request,
        }
    }

    /// Makes the call, again and again as far as it may be.
    pub async fn send(self) -> Result<Answer, ApiError> {
        let mut backoff = Backoff::default();
        loop {
            let error = match Answer::to(self.request()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let repeatable = match self.repeat {
                Repeat::Always => error.is_passing(),
                Repeat::IfNothingWasDone => error.is_passing() && error.nothing_was_done(),
            };
            match backoff.next(error.retry_after()).filter(|_| repeatable) {
                Some(wait) => pause(wait, &error).await,
                None => return Err(error),
            }
        }
    }

    /// Makes the call, and reads its answer.
    pub async fn fetch<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        self.send().await?.read()
    }
}

async fn pause(wait: Duration, error: &ApiError) {
    if wait >= WORTH_SAYING && stderr().is_terminal() {
        eprintln!("rail: {}; trying again in {} s", error.in_short(), wait.as_secs());
    }
    tokio::time::sleep(wait).await;
}
