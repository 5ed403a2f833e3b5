//! What requests may say. Unknown fields are refused: a misspelt one would otherwise be lost without a word.

use std::collections::BTreeMap;

use lambda_http::Request;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::body::json;
use super::error::{ApiError, Detail};
use crate::clock;
use crate::domain::endpoint::{CustomHeaders, Description, EndpointMetadata, Subscription};
use crate::domain::event::{Data, EventError, EventMetadata, IdempotencyKey};
use crate::domain::id::TenantId;
use crate::domain::keyring::Overlap;
use crate::domain::pace::Rate;
use crate::domain::pattern::EventType;
use crate::domain::secret::SigningSecret;
use crate::publishing::Publication;

/// The body of `POST /v1/webhooks/endpoints`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a JSON object")]
pub struct NewEndpoint {
    /// Where requests go. What is allowed depends on the deployment, so this is not judged here.
    pub url: String,
    /// What is subscribed to.
    pub events: Subscription,
    /// The signing secret, if the tenant brings its own. Not judged here, so that no error can hold it.
    pub secret: Option<String>,
    /// A line about the endpoint.
    pub description: Option<Description>,
    /// The tenant's own notes.
    #[serde(default)]
    pub metadata: EndpointMetadata,
    /// Headers to send along.
    #[serde(default)]
    pub headers: CustomHeaders,
    /// How many deliveries a second it takes at most.
    pub rate_limit: Option<Rate>,
}

/// The body of `PATCH /v1/webhooks/endpoints/{id}`: what is absent stays.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a JSON object")]
pub struct EndpointPatch {
    /// A new URL.
    #[serde(default, deserialize_with = "present")]
    pub url: Option<String>,
    /// New patterns.
    #[serde(default, deserialize_with = "present")]
    pub events: Option<Subscription>,
    /// A new status.
    #[serde(default, deserialize_with = "present")]
    pub status: Option<PatchStatus>,
    /// A new description; `null` removes it.
    #[serde(default)]
    pub description: Nullable<Description>,
    /// New metadata in place of the old.
    #[serde(default, deserialize_with = "present")]
    pub metadata: Option<EndpointMetadata>,
    /// New headers in place of the old.
    #[serde(default, deserialize_with = "present")]
    pub headers: Option<CustomHeaders>,
    /// A new rate limit; `null` removes it.
    #[serde(default)]
    pub rate_limit: Nullable<Rate>,
}

/// The body of `POST /v1/webhooks/endpoints/{id}/rotate-secret`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a JSON object")]
pub struct Rotation {
    /// The new signing secret, if the tenant brings its own. Not judged here, so that no error can hold it.
    #[serde(default, deserialize_with = "present")]
    pub secret: Option<String>,
    /// For how many hours the old one signs beside it.
    #[serde(default)]
    pub overlap_hours: Overlap,
}

/// The signing secret that a tenant brings, or a new one.
///
/// # Errors
/// When it is none.
pub fn signing_secret(own: Option<String>) -> Result<SigningSecret, ApiError> {
    match own {
        Some(own) => SigningSecret::parse(&own).map_err(|error| ApiError::invalid("secret", error)),
        None => Ok(SigningSecret::generate(clock::random_bytes())),
    }
}

/// A status that a tenant may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum PatchStatus {
    /// It takes events.
    Active,
    /// What arrives is kept.
    Paused,
    /// It takes nothing.
    Disabled,
}

/// A text that is no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be active, paused or disabled")]
pub struct NotAStatus;

impl TryFrom<String> for PatchStatus {
    type Error = NotAStatus;

    fn try_from(text: String) -> Result<Self, NotAStatus> {
        match text.as_str() {
            "active" => Ok(Self::Active),
            "paused" => Ok(Self::Paused),
            "disabled" => Ok(Self::Disabled),
            _ => Err(NotAStatus),
        }
    }
}

/// A field that may be absent, but not `null`: nobody could tell what that would mean.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A field that may be absent, `null`, or a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Nullable<T> {
    /// Not mentioned.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// A value.
    Value(T),
}

impl<T> Nullable<T> {
    /// What to change: nothing, or to a value or none.
    pub fn change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(|value| value.map_or(Self::Null, Self::Value))
    }
}

/// The body of `POST /v1/webhooks/events`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a JSON object")]
pub struct NewEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// The particulars, to the letter.
    data: Box<RawValue>,
    /// The publisher's notes.
    metadata: Option<BTreeMap<String, Box<RawValue>>>,
}

impl NewEvent {
    /// What is to be published, judged.
    ///
    /// # Errors
    /// When data or metadata are beyond their bounds.
    pub fn into_publication(self, tenant: &TenantId) -> Result<Publication, ApiError> {
        let Self { event_type, data, metadata } = self;
        let data = Data::new(data).map_err(|error| refused("data", error))?;
        let metadata =
            EventMetadata::new(metadata.unwrap_or_default(), tenant).map_err(|error| refused("metadata", error))?;
        Ok(Publication { event_type, data, metadata })
    }
}

/// The most events of one request.
const MAX_EVENTS: usize = 100;

/// The body of `POST /v1/webhooks/events/batch`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a JSON object")]
pub struct NewEvents {
    /// Each for itself, so that one that must be mended holds up none of the others.
    events: Vec<Box<RawValue>>,
}

impl NewEvents {
    /// What is to be published, each judged for itself, in order.
    ///
    /// # Errors
    /// When there are no events, or too many.
    pub fn into_publications(self, tenant: &TenantId) -> Result<Vec<Result<Publication, ApiError>>, ApiError> {
        if !(1..=MAX_EVENTS).contains(&self.events.len()) {
            let message = format!("must list 1 to {MAX_EVENTS} events; this has {}", self.events.len());
            return Err(ApiError::invalid("events", message));
        }
        let read = |event: Box<RawValue>| json::<NewEvent>(event.get().as_bytes())?.into_publication(tenant);
        Ok(self.events.into_iter().map(read).collect())
    }
}

/// What the request says that it is to be known by when it comes again.
///
/// # Errors
/// When that is no idempotency key.
pub fn idempotency_key(request: &Request) -> Result<Option<IdempotencyKey>, ApiError> {
    let sent = request.headers().get("idempotency-key");
    let key = sent.map(|value| value.to_str().unwrap_or_default().parse()).transpose();
    key.map_err(|error: EventError| ApiError::invalid("Idempotency-Key", error))
}

#[cfg(test)]
mod tests;

fn refused(field: &str, error: EventError) -> ApiError {
    let detail = Detail::new(field, error);
    match error {
        EventError::DataTooLarge | EventError::MetadataTooLarge => ApiError::TooLarge(detail),
        EventError::DataNotObject
        | EventError::NotInteroperable
        | EventError::MetadataTenant
        | EventError::IdempotencyKey => ApiError::Invalid(detail),
    }
}
