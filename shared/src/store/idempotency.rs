//! What is remembered about idempotency keys.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::item;
use super::{Log, StoreError, keys};
use crate::domain::event::{IDEMPOTENCY_WINDOW, IdempotencyKey};
use crate::domain::id::{EventId, TenantId};

const WHAT: &str = "idempotency record";

/// A request that must publish one event, however often it is made.
#[derive(Debug, Clone, Copy)]
pub struct Idempotency<'a> {
    /// The key the client sent.
    pub key: &'a IdempotencyKey,
    /// The body it sent with it.
    pub body: &'a [u8],
}

/// Which event a request with an idempotency key is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The key is new: the event proposed.
    New,
    /// The key came with this body before: that event, published then.
    Replay(EventId, Timestamp),
    /// The key came with another body before.
    OtherBody,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event: EventId,
    created_at: Timestamp,
    body_hash: String,
}

impl Log {
    /// Claims the key for the event proposed, unless it was claimed within the last 24 hours.
    pub async fn claim(
        &self,
        tenant: &TenantId,
        request: Idempotency<'_>,
        event: EventId,
        now: Timestamp,
    ) -> Result<Claim, StoreError> {
        let body_hash = hex::encode(Sha256::digest(request.body));
        let record = Record { event, created_at: now, body_hash: body_hash.clone() };
        let item = item::write(WHAT, keys::idempotency(tenant, request.key), &record)?;
        let expires = IDEMPOTENCY_WINDOW.end(now);
        let Some(earlier) = self.put_new("put the idempotency record", item, expires, now).await? else {
            return Ok(Claim::New);
        };
        let earlier: Record = item::read(WHAT, earlier)?;
        Ok(match earlier {
            Record { body_hash: other, .. } if other != body_hash => Claim::OtherBody,
            // This very claim, repeated by the client of the table after a lost answer.
            Record { event: same, .. } if same == event => Claim::New,
            Record { event, created_at, .. } => Claim::Replay(event, created_at),
        })
    }
}
