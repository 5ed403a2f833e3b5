//! Calls that were not carried out.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::failure::Code;

/// Why a call was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The API said no (4xx).
    #[error("the API refused it: {said}")]
    Refused {
        /// What it said.
        said: Box<Said>,
        /// When to come again, where that is the matter.
        retry_after: Option<Duration>,
    },
    /// The API had a fault.
    #[error("the API has a fault: {0}")]
    Fault(Fault),
    /// There was no answer.
    #[error("the API cannot be reached: {why}")]
    Unreachable {
        /// The cause.
        why: String,
        /// Whether the request may have got there.
        connected: bool,
    },
    /// The answer is not what the API gives.
    #[error("the API's answer cannot be read, is --url right? {0}")]
    Unreadable(String),
}

/// A fault of the API's side.
#[derive(Debug)]
pub struct Fault {
    /// What it said.
    pub said: Box<Said>,
    /// Whether it is likely to be over soon.
    pub passing: bool,
    /// When to come again.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said.fmt(f)
    }
}

/// What the API says of a call that it did not carry out.
#[derive(Debug)]
pub struct Said {
    status: u16,
    code: Option<String>,
    message: String,
    details: Vec<Detail>,
    request_id: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, Deserialize)]
pub struct Detail {
    /// Which.
    pub field: String,
    /// What to mend.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    error: BodyError,
    request_id: Option<String>,
}

#[derive(Deserialize)]
struct BodyError {
    code: String,
    message: String,
    #[serde(default)]
    details: Vec<Detail>,
}

/// What API Gateway says by itself.
#[derive(Deserialize)]
struct GatewaysBody {
    message: String,
}

impl Said {
    pub(super) fn read(status: u16, text: &str) -> Box<Self> {
        if let Ok(Body { error: BodyError { code, message, details }, request_id }) = serde_json::from_str(text) {
            return Box::new(Self { status, code: Some(code), message, details, request_id });
        }
        let message = match serde_json::from_str(text) {
            Ok(GatewaysBody { message }) if status == 404 => {
                format!("{message}; is --url right, and the rail new enough?")
            }
            Ok(GatewaysBody { message }) => message,
            Err(_) => "no answer of a rail; is --url right?".to_owned(),
        };
        Box::new(Self { status, code: None, message, details: Vec::new(), request_id: None })
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        for Detail { field, message } in &self.details {
            write!(f, "\n  {field}: {message}")?;
        }
        write!(f, "\n  ({}", self.status)?;
        for more in [&self.code, &self.request_id].into_iter().flatten() {
            write!(f, ", {more}")?;
        }
        f.write_str(")")
    }
}

impl ApiError {
    pub(super) fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable { why: cause(&error), connected: !error.is_connect() }
    }

    /// The exit code for it.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused { .. } => Code::Refused,
            Self::Fault(_) | Self::Unreachable { .. } | Self::Unreadable(_) => Code::Unreachable,
        }
    }

    /// The status of a refusal.
    pub fn refusal(&self) -> Option<u16> {
        match self {
            Self::Refused { said, .. } => Some(said.status),
            Self::Fault(_) | Self::Unreachable { .. } | Self::Unreadable(_) => None,
        }
    }

    /// What is the matter, in one line.
    pub fn in_short(&self) -> String {
        match self {
            Self::Refused { said, .. } | Self::Fault(Fault { said, .. }) => format!("{} {}", said.status, said.message),
            Self::Unreachable { why, .. } | Self::Unreadable(why) => why.clone(),
        }
    }

    /// Whether it may be over soon.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Refused { said, .. } => said.status == TOO_MANY_REQUESTS,
            Self::Fault(fault) => fault.passing,
            Self::Unreachable { .. } => true,
            Self::Unreadable(_) => false,
        }
    }

    /// Whether the call had no effect for sure.
    pub(super) fn nothing_was_done(&self) -> bool {
        match self {
            Self::Refused { .. } => true,
            Self::Unreachable { connected, .. } => !connected,
            Self::Fault(_) | Self::Unreadable(_) => false,
        }
    }

    /// When to come again, if the API said so.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } | Self::Fault(Fault { retry_after, .. }) => *retry_after,
            Self::Unreachable { .. } | Self::Unreadable(_) => None,
        }
    }
}

/// Why there was no answer: of all causes the innermost is what helps, "Connection refused".
pub fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let causes = std::iter::successors(error.source(), |cause: &&(dyn StdError + 'static)| (*cause).source());
    causes.last().map_or_else(|| error.to_string(), ToString::to_string)
}

/// RFC 6585, 4.
const TOO_MANY_REQUESTS: u16 = 429;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, text: &str) -> ApiError {
        ApiError::Refused { said: Said::read(status, text), retry_after: None }
    }

    #[test]
    fn a_refusal_tells_its_fields_and_where_the_log_is() {
        let text = r#"{"error":{"code":"VALIDATION_FAILED","message":"url must be https","details":[{"field":"url","message":"must be https"}]},"requestId":"req-1"}"#;
        let error = refused(400, text);
        assert_eq!(
            error.to_string(),
            "the API refused it: url must be https\n  url: must be https\n  (400, VALIDATION_FAILED, req-1)"
        );
        assert_eq!((error.code(), error.is_passing()), (Code::Refused, false));
    }

    #[test]
    fn what_is_no_rail_is_told_as_such() {
        assert!(refused(404, r#"{"message":"Not Found"}"#).to_string().contains("is --url right"));
        assert!(refused(403, "<html>").to_string().contains("is --url right"));
    }

    #[test]
    fn one_too_many_may_be_repeated_whatever_it_is() {
        let error = refused(429, r#"{"message":"Too Many Requests"}"#);
        assert!(error.is_passing() && error.nothing_was_done());
        let fault = Fault { said: Said::read(503, ""), passing: true, retry_after: None };
        assert!(!ApiError::Fault(fault).nothing_was_done());
    }
}
