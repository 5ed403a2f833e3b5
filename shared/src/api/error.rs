//! Errors of the API: the only table of errors to statuses.

use std::time::Duration;

use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::aws::AwsError;
use crate::domain::announcement::Unspeakable;
use crate::domain::key::Scope;
use crate::domain::pace::Rate;
use crate::publishing::PublishError;
use crate::store::StoreError;
use crate::strictness::NotAdmitted;

/// The most characters of a field's name, and of what is wrong with it. An answer may quote what was sent, but not return
/// megabytes of it.
const MAX_FIELD: usize = 200;
const MAX_MESSAGE: usize = 500;

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ErrorDetail")]
pub struct Detail {
    /// Which field: a path into the body, the name of a query parameter or of a header.
    pub field: String,
    /// What to mend.
    pub message: String,
}

impl Detail {
    /// `field` is wrong in this way.
    pub fn new(field: impl Into<String>, message: impl ToString) -> Self {
        Self { field: clipped(field.into(), MAX_FIELD), message: clipped(message.to_string(), MAX_MESSAGE) }
    }
}

/// The text, or its first characters and a sign that there were more.
fn clipped(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Input that must be mended.
    #[error("{} {}", .0.field, .0.message)]
    Invalid(Detail),
    /// Input that is too large.
    #[error("{} {}", .0.field, .0.message)]
    TooLarge(Detail),
    /// No valid key.
    #[error("{0}")]
    Unauthorized(&'static str),
    /// A valid key without the scope.
    #[error("this API key lacks the scope `{0}`")]
    Forbidden(Scope),
    /// No such thing, or not this tenant's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The thing is not in a state for it.
    #[error("{0}")]
    Conflict(String),
    /// An idempotency key used for something else before.
    #[error("this Idempotency-Key was used with another body within the last 24 hours")]
    IdempotencyMismatch,
    /// One request too many with this key.
    #[error("this API key is limited to {} requests a second", u16::from(*.rate))]
    TooMany {
        /// Its limit.
        rate: Rate,
        /// How long until the next is taken.
        wait: Duration,
    },
    /// Our fault, or AWS's: it can be tried again.
    #[error("the service cannot do this at the moment; try again shortly")]
    Unavailable(#[source] AwsError),
    /// Our fault: it will not get better by itself.
    #[error("something went wrong on our side; the requestId leads to the log")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a request was not carried out.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ErrorAnswer")]
pub(super) struct ErrorBody<'a> {
    error: ErrorView,
    /// The id under which the log knows the request.
    #[serde(rename = "requestId")]
    request_id: &'a str,
}

/// An error.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub struct ErrorView {
    /// What programs know the error by: `VALIDATION_FAILED`, `NOT_FOUND`, …
    code: &'static str,
    /// What is wrong, for people.
    message: String,
    /// Which fields to mend, and how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

impl ApiError {
    /// Input that must be mended: `field` is wrong in this way.
    pub fn invalid(field: impl Into<String>, message: impl ToString) -> Self {
        Self::Invalid(Detail::new(field, message))
    }

    /// Something changes faster than it could be changed here.
    pub fn racing() -> Self {
        Self::Conflict("this is being changed by others at the same time; try again".to_owned())
    }

    /// The HTTP status and the code by which programs know the error.
    pub const fn kind(&self) -> (u16, &'static str) {
        match self {
            Self::Invalid(_) => (400, "VALIDATION_FAILED"),
            Self::Unauthorized(_) => (401, "UNAUTHORIZED"),
            Self::Forbidden(_) => (403, "FORBIDDEN"),
            Self::NotFound(_) => (404, "NOT_FOUND"),
            Self::Conflict(_) => (409, "CONFLICT"),
            Self::TooLarge(_) => (413, "PAYLOAD_TOO_LARGE"),
            Self::IdempotencyMismatch => (422, "IDEMPOTENCY_KEY_REUSED"),
            Self::TooMany { .. } => (429, "RATE_LIMITED"),
            Self::Internal(_) => (500, "INTERNAL"),
            Self::Unavailable(_) => (503, "UNAVAILABLE"),
        }
    }

    /// Whether it is a fault of our side (RFC 9110, 15.6).
    pub const fn is_ours(&self) -> bool {
        self.kind().0 >= 500
    }

    /// What a client is told of it. The inward side of our own faults is logged here, once, and not told.
    pub(super) fn tell(&self, request_id: &str) -> ErrorView {
        let (_, code) = self.kind();
        match self {
            Self::Internal(source) => tracing::error!(request_id, error = %source, "request.failed"),
            Self::Unavailable(source) => tracing::error!(request_id, error = %source, "request.failed"),
            Self::Invalid(_)
            | Self::TooLarge(_)
            | Self::Unauthorized(_)
            | Self::Forbidden(_)
            | Self::NotFound(_)
            | Self::Conflict(_)
            | Self::IdempotencyMismatch
            | Self::TooMany { .. } => tracing::debug!(request_id, code, "request.refused"),
        }
        let details = match self {
            Self::Invalid(detail) | Self::TooLarge(detail) => vec![detail.clone()],
            Self::Unauthorized(_)
            | Self::Forbidden(_)
            | Self::NotFound(_)
            | Self::Conflict(_)
            | Self::IdempotencyMismatch
            | Self::TooMany { .. }
            | Self::Unavailable(_)
            | Self::Internal(_) => Vec::new(),
        };
        ErrorView { code, message: self.to_string(), details }
    }

    /// The answer.
    pub(super) fn respond(&self, request_id: &str) -> Response<Body> {
        let (status, _) = self.kind();
        let mut response = super::serve::json(status, &ErrorBody { error: self.tell(request_id), request_id });
        let headers = response.headers_mut();
        match self {
            Self::Unauthorized(_) => {
                headers.insert(http::header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
            }
            Self::TooMany { wait, .. } => {
                // Whole seconds, and not too soon.
                headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from(wait.as_secs() + 1));
            }
            Self::Unavailable(_) => {
                headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from_static("1"));
            }
            Self::Invalid(_)
            | Self::TooLarge(_)
            | Self::Forbidden(_)
            | Self::NotFound(_)
            | Self::Conflict(_)
            | Self::IdempotencyMismatch
            | Self::Internal(_) => {}
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Aws(error) => Self::Unavailable(error),
            unreadable @ StoreError::Unreadable { .. } => Self::Internal(unreadable.into()),
        }
    }
}

impl From<AwsError> for ApiError {
    fn from(error: AwsError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::OtherBody => Self::IdempotencyMismatch,
            PublishError::Store(error) => error.into(),
            PublishError::Queue(error) => error.into(),
        }
    }
}

