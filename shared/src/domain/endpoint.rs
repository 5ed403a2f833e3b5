//! An endpoint: where a tenant wants which of its events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failing::Failing;
use super::id::{EndpointId, TenantId};
use super::pace::Rate;
use super::pattern::{EventType, Pattern};
use super::target::TargetUrl;

/// The most endpoints of one tenant: what one publish may have to fan out to.
pub const MAX_PER_TENANT: usize = 500;
/// The most patterns of one endpoint.
const MAX_PATTERNS: usize = 100;
/// The most characters of a description.
const MAX_DESCRIPTION: usize = 500;
/// The most entries, and the most bytes of keys and values together, of an endpoint's metadata.
const MAX_METADATA: (usize, usize) = (50, 8 * 1024);
/// The most custom headers, and the most bytes of names and values together.
const MAX_HEADERS: (usize, usize) = (20, 4 * 1024);

/// Headers that the rail or the HTTP connection sets, by name or by how they begin; lower case.
const RESERVED_HEADERS: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "webhook-",
    "x-iof-",
];

/// What is wrong with an endpoint's particulars.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No patterns, or too many.
    #[error("must list 1 to {MAX_PATTERNS} patterns; this has {0}")]
    PatternCount(usize),
    /// A description beyond its bound.
    #[error("is longer than {MAX_DESCRIPTION} characters")]
    DescriptionTooLong,
    /// Metadata beyond its bounds.
    #[error("may hold at most {} entries and {} bytes of keys and values", MAX_METADATA.0, MAX_METADATA.1)]
    MetadataTooLarge,
    /// Headers beyond their bounds.
    #[error("may hold at most {} headers and {} bytes of names and values", MAX_HEADERS.0, MAX_HEADERS.1)]
    HeadersTooLarge,
    /// What no HTTP header can be.
    #[error("`{0}` is no valid HTTP header")]
    NotAHeader(String),
    /// A header that is not the tenant's to set.
    #[error("`{0}` is set by the rail itself")]
    ReservedHeader(String),
}

/// The patterns of an endpoint: at least one, at most 100, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Pattern>", into = "Vec<Pattern>")]
pub struct Subscription(Vec<Pattern>);

impl Subscription {
    /// Whether any of the patterns matches.
    pub fn matches(&self, event_type: &EventType) -> bool {
        self.0.iter().any(|pattern| pattern.matches(event_type))
    }

    /// Its patterns.
    pub fn patterns(&self) -> &[Pattern] {
        &self.0
    }
}

impl TryFrom<Vec<Pattern>> for Subscription {
    type Error = EndpointError;

    fn try_from(patterns: Vec<Pattern>) -> Result<Self, EndpointError> {
        if !(1..=MAX_PATTERNS).contains(&patterns.len()) {
            return Err(EndpointError::PatternCount(patterns.len()));
        }
        let mut once = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            if !once.contains(&pattern) {
                once.push(pattern);
            }
        }
        Ok(Self(once))
    }
}

impl From<Subscription> for Vec<Pattern> {
    fn from(subscription: Subscription) -> Self {
        subscription.0
    }
}

/// A line for people about an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(String);

impl TryFrom<String> for Description {
    type Error = EndpointError;

    fn try_from(text: String) -> Result<Self, EndpointError> {
        if text.chars().count() > MAX_DESCRIPTION { Err(EndpointError::DescriptionTooLong) } else { Ok(Self(text)) }
    }
}

impl From<Description> for String {
    fn from(description: Description) -> Self {
        description.0
    }
}

/// What a tenant notes about an endpoint for itself: texts by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct EndpointMetadata(BTreeMap<String, String>);

impl TryFrom<BTreeMap<String, String>> for EndpointMetadata {
    type Error = EndpointError;

    fn try_from(entries: BTreeMap<String, String>) -> Result<Self, EndpointError> {
        if exceeds(&entries, MAX_METADATA) { Err(EndpointError::MetadataTooLarge) } else { Ok(Self(entries)) }
    }
}

impl From<EndpointMetadata> for BTreeMap<String, String> {
    fn from(metadata: EndpointMetadata) -> Self {
        metadata.0
    }
}

/// Headers that a tenant wants on every request to an endpoint. Their values may be secret: they are not logged.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct CustomHeaders(BTreeMap<String, String>);

