//! An event: what happened, once, and the bytes that every receiver gets of it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::id::{EndpointId, EventId, TenantId};
use super::pattern::EventType;

/// The most bytes of an event's `data`, as JSON text.
///
/// With metadata and endpoints beside it even data that does not compress fits an item of 400 KB.
pub const MAX_DATA_BYTES: usize = 256 * 1024;
/// The most bytes of an event's metadata, as JSON text.
pub const MAX_METADATA_BYTES: usize = 16 * 1024;
/// The metadata entry that the rail adds to what receivers get.
const TENANT_ENTRY: &str = "tenantId";

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// `data` is no JSON object.
    #[error("must be a JSON object")]
    DataNotObject,
    /// JSON by its grammar, but not what every parser takes.
    #[error(
        "holds what JSON parsers refuse: a number beyond a double's range, half a surrogate pair, or too many levels"
    )]
    NotInteroperable,
    /// `data` is beyond its bound.
    #[error("is larger than {MAX_DATA_BYTES} bytes")]
    DataTooLarge,
    /// Metadata beyond its bound.
    #[error("is larger than {MAX_METADATA_BYTES} bytes")]
    MetadataTooLarge,
    /// Metadata that claims another tenant.
    #[error("holds `{TENANT_ENTRY}`, which the rail sets itself")]
    MetadataTenant,
    /// An idempotency key that is none.
    #[error("must be 1 to 255 visible ASCII characters")]
    IdempotencyKey,
}

/// A JSON value, kept to the letter: `1.10` stays `1.10`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Exact(Box<RawValue>);

impl Exact {
    /// The value, if every receiver's parser will take it (I-JSON, RFC 7493): raw text may still hold what none does.
    ///
    /// It is judged as deep down as it is ever shown, in the metadata of a list's events, because what parsers bound is the
    /// depth of the whole.
    fn checked(self) -> Result<(Self, Value), EventError> {
        let shown = format!("[[[[{}]]]]", self.0.get());
        let [[[[value]]]]: [[[[Value; 1]; 1]; 1]; 1] =
            serde_json::from_str(&shown).map_err(|_| EventError::NotInteroperable)?;
        Ok((self, value))
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

/// The `data` of an event: a JSON object, kept to the letter as it was published.
#[derive(Debug, Clone)]
pub struct Data(Exact);

impl Data {
    /// The data, if it is an object within bounds.
    pub fn new(raw: Box<RawValue>) -> Result<Self, EventError> {
        if raw.get().len() > MAX_DATA_BYTES {
            return Err(EventError::DataTooLarge);
        }
        match Exact(raw).checked()? {
            (data, Value::Object(_)) => Ok(Self(data)),
            _ => Err(EventError::DataNotObject),
        }
    }

    /// As a JSON value.
    pub fn value(&self) -> Value {
        // What a parser takes, and gives back, has been judged.
        serde_json::from_str(self.as_str()).unwrap_or_default()
    }

    /// As JSON text.
    pub fn as_str(&self) -> &str {
        self.0.0.get()
    }
}

/// What a publisher notes beside the data: any JSON object of at most 16 KB, its values kept to the letter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventMetadata(BTreeMap<String, Exact>);

impl EventMetadata {
    /// The metadata, if it is within bounds and claims no other tenant than `tenant`.
    pub fn new(entries: BTreeMap<String, Box<RawValue>>, tenant: &TenantId) -> Result<Self, EventError> {
        if serde_json::to_vec(&entries).map_or(usize::MAX, |text| text.len()) > MAX_METADATA_BYTES {
            return Err(EventError::MetadataTooLarge);
        }
        let mut kept = BTreeMap::new();
        for (name, raw) in entries {
            let (exact, value) = Exact(raw).checked()?;
            if name == TENANT_ENTRY && value.as_str() != Some(tenant.as_str()) {
                return Err(EventError::MetadataTenant);
            }
            kept.insert(name, exact);
        }
        Ok(Self(kept))
    }
}

/// The body of an event's webhook: the same bytes for every endpoint and every attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(Vec<u8>);

#[derive(Serialize)]
struct Composed<'a> {
    id: EventId,
    #[serde(rename = "type")]
    event_type: &'a EventType,
    created: String,
    data: &'a Exact,
    metadata: ReceivedMetadata<'a>,
}

#[derive(Serialize)]
struct ReceivedMetadata<'a> {
    #[serde(flatten)]
    entries: BTreeMap<&'a str, &'a Exact>,
    #[serde(rename = "tenantId")]
    tenant: &'a TenantId,
}

