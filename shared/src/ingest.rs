//! Events that services put into a queue instead of publishing them over HTTP: no API key is needed, the queue's permission is.
//!
//! # What is promised
//! A queue hands out a message at least once, and whoever sends it may do so twice. Each event is therefore published under
//! an idempotency key: the sender's, or one that follows from the id of the message.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::event::{Data, EventError, EventMetadata, IdempotencyKey};
use crate::domain::id::TenantId;
use crate::domain::pattern::EventType;
use crate::publishing::Publication;

/// An event, and whose it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a JSON object")]
pub struct TenantEvent {
    /// The tenant to whose endpoints it goes.
    pub tenant: TenantId,
    /// What it is known by when it comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<String>,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    data: Box<RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metadata: Option<BTreeMap<String, Box<RawValue>>>,
}

/// An event that can be published.
#[derive(Debug)]
pub struct Ingested {
    /// Whose it is.
    pub tenant: TenantId,
    /// What it is known by.
    pub key: IdempotencyKey,
    /// What tells it from another that claims the same key.
    pub identity: Vec<u8>,
    /// What is to be published.
    pub publication: Publication,
}

/// Why an event cannot be published, now or ever.
#[derive(Debug, thiserror::Error)]
pub enum Unpublishable {
    /// The message is no event.
    #[error("it is no event of a tenant: {0}")]
    NotAnEvent(#[from] serde_json::Error),
    /// One of its parts is not what it should be.
    #[error("`{0}` {1}")]
    Part(&'static str, EventError),
}

impl TenantEvent {
    /// The event that this text is.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The same, known by the id of its message if its sender gave no key.
    #[must_use]
    pub fn known_by(self, message_id: &str) -> Self {
        let key = self.idempotency_key.unwrap_or_else(|| format!("sqs-{message_id}"));
        Self { idempotency_key: Some(key), ..self }
    }

    /// As a message.
    pub fn text(&self) -> String {
        #[expect(clippy::expect_used, reason = "texts and JSON values serialise without fail")]
        serde_json::to_string(self).expect("JSON serialises")
    }

    /// What is to be published, judged.
    ///
    /// # Errors
    /// When a part of it is not what it should be.
    pub fn judged(self) -> Result<Ingested, Unpublishable> {
        let part = |name| move |error| Unpublishable::Part(name, error);
        let key = self.idempotency_key.as_deref().unwrap_or_default();
        let key = key.parse().map_err(part("idempotencyKey"))?;
        let identity = Self { idempotency_key: None, ..self };
        let text = identity.text().into_bytes();
        let Self { tenant, event_type, data, metadata, .. } = identity;
        let data = Data::new(data).map_err(part("data"))?;
        let metadata = EventMetadata::new(metadata.unwrap_or_default(), &tenant).map_err(part("metadata"))?;
        Ok(Ingested { tenant, key, identity: text, publication: Publication { event_type, data, metadata } })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ingested(text: &str, message_id: &str) -> Result<Ingested, String> {
        let read = TenantEvent::read(text).map_err(|error| error.to_string())?;
        read.known_by(message_id).judged().map_err(|error| error.to_string())
    }

    #[test]
    fn an_event_without_a_key_is_known_by_its_message() {
        let text = r#"{"tenant":"acme","type":"contract.created","data":{"amount": 1.10}}"#;
        let (one, again) = (ingested(text, "m-1").unwrap(), ingested(text, "m-1").unwrap());
        assert_eq!((&one.key, &one.identity), (&again.key, &again.identity));
        assert_ne!(one.key, ingested(text, "m-2").unwrap().key);
        assert_eq!(one.publication.data.as_str(), r#"{"amount": 1.10}"#);
    }

    #[test]
    fn a_message_that_is_sent_again_with_the_key_it_had_is_the_same_event() {
        let text = r#"{"tenant":"acme","type":"contract.created","data":{"amount": 1.10},"metadata":{"n": 1e2}}"#;
        let first = ingested(text, "m-1").unwrap();
        let sent_again = TenantEvent::read(text).unwrap().known_by("m-1").text();
        let second = ingested(&sent_again, "m-2").unwrap();
        assert_eq!((first.key, first.identity), (second.key, second.identity));
    }

    #[test]
    fn what_cannot_be_published_says_why() {
        for (text, why) in [
            ("", "EOF"),
            ("[]", "a JSON object"),
            (r#"{"type":"a.b","data":{}}"#, "tenant"),
            (r#"{"tenant":"a b","type":"a.b","data":{}}"#, "is no tenant"),
            (r#"{"tenant":"acme","type":"a..b","data":{}}"#, "is no event type"),
            (r#"{"tenant":"acme","type":"a.b","data":[]}"#, "`data` must be a JSON object"),
            (r#"{"tenant":"acme","type":"a.b","data":{},"metadata":{"tenantId":"b"}}"#, "`metadata` holds `tenantId`"),
            (r#"{"tenant":"acme","type":"a.b","data":{},"idempotencyKey":""}"#, "`idempotencyKey` must be 1 to 255"),
            (r#"{"tenant":"acme","type":"a.b","data":{},"tenants":1}"#, "unknown field"),
        ] {
            let refused = ingested(text, "m-1").unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_an_event_panic(text in r#"\{("tenant":"[a-z]{1,3}",|"type":"[a-z.]{1,5}",|"data":\PC{0,9},?|\PC){0,6}\}"#) {
            if let Ok(event) = ingested(&text, "m-1") {
                let object = event.publication.data.as_str().starts_with('{');
                prop_assert!(object);
            }
        }
    }
}
