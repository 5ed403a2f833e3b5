//! What requests may say. Unknown fields are refused: a misspelt one would otherwise be lost without a word.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use lambda_http::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::body::json;
use super::error::{ApiError, Detail};
use super::openapi::{AnyObject, Entries, SecretText};
use crate::clock;
use crate::domain::catalog::{CatalogEntry, Example, Schema, TypeDescription};
use crate::domain::endpoint::{CustomHeaders, Description, EndpointMetadata, Subscription};
use crate::domain::event::{Data, EventError, EventMetadata, IdempotencyKey};
use crate::domain::id::{EndpointId, TenantId};
use crate::domain::keyring::Overlap;
use crate::domain::pace::Rate;
use crate::domain::pattern::EventType;
use crate::domain::period::Period;
use crate::domain::secret::SigningSecret;
use crate::domain::target::TargetUrl;
use crate::publishing::Publication;

/// The body of `POST /v1/webhooks/endpoints`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a JSON object")]
pub struct NewEndpoint {
    // What is allowed depends on the deployment, so this is not judged here.
    /// Where requests go: https, at a public host.
    #[schemars(with = "TargetUrl")]
    pub url: String,
    /// What is subscribed to.
    pub events: Subscription,
    // Not judged here, so that no error can hold it.
    /// The signing secret, if the tenant brings its own.
    #[schemars(with = "Option<SecretText>")]
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
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a JSON object")]
pub struct EndpointPatch {
    /// A new URL.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "TargetUrl")]
    pub url: Option<String>,
    /// New patterns.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Subscription")]
    pub events: Option<Subscription>,
    /// A new status.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "PatchStatus")]
    pub status: Option<PatchStatus>,
    /// A new description; `null` removes it.
    #[serde(default)]
    pub description: Nullable<Description>,
    /// New metadata in place of the old.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "EndpointMetadata")]
    pub metadata: Option<EndpointMetadata>,
    /// New headers in place of the old.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "CustomHeaders")]
    pub headers: Option<CustomHeaders>,
    /// A new rate limit; `null` removes it.
    #[serde(default)]
    pub rate_limit: Nullable<Rate>,
}

/// The body of `POST /v1/webhooks/endpoints/{id}/rotate-secret`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a JSON object")]
pub struct Rotation {
    // Not judged here, so that no error can hold it.
    /// The new signing secret, if the tenant brings its own.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "SecretText")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(!try_from, rename = "EndpointStatus", rename_all = "snake_case")]
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
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a JSON object")]
pub struct NewEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// The particulars: an object of at most 256 KB, delivered to the letter.
    #[schemars(with = "AnyObject")]
    data: Box<RawValue>,
    /// The publisher's notes: at most 16 KB. Receivers get them, with `tenantId` added.
    #[schemars(with = "Option<Entries>")]
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
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a JSON object")]
pub struct NewEvents {
    /// 1 to 100 events, each judged for itself: one that must be mended holds up none of the others.
    #[schemars(with = "Vec<NewEvent>", length(min = 1, max = 100))]
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

/// The body of `POST /v1/webhooks/events/{id}/retry`, or nothing.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a JSON object")]
#[schemars(rename = "NewRetry")]
pub struct RetryInput {
    /// The endpoint whose delivery is meant; without it, all deliveries are.
    pub endpoint_id: Option<EndpointId>,
}

/// The body of `POST /v1/webhooks/endpoints/{id}/test`, and of other routes that take none: nothing, or `{}`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a JSON object")]
pub struct NoInput {}

/// A moment as clients write it: RFC 3339, with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Moment(Timestamp);

/// A text that is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a time as RFC 3339 has it, from 1970 on, like 2026-11-24T12:00:00Z")]
pub struct NotAMoment;

impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        // Times before 1970 have no ids.
        text.parse().ok().filter(|at| *at >= Timestamp::UNIX_EPOCH).map(Self).ok_or(NotAMoment)
    }
}

impl TryFrom<String> for Moment {
    type Error = NotAMoment;

    fn try_from(text: String) -> Result<Self, NotAMoment> {
        text.parse()
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

/// The body of `POST /v1/webhooks/endpoints/{id}/recover`: which failed deliveries to start again, by when their events were
/// published.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a JSON object")]
pub struct NewRecovery {
    /// From this moment on.
    since: Moment,
    /// Up to, and without, this moment; now, where it is absent or in the future.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Moment")]
    until: Option<Moment>,
}

impl NewRecovery {
    /// The period that is meant.
    ///
    /// # Errors
    /// When nothing can have happened in it.
    pub fn into_period(self, now: Timestamp) -> Result<Period, ApiError> {
        let period = Period::of_the_past(self.since.0, self.until.map(Timestamp::from), now);
        period.map_err(|error| ApiError::invalid("since", error))
    }
}

/// The body of `PUT /v1/webhooks/event-types/{name}`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a JSON object")]
pub struct EventTypeInput {
    /// When such an event is sent.
    description: TypeDescription,
    /// The JSON Schema (draft 2020-12) of the event's `data`; without one, any object is.
    #[schemars(with = "Option<AnyObject>")]
    schema: Option<Box<RawValue>>,
    /// An example of the event's `data`, which must fit the schema.
    #[schemars(with = "Option<AnyObject>")]
    example: Option<Box<RawValue>>,
}

impl EventTypeInput {
    /// The entry of the catalog, judged.
    ///
    /// # Errors
    /// When the schema is none, or the example does not fit it.
    pub fn into_entry(self, name: EventType, now: Timestamp) -> Result<CatalogEntry, ApiError> {
        let Self { description, schema, example } = self;
        let schema = schema.map(Schema::new).transpose();
        let schema = schema.map_err(|error| ApiError::invalid("schema", error))?;
        let example = example.map(|example| Example::new(example, schema.as_ref())).transpose();
        let example = example.map_err(|error| ApiError::invalid("example", error))?;
        Ok(CatalogEntry { name, description, schema, example, updated_at: Some(now) })
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