#[derive(Deserialize)]
struct DataOnly {
    data: Box<RawValue>,
}

impl Body {
    /// The body that receivers of this event get.
    pub fn compose(
        (id, created): (EventId, Timestamp),
        event_type: &EventType,
        data: &Data,
        metadata: &EventMetadata,
        tenant: &TenantId,
    ) -> Self {
        let entries = metadata.0.iter().map(|(name, value)| (name.as_str(), value));
        let entries = entries.filter(|(name, _)| *name != TENANT_ENTRY).collect();
        let metadata = ReceivedMetadata { entries, tenant };
        let composed = Composed { id, event_type, created: rfc3339(created), data: &data.0, metadata };
        #[expect(clippy::expect_used, reason = "texts, numbers and JSON values serialise to a Vec without fail")]
        Self(serde_json::to_vec(&composed).expect("JSON serialises"))
    }

    /// A body that was composed before.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to sign and send.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The event's data, as published.
    ///
    /// # Errors
    /// When the bytes are not those of a composed body.
    pub fn data(&self) -> Result<Box<RawValue>, serde_json::Error> {
        serde_json::from_slice::<DataOnly>(&self.0).map(|body| body.data)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

/// An event without its body: what lists show.
#[derive(Debug, Clone, PartialEq)]
pub struct EventHead {
    /// Its id.
    pub id: EventId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Of which type.
    pub event_type: EventType,
    /// When it was published.
    pub created_at: Timestamp,
    /// What its publisher noted.
    pub metadata: EventMetadata,
    /// The endpoints it fans out to, as they matched when it was published.
    pub endpoints: Vec<EndpointId>,
    /// Until when it and its deliveries are kept.
    pub expires: Timestamp,
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// All but the body.
    pub head: EventHead,
    /// What receivers get.
    pub body: Body,
}

/// The time as clients and receivers see it: RFC 3339 in UTC, always with milliseconds, so that times sort as texts.
pub fn rfc3339(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// How long events and deliveries are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(SignedDuration);

impl Retention {
    /// That many days.
    pub const fn days(days: u16) -> Self {
        Self(SignedDuration::from_hours(days as i64 * 24))
    }

    /// Until when something of this time is kept: to the second, as tables have it.
    pub fn end(self, created_at: Timestamp) -> Timestamp {
        let end = created_at.saturating_add(self.0).unwrap_or(Timestamp::MAX);
        Timestamp::from_second(end.as_second()).unwrap_or(end)
    }
}

/// How long an idempotency key is remembered.
pub const IDEMPOTENCY_WINDOW: Retention = Retention::days(1);

/// What a client sends along so that its repeated request publishes no second event: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The SHA-256 of the key in hexadecimal: what is stored of it.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }
}

impl FromStr for IdempotencyKey {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        if (1..=255).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(EventError::IdempotencyKey)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    fn tenant() -> TenantId {
        "acme".parse().unwrap()
    }

    fn compose(data: &str, metadata: &str) -> Body {
        let entries = serde_json::from_str(metadata).unwrap();
        Body::compose(
            (EventId::new(Timestamp::UNIX_EPOCH, 1), Timestamp::UNIX_EPOCH),
            &"contract.created".parse().unwrap(),
            &Data::new(raw(data)).unwrap(),
            &EventMetadata::new(entries, &tenant()).unwrap(),
            &tenant(),
        )
    }

    #[test]
    fn a_receiver_gets_the_data_to_the_letter_and_the_tenant() {
        let body =
            compose(r#"{"amount": 1.10, "big": 123456789012345678901234567890}"#, r#"{"trace": "t-1", "rate": 1.10}"#);
        insta::assert_snapshot!(
            String::from_utf8_lossy(body.as_bytes()),
            @r#"{"id":"evt_00000000000000000000000001","type":"contract.created","created":"1970-01-01T00:00:00.000Z","data":{"amount": 1.10, "big": 123456789012345678901234567890},"metadata":{"rate":1.10,"trace":"t-1","tenantId":"acme"}}"#
        );
        assert_eq!(body.data().unwrap().get(), r#"{"amount": 1.10, "big": 123456789012345678901234567890}"#);
    }

    #[test]
    fn data_is_an_object_within_bounds() {
        for wrong in ["1", "null", "[]", "\"x\""] {
            assert_eq!(Data::new(raw(wrong)).map(|_| ()), Err(EventError::DataNotObject), "{wrong}");
        }
        let deep = format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200));
        for wrong in [r#"{"a":"\ud800"}"#, r#"{"a":1e400}"#, &deep] {
            assert_eq!(Data::new(raw(wrong)).map(|_| ()), Err(EventError::NotInteroperable), "{wrong}");
        }
        let sized = |bytes: usize| raw(&format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 8)));
        assert!(Data::new(sized(MAX_DATA_BYTES)).is_ok());
        assert_eq!(Data::new(sized(MAX_DATA_BYTES + 1)).map(|_| ()), Err(EventError::DataTooLarge));
    }

