//! Sending one signed request, and telling how it ended.
//!
//! Every address that a name resolves to is checked inside the HTTP client, between resolving and connecting, and the
//! connection goes to the addresses that were checked: a name that changes its address meanwhile gains nothing. Addresses
//! in the URL itself are never resolved, and are checked before. Redirects are answers, not directions; proxy settings of
//! the environment are not heeded.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::RootCertStore;
use tokio::time::Instant;

use crate::domain::address::Forbidden;
use crate::domain::delivery::{Exchange, Outcome};
use crate::domain::endpoint::Endpoint;
use crate::domain::event::Body;
use crate::domain::id::EventId;
use crate::domain::secret::SigningSecret;
use crate::domain::signature;
use crate::domain::target::TargetRules;
use crate::tls::{self, mozillas_roots};

pub mod guard;
mod pool;

use guard::{GuardedResolver, SystemResolver};
use pool::Pool;

/// How much of a response is read, so that a kept connection can be used again.
const READ_BYTES: usize = 16 * 1024;
/// How much of it is kept.
const KEEP_BYTES: usize = 1024;
/// How long a response's body is waited for, within the attempt's own time: its status has said already how that ended.
const BODY_TIME: Duration = Duration::from_secs(2);
/// How long an idle connection is kept: less than servers commonly keep theirs, so that few are found closed.
const IDLE_TIME: Duration = Duration::from_secs(30);
/// How many idle connections are kept for one host: a batch of the queue.
const IDLE_PER_HOST: usize = 10;

const AGENT: &str = concat!("webhooks-rail/", env!("CARGO_PKG_VERSION"));

const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Sends signed requests to endpoints.
#[derive(Debug, Clone)]
pub struct Sender {
    pool: Arc<Pool>,
    rules: TargetRules,
    timeout: Duration,
    signature_header: HeaderName,
}

/// What is sent: one event's body, for one endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// Where it goes.
    pub endpoint: &'a Endpoint,
    /// With what it is signed: the newest secret first.
    pub secrets: &'a [SigningSecret],
    /// Which event it is.
    pub event: EventId,
    /// The event's body.
    pub body: &'a Body,
}

