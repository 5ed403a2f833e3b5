//! What the API answers.

use std::time::Duration;

use rail::clock;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use super::ApiError;
use super::error::{Fault, Said};

/// A call that was carried out.
#[derive(Debug)]
pub struct Answer {
    /// Whether it is what an earlier call with the same idempotency key did.
    pub replayed: bool,
    /// The body: JSON, or nothing.
    pub text: String,
}

impl Answer {
    /// The answer to one request.
    pub(super) async fn to(request: RequestBuilder) -> Result<Self, ApiError> {
        let response = request.send().await.map_err(ApiError::unreachable)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.map_err(ApiError::unreachable)?;
        if status.is_success() {
            return Ok(Self { replayed: headers.contains_key("idempotent-replayed"), text });
        }
        let said = Said::read(status.as_u16(), &text);
        if status.is_client_error() {
            return Err(ApiError::Refused { said, retry_after: retry_after(&headers) });
        }
        let passing =
            [StatusCode::SERVICE_UNAVAILABLE, StatusCode::BAD_GATEWAY, StatusCode::GATEWAY_TIMEOUT].contains(&status);
        Err(ApiError::Fault(Fault { said, passing, retry_after: retry_after(&headers) }))
    }

    /// The answer as what it should be.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_str(&self.text).map_err(|error| ApiError::Unreadable(error.to_string()))
    }
}

/// `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()?;
    Some(until.duration_since(clock::now()).try_into().unwrap_or_default())
}
