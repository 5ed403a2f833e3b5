//! The settings of a function: the only reader of environment variables.
//!
//! A function whose settings are missing or malformed does not start, and says which one: better no answer than a wrong
//! one.

use std::str::FromStr;
use std::time::Duration;

use http::HeaderName;

use crate::domain::event::Retention;
use crate::domain::failing::Patience;
use crate::domain::pace::Rate;
use crate::domain::retry::RetryPolicy;
use crate::domain::target::TargetRules;

/// A setting that is missing or malformed.
#[derive(Debug, thiserror::Error)]
pub enum EnvError {
    /// Not set.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// Set to something that cannot be used.
    #[error("the environment variable {name} is `{value}`: {problem}")]
    Malformed {
        /// The variable.
        name: &'static str,
        /// What it is set to.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// The variable's text.
///
/// # Errors
/// When it is not set, or not text.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn text(name: &'static str) -> Result<String, EnvError> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or(EnvError::Missing(name))
}

fn parsed<T: FromStr<Err: ToString>>(name: &'static str) -> Result<T, EnvError> {
    let value = text(name)?;
    value.parse().map_err(|error: T::Err| EnvError::Malformed { name, problem: error.to_string(), value })
}

/// What the file holds that the variable names, where it is set.
fn file(name: &'static str) -> Result<Option<Vec<u8>>, EnvError> {
    let Ok(path) = text(name) else { return Ok(None) };
    let malformed =
        |error: std::io::Error| EnvError::Malformed { name, problem: error.to_string(), value: path.clone() };
    std::fs::read(&path).map(Some).map_err(malformed)
}

/// `AWS_CA_BUNDLE`, as every AWS SDK knows it: a PEM file of roots that are trusted beside Amazon's.
///
/// # Errors
/// When it is set, and the file cannot be read.
pub fn aws_roots() -> Result<Option<Vec<u8>>, EnvError> {
    file("AWS_CA_BUNDLE")
}

/// `TRUSTED_ROOTS_FILE`: a PEM file of roots from which receivers' certificates may descend, beside Mozilla's. For local work: it
/// is heeded where private targets are allowed, and nowhere else.
///
/// # Errors
/// When it is set, and the file cannot be read.
pub fn receivers_roots() -> Result<Option<Vec<u8>>, EnvError> {
    match target_rules()? {
        TargetRules::PrivateToo => file("TRUSTED_ROOTS_FILE"),
        TargetRules::PublicOnly => Ok(None),
    }
}

fn between(name: &'static str, least: u16, most: u16) -> Result<u16, EnvError> {
    let value: u16 = parsed(name)?;
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(EnvError::Malformed { name, value: value.to_string(), problem: format!("must be {least} to {most}") })
}

/// `RETRY_DELAYS`, in seconds.
///
/// # Errors
/// When it is missing or no policy.
pub fn retry_policy() -> Result<RetryPolicy, EnvError> {
    parsed("RETRY_DELAYS")
}

/// `DISABLE_AFTER_HOURS`: how long an endpoint may fail.
///
/// # Errors
/// When it is missing or out of bounds.
pub fn patience() -> Result<Patience, EnvError> {
    parsed("DISABLE_AFTER_HOURS")
}

/// `RELEASE_PER_SECOND`: how fast an endpoint that was paused gets what was kept for it.
///
/// # Errors
/// When it is missing or out of bounds.
pub fn release_rate() -> Result<Rate, EnvError> {
    parsed("RELEASE_PER_SECOND")
}

/// `ATTEMPT_TIMEOUT_SECONDS`: at most 30, so that a batch ends well inside the function's own time-out.
///
/// # Errors
/// When it is missing or out of bounds.
pub fn attempt_timeout() -> Result<Duration, EnvError> {
    between("ATTEMPT_TIMEOUT_SECONDS", 1, 30).map(|seconds| Duration::from_secs(seconds.into()))
}

/// `RETENTION_DAYS`.
///
/// # Errors
/// When it is missing or out of bounds.
pub fn retention() -> Result<Retention, EnvError> {
    between("RETENTION_DAYS", 1, 365).map(Retention::days)
}

/// `SIGNATURE_HEADER`: the name of the header that carries the `t=,v1=` signature.
///
/// # Errors
/// When it is missing or no header's name.
pub fn signature_header() -> Result<HeaderName, EnvError> {
    parsed("SIGNATURE_HEADER")
}

/// `ALLOW_PRIVATE_TARGETS`.
///
/// # Errors
/// When it is missing, or neither `true` nor `false`.
pub fn target_rules() -> Result<TargetRules, EnvError> {
    let allow: bool = parsed("ALLOW_PRIVATE_TARGETS")?;
    Ok(if allow { TargetRules::PrivateToo } else { TargetRules::PublicOnly })
}

/// `STRICT_EVENT_TYPES`: whether what is published must be as the catalog says.
///
/// # Errors
/// When it is missing, or neither `true` nor `false`.
pub fn strict_event_types() -> Result<bool, EnvError> {
    parsed("STRICT_EVENT_TYPES")
}