impl Sender {
    /// A sender with one pool of connections, which trusts Mozilla's roots, and these in PEM.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(
        more_roots: Option<&[u8]>,
        rules: TargetRules,
        timeout: Duration,
        signature_header: HeaderName,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let roots = more_roots.map_or_else(|| Ok(mozillas_roots()), |pem| tls::with_pem(mozillas_roots(), pem))?;
        Self::over(SystemResolver, roots, rules, timeout, signature_header)
    }

    fn over(
        resolver: impl Resolve + 'static,
        roots: RootCertStore,
        rules: TargetRules,
        timeout: Duration,
        signature_header: HeaderName,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let (tls, resolver) = (tls::client(roots)?, Arc::new(GuardedResolver::new(rules, resolver)));
        let client = move || {
            Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(resolver.clone())
                .redirect(Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .pool_idle_timeout(IDLE_TIME)
                .pool_max_idle_per_host(IDLE_PER_HOST)
                .build()
        };
        Ok(Self { pool: Arc::new(Pool::new(client)?), rules, timeout, signature_header })
    }

    /// One attempt. The receiver's faults are outcomes, and nothing else can fail.
    pub async fn send(&self, parcel: Parcel<'_>, now: Timestamp) -> Exchange {
        let begun = Instant::now();
        let (outcome, response_body) = self.exchange(parcel, now, begun + self.timeout).await;
        let duration_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        Exchange { outcome, started_at: now, duration_ms, response_body }
    }

    async fn exchange(&self, parcel: Parcel<'_>, now: Timestamp, deadline: Instant) -> (Outcome, Option<String>) {
        let target = &parcel.endpoint.url;
        if let Err(forbidden) = self.rules.check_literal(target) {
            return (Outcome::ForbiddenAddress { error: forbidden.to_string() }, None);
        }
        let lease = self.pool.lease(target.url());
        let request = lease.client.post(target.url().clone()).headers(self.headers(parcel, now));
        let answering = request.body(parcel.body.as_bytes().to_vec()).send();
        match tokio::time::timeout_at(deadline, answering).await {
            Ok(Ok(response)) => {
                let outcome = outcome_of(&response, now);
                (outcome, Some(beginning(response, deadline.min(Instant::now() + BODY_TIME)).await))
            }
            Ok(Err(error)) => (failure(&error), None),
            Err(_) => (Outcome::TimedOut, None),
        }
    }

    fn headers(&self, parcel: Parcel<'_>, now: Timestamp) -> HeaderMap {
        let Parcel { endpoint, secrets, event, body } = parcel;
        let id = event.to_string();
        let standard = signature::standard(&id, now, body.as_bytes(), secrets);
        let timed = signature::timed(now, body.as_bytes(), secrets);
        let mut headers = HeaderMap::new();
        let custom = endpoint.headers.iter().map(|(name, value)| (HeaderName::try_from(name).ok(), value.to_owned()));
        let own = [
            (CONTENT_TYPE, "application/json".to_owned()),
            (USER_AGENT, AGENT.to_owned()),
            (WEBHOOK_ID, id),
            (WEBHOOK_TIMESTAMP, now.as_second().to_string()),
            (WEBHOOK_SIGNATURE, standard),
            (self.signature_header.clone(), timed),
        ];
        // Ours come last: they win over an endpoint's header that has become reserved since.
        for (name, value) in custom.chain(own.map(|(name, value)| (Some(name), value))) {
            if let (Some(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
        headers
    }
}

fn outcome_of(response: &Response, now: Timestamp) -> Outcome {
    match response.status() {
        status if status.is_success() => Outcome::Accepted { status: status.as_u16() },
        StatusCode::GONE => Outcome::Gone,
        status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
            Outcome::Refused { status: status.as_u16(), retry_after_seconds: retry_after(response.headers(), now) }
        }
        status => Outcome::Refused { status: status.as_u16(), retry_after_seconds: None },
    }
}

/// `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u32> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|digit| digit.is_ascii_digit()) {
        // However many digits: it is a very long time.
        return Some(value.parse().unwrap_or(u32::MAX));
    }
    let until = Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()?;
    let seconds = until.as_second().saturating_sub(now.as_second()).max(0);
    Some(u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// The beginning of the response's body, as text. An answer that breaks off, or never ends, is kept as far as it came.
async fn beginning(mut response: Response, until: Instant) -> String {
    let mut read = Vec::new();
    let reading = async {
        while read.len() < READ_BYTES
            && let Ok(Some(chunk)) = response.chunk().await
        {
            read.extend_from_slice(&chunk);
        }
    };
    // Running out of time is one of the ways to end.
    tokio::time::timeout_at(until, reading).await.unwrap_or_default();
    read.truncate(KEEP_BYTES);
    let mut text = String::from_utf8_lossy(&read).into_owned();
    // A replaced byte is three: stay within the bound, at a character's boundary.
    text.truncate(text.floor_char_boundary(KEEP_BYTES));
    text
}

fn failure(error: &reqwest::Error) -> Outcome {
    if let Some(forbidden) = causes(error).find_map(|cause| cause.downcast_ref::<Forbidden>()) {
        return Outcome::ForbiddenAddress { error: forbidden.to_string() };
    }
    if error.is_timeout() {
        return Outcome::TimedOut;
    }
    // The innermost cause is what helps: "Connection refused", "invalid peer certificate: Expired".
    let innermost = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    Outcome::Unreachable { error: innermost.chars().take(KEEP_BYTES / 4).collect() }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |cause: &&(dyn StdError + 'static)| (*cause).source())
}

#[cfg(test)]
mod tests;