    #[test]
    fn metadata_cannot_claim_another_tenant() {
        let claim = |name: &str| BTreeMap::from([("tenantId".to_owned(), raw(&format!("\"{name}\"")))]);
        assert_eq!(EventMetadata::new(claim("other"), &tenant()), Err(EventError::MetadataTenant));
        assert!(EventMetadata::new(claim("acme"), &tenant()).is_ok());
    }

    #[test]
    fn an_idempotency_key_is_visible_ascii() {
        for wrong in ["", "a b", "é", "a\n", &"k".repeat(256)] {
            assert_eq!(wrong.parse::<IdempotencyKey>(), Err(EventError::IdempotencyKey), "{wrong:?}");
        }
        assert!("k".repeat(255).parse::<IdempotencyKey>().is_ok());
    }

    #[test]
    fn what_is_accepted_is_not_too_deep_for_a_parser_of_the_whole() {
        let levels = |n: usize| raw(&format!("{}1{}", r#"{"a":"#.repeat(n), "}".repeat(n)));
        let accepted = (1..200).map(levels).take_while(|data| Data::new(data.clone()).is_ok()).last().unwrap();
        let body = compose(accepted.get(), &format!(r#"{{"deep":{accepted}}}"#));
        let listed = format!(r#"{{"data":[{{"metadata":{{"deep":{accepted}}}}}]}}"#);
        assert!(serde_json::from_slice::<Value>(body.as_bytes()).is_ok());
        assert!(serde_json::from_str::<Value>(&listed).is_ok());
    }

    proptest! {
        #[test]
        fn a_text_is_an_idempotency_key_when_it_is_short_visible_ascii(text in r"(\PC|[\x00-\x7f]){0,5}|[!-~]{250,260}") {
            let visible = (1..=255).contains(&text.len()) && text.chars().all(|c| ('!'..='~').contains(&c));
            prop_assert_eq!(text.parse::<IdempotencyKey>().is_ok(), visible);
        }

        #[test]
        fn data_survives_composition(key in "\\PC{0,10}", value in "\\PC{0,50}", number: f64) {
            let data = serde_json::json!({ key: value, "n": number.to_string() }).to_string();
            let body = compose(&data, "{}");
            let kept = body.data().unwrap();
            prop_assert_eq!(kept.get(), data);
        }
    }
}
