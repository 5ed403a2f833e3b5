//! An endpoint as an item of the table `Endpoints`.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{self, Item, unreadable};
use super::keys;
use crate::domain::endpoint::{
    CustomHeaders, Description, DisabledReason, Disabling, Endpoint, EndpointMetadata, EndpointStatus, Subscription,
};
use crate::domain::failing::Failing;
use crate::domain::id::TenantId;
use crate::domain::keyring::{Keyring, Old};
use crate::domain::pace::Rate;
use crate::domain::target::TargetUrl;
use crate::sealing::SealedSecret;

pub const WHAT: &str = "endpoint";
pub const SECRETS: &str = "secrets";
pub const DISABLED_AT: &str = "disabledAt";
pub const ANNOUNCED: &str = "announced";
pub const FAILING_SINCE: &str = "failingSince";
pub const EXHAUSTED: &str = "exhausted";
const SEALED: &str = "sealed";
const UNTIL: &str = "until";

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusName {
    Active,
    Paused,
    Disabled,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EndpointItem {
    url: String,
    events: Subscription,
    status: StatusName,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<DisabledReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Timestamp>,
    #[serde(default)]
    announced: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
    #[serde(default)]
    metadata: EndpointMetadata,
    #[serde(default)]
    headers: CustomHeaders,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<Rate>,
    #[serde(flatten)]
    failing: FailingItem,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Both are there, or neither.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FailingItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exhausted: Option<u32>,
}

/// The name of a status, and the reason that goes with it.
pub fn named(status: EndpointStatus) -> (StatusName, Option<DisabledReason>) {
    match status {
        EndpointStatus::Active => (StatusName::Active, None),
        EndpointStatus::Paused => (StatusName::Paused, None),
        EndpointStatus::Disabled(disabling) => (StatusName::Disabled, Some(disabling.reason)),
    }
}

/// An endpoint, all but its secrets.
pub fn write(endpoint: &Endpoint) -> Result<Item, StoreError> {
    let Endpoint {
        id,
        tenant,
        url,
        subscription,
        status,
        description,
        metadata,
        headers,
        rate_limit,
        failing,
        created_at,
        updated_at,
    } = endpoint.clone();
    let (name, disabled_reason) = named(status);
    let (disabled_at, announced) = match status {
        EndpointStatus::Active | EndpointStatus::Paused => (None, false),
        EndpointStatus::Disabled(disabling) => (Some(disabling.at), disabling.announced),
    };
    let value = EndpointItem {
        url: url.to_string(),
        events: subscription,
        status: name,
        disabled_reason,
        disabled_at,
        announced,
        description,
        metadata,
        headers,
        rate_limit,
        failing: FailingItem {
            failing_since: failing.map(|failing| failing.since),
            exhausted: failing.map(|failing| failing.exhausted),
        },
        created_at,
        updated_at,
    };
    item::write(WHAT, keys::endpoint(&tenant, id), &value)
}

/// The endpoint that an item holds.
pub fn read(tenant: &TenantId, item: Item) -> Result<Endpoint, StoreError> {
    let id = item::sort_key(WHAT, &item)?;
    let stored: EndpointItem = item::read(WHAT, item)?;
    let status = match (stored.status, stored.disabled_reason, stored.disabled_at) {
        (StatusName::Active, ..) => EndpointStatus::Active,
        (StatusName::Paused, ..) => EndpointStatus::Paused,
        (StatusName::Disabled, Some(reason), Some(at)) => {
            EndpointStatus::Disabled(Disabling { reason, at, announced: stored.announced })
        }
        (StatusName::Disabled, ..) => return Err(unreadable(WHAT, &"it is disabled without a reason or a time")),
    };
    Ok(Endpoint {
        id,
        tenant: tenant.clone(),
        url: TargetUrl::parse(&stored.url).map_err(|error| unreadable(WHAT, &error))?,
        subscription: stored.events,
        status,
        description: stored.description,
        metadata: stored.metadata,
        headers: stored.headers,
        rate_limit: stored.rate_limit,
        failing: stored.failing.into(),
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    })
}

/// What these attributes tell of how an endpoint fails.
pub fn read_failing(item: Item) -> Result<Option<Failing>, StoreError> {
    item::read::<FailingItem>(WHAT, item).map(Option::from)
}

impl From<FailingItem> for Option<Failing> {
    fn from(FailingItem { failing_since, exhausted }: FailingItem) -> Self {
        let (since, exhausted) = failing_since.zip(exhausted)?;
        Some(Failing { since, exhausted })
    }
}

/// The secrets as a list of maps, the current one first; each of the others with the end of its overlap.
pub fn write_secrets(secrets: &Keyring<SealedSecret>) -> AttributeValue {
    let entry = |secret: &SealedSecret, until: Option<Timestamp>| {
        let mut entry = Item::from([(SEALED.to_owned(), item::blob(secret.clone().into_bytes()))]);
        entry.extend(until.map(|until| (UNTIL.to_owned(), AttributeValue::S(until.to_string()))));
        AttributeValue::M(entry)
    };
    let old = secrets.old.iter().map(|old| entry(&old.secret, Some(old.until)));
    AttributeValue::L(std::iter::once(entry(&secrets.current, None)).chain(old).collect())
}

/// The secrets that a list holds.
pub fn read_secrets(list: Option<AttributeValue>) -> Result<Keyring<SealedSecret>, StoreError> {
    let Some(AttributeValue::L(entries)) = list else { return Err(unreadable(WHAT, &"it has no secrets")) };
    let mut entries = entries.into_iter().map(read_secret);
    let (current, _) = entries.next().ok_or_else(|| unreadable(WHAT, &"it has no secret"))??;
    let old = entries.map(|entry| match entry? {
        (secret, Some(until)) => Ok(Old { secret, until }),
        (_, None) => Err(unreadable(WHAT, &"it has two current secrets")),
    });
    Ok(Keyring { current, old: old.collect::<Result<_, _>>()? })
}

fn read_secret(entry: AttributeValue) -> Result<(SealedSecret, Option<Timestamp>), StoreError> {
    let malformed = || unreadable(WHAT, &"it has a malformed secret");
    let AttributeValue::M(mut entry) = entry else { return Err(malformed()) };
    let Some(AttributeValue::B(sealed)) = entry.remove(SEALED) else { return Err(malformed()) };
    let until = match entry.remove(UNTIL) {
        None => None,
        Some(AttributeValue::S(until)) => Some(until.parse().map_err(|_| malformed())?),
        Some(_) => return Err(malformed()),
    };
    Ok((SealedSecret::from_bytes(Blob::into_inner(sealed)), until))
}