impl CustomHeaders {
    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl std::fmt::Debug for CustomHeaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl TryFrom<BTreeMap<String, String>> for CustomHeaders {
    type Error = EndpointError;

    fn try_from(headers: BTreeMap<String, String>) -> Result<Self, EndpointError> {
        if exceeds(&headers, MAX_HEADERS) {
            return Err(EndpointError::HeadersTooLarge);
        }
        for (name, value) in &headers {
            let valid = http::HeaderName::try_from(name.as_str()).is_ok()
                && http::HeaderValue::try_from(value.as_str()).is_ok_and(|value| value.to_str().is_ok());
            if !valid {
                return Err(EndpointError::NotAHeader(name.clone()));
            }
            let lower = name.to_ascii_lowercase();
            let reserved = |name: &&str| lower == **name || (name.ends_with('-') && lower.starts_with(*name));
            if RESERVED_HEADERS.iter().any(reserved) {
                return Err(EndpointError::ReservedHeader(name.clone()));
            }
        }
        Ok(Self(headers))
    }
}

impl From<CustomHeaders> for BTreeMap<String, String> {
    fn from(headers: CustomHeaders) -> Self {
        headers.0
    }
}

fn exceeds(entries: &BTreeMap<String, String>, (count, bytes): (usize, usize)) -> bool {
    entries.len() > count || entries.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() > bytes
}

/// Why an endpoint takes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisabledReason {
    /// Its tenant disabled it.
    Manual,
    /// It answered `410 Gone`.
    Gone,
    /// It failed for too long (see [`super::failing`]).
    Failing,
}

/// That an endpoint was disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disabling {
    /// Why.
    pub reason: DisabledReason,
    /// When.
    pub at: Timestamp,
    /// Whether the tenant's other endpoints were told.
    pub announced: bool,
}

impl Disabling {
    /// One that nobody was told of yet.
    pub const fn new(reason: DisabledReason, at: Timestamp) -> Self {
        Self { reason, at, announced: false }
    }
}

/// Whether an endpoint takes events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointStatus {
    /// It takes them.
    Active,
    /// What arrives for it is kept.
    Paused,
    /// It takes nothing.
    Disabled(Disabling),
}

/// Where a tenant wants which of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Where requests go.
    pub url: TargetUrl,
    /// What it subscribes to.
    pub subscription: Subscription,
    /// Whether it takes events.
    pub status: EndpointStatus,
    /// A line about it.
    pub description: Option<Description>,
    /// The tenant's own notes.
    pub metadata: EndpointMetadata,
    /// Headers sent along.
    pub headers: CustomHeaders,
    /// How many deliveries a second it takes at most.
    pub rate_limit: Option<Rate>,
    /// That it fails, if it does.
    pub failing: Option<Failing>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Endpoint {
    /// Whether it takes any events.
    pub fn is_open(&self) -> bool {
        match self.status {
            EndpointStatus::Active | EndpointStatus::Paused => true,
            EndpointStatus::Disabled(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn a_subscription_has_one_to_a_hundred_patterns_each_once() {
        let patterns = |n: usize| (0..n).map(|i| format!("a{i}.*").parse().unwrap()).collect::<Vec<Pattern>>();
        assert_eq!(Subscription::try_from(patterns(0)), Err(EndpointError::PatternCount(0)));
        assert_eq!(Subscription::try_from(patterns(300)), Err(EndpointError::PatternCount(300)));
        assert!(Subscription::try_from(patterns(100)).is_ok());
        let twice = [patterns(2), patterns(2)].concat();
        assert_eq!(Subscription::try_from(twice).map(Vec::from), Ok(patterns(2)));
    }

    #[test]
    fn headers_of_the_rail_and_of_the_connection_are_reserved() {
        for name in
            ["Host", "content-type", "Webhook-Id", "X-IOF-Signature", "Proxy-Authorization", "Transfer-Encoding"]
        {
            let refused = CustomHeaders::try_from(map(&[(name, "x")]));
            assert_eq!(refused, Err(EndpointError::ReservedHeader(name.to_owned())));
        }
        for (name, value) in [("bad name", "x"), ("x", "a\r\nb: c"), ("", "x"), ("x", "é")] {
            assert!(
                matches!(CustomHeaders::try_from(map(&[(name, value)])), Err(EndpointError::NotAHeader(_))),
                "{name}"
            );
        }
        assert!(CustomHeaders::try_from(map(&[("Authorization", "Bearer x"), ("X-Tenant", "1")])).is_ok());
    }

    #[test]
    fn the_values_of_headers_are_never_printed() {
        let headers = CustomHeaders::try_from(map(&[("Authorization", "Bearer hush")])).unwrap();
        assert_eq!(format!("{headers:?}"), r#"{"Authorization"}"#);
    }
}