impl From<Unspeakable> for ApiError {
    fn from(error: Unspeakable) -> Self {
        Self::Internal(error.into())
    }
}

impl From<NotAdmitted> for ApiError {
    fn from(error: NotAdmitted) -> Self {
        match error {
            NotAdmitted::UnknownType(_) => Self::invalid("type", error),
            NotAdmitted::Data { field, problem } => Self::invalid(field, problem),
            NotAdmitted::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(error: &ApiError) -> String {
        let response = error.respond("req-1");
        let Body::Text(text) = response.body() else { unreachable!() };
        format!("{} {text}", response.status().as_u16())
    }

    #[test]
    fn an_error_says_what_to_mend() {
        insta::assert_snapshot!(
            answered(&ApiError::invalid("url", "must begin with https://")),
            @r#"400 {"error":{"code":"VALIDATION_FAILED","message":"url must begin with https://","details":[{"field":"url","message":"must begin with https://"}]},"requestId":"req-1"}"#
        );
        insta::assert_snapshot!(
            answered(&ApiError::NotFound("endpoint")),
            @r#"404 {"error":{"code":"NOT_FOUND","message":"there is no such endpoint"},"requestId":"req-1"}"#
        );
    }

    #[test]
    fn an_answer_does_not_return_all_that_was_sent() {
        let ApiError::Invalid(detail) = ApiError::invalid("é".repeat(100_000), "é".repeat(100_000)) else {
            unreachable!()
        };
        assert_eq!(detail.field, "é".repeat(MAX_FIELD) + "…");
        assert_eq!(detail.message, "é".repeat(MAX_MESSAGE) + "…");
        assert_eq!(Detail::new("é".repeat(MAX_FIELD), "").field, "é".repeat(MAX_FIELD));
    }

    #[test]
    fn our_own_faults_tell_the_caller_nothing_of_the_inside() {
        let ours = ApiError::Unavailable(AwsError::new("put the event", "table rail-Deliveries is throttled"));
        insta::assert_snapshot!(
            answered(&ours),
            @r#"503 {"error":{"code":"UNAVAILABLE","message":"the service cannot do this at the moment; try again shortly"},"requestId":"req-1"}"#
        );
    }
}
