//! The queues of the delivery function, and what is said in them.
//!
//! First attempts and retries wait in queues of their own: a storm of retries never delays a first attempt. Messages carry
//! the tenant as their group, so that one tenant's flood does not delay the others (fair queues).

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::try_join_all;
use futures::stream::{StreamExt, iter};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Act, AwsError};
use crate::domain::delivery::{Call, Delivery, Fence, Trigger};
use crate::domain::event::Body;
use crate::domain::id::{EndpointId, EventId, TenantId};
use crate::domain::pace;
use crate::domain::pattern::EventType;
use crate::packing::{Known, Packed};

/// A message is billed by 64 KB: a payload that would make it longer stays in the table.
const MAX_PAYLOAD_BYTES: usize = 63 * 1024;
/// The most messages of one batch of any kind; ten of 64 KB are within the 1 MiB of a `SendMessageBatch`.
pub(crate) const BATCH: usize = 10;

/// How many batches are sent at once: what an event for many endpoints has in memory as texts.
const BATCHES_AT_ONCE: usize = 32;
const ACT: &str = "enqueue";

/// Why a text is no message, now or ever.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not JSON, or not of a message's shape.
    #[error("it is no message of its queue: {0}")]
    NotAMessage(#[from] serde_json::Error),
    /// What it carries cannot be unpacked.
    #[error("its payload is broken: {0}")]
    Payload(Box<dyn std::error::Error + Send + Sync>),
}

/// What a message asks of the delivery function: the attempt of a delivery that is due at a fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    /// Whose delivery.
    pub tenant: TenantId,
    /// To which endpoint.
    pub endpoint: EndpointId,
    /// Of which event.
    pub event: EventId,
    /// Of which type.
    pub event_type: EventType,
    /// When the event was published.
    pub created_at: Timestamp,
    /// Until when the delivery is kept: said where it may have no item yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<Timestamp>,
    /// At which fence the attempt is due.
    pub fence: Fence,
    /// Who asked for it.
    pub trigger: Trigger,
    /// Whether the publishing of the event sent this, once: nothing has happened to the delivery, and it need not be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// The moment that is this attempt's at the endpoint's rate. Until shortly before, the queue keeps the message back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Timestamp>,
    /// The event's body, packed, in base64 (a queue takes only the characters of XML), where it is short enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload: Option<Arc<str>>,
}

impl Message {
    /// The message for what is due next of this delivery.
    pub fn about(delivery: &Delivery, trigger: Trigger) -> Self {
        Self {
            tenant: delivery.tenant.clone(),
            endpoint: delivery.endpoint,
            event: delivery.event,
            event_type: delivery.event_type.clone(),
            created_at: delivery.created_at,
            expires: Some(delivery.expires).filter(|_| delivery.fence == Fence::FIRST),
            fence: delivery.fence,
            trigger,
            fresh: false,
            slot: None,
            payload: None,
        }
    }

    /// The same, with the event's body if it is short enough.
    #[must_use]
    pub fn carrying(self, packed: &PackedBody) -> Self {
        Self { payload: packed.0.clone(), ..self }
    }

    /// The same, as the first message of a delivery that was written just now.
    #[must_use]
    pub fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// The same, to be sent another time. The queue will count it as new, but its delivery may have gone on since: it must
    /// be read.
    #[must_use]
    pub fn again(self) -> Self {
        Self { fresh: false, ..self }
    }

    /// The same, to be sent again with a slot.
    #[must_use]
    pub fn at(self, slot: Timestamp) -> Self {
        Self { slot: Some(slot), ..self.again() }
    }

    /// The delivery that it is about, if nothing has happened to that yet.
    pub fn untouched(&self) -> Option<Delivery> {
        let expires = self.expires.filter(|_| self.fence == Fence::FIRST)?;
        let (tenant, event_type) = (self.tenant.clone(), self.event_type.clone());
        Some(Delivery::new(tenant, self.endpoint, self.event, event_type, (self.created_at, expires)))
    }

    /// What it calls for.
    pub fn call(&self) -> Call {
        Call { fence: self.fence, trigger: self.trigger }
    }

    fn known(&self) -> Known<'_> {
        let Self { event, event_type, created_at, tenant, .. } = self;
        Known { event: *event, event_type, created_at: *created_at, tenant }
    }

    /// The body that it carries, if it does.
    ///
    /// # Errors
    /// When what it carries cannot be unpacked.
    pub fn body(&self) -> Result<Option<Body>, Box<dyn std::error::Error + Send + Sync>> {
        let Some(payload) = &self.payload else { return Ok(None) };
        Ok(Some(Packed::from_bytes(STANDARD.decode(payload.as_bytes())?).unpack(self.known())?))
    }

    /// The message that this text is, and the body that it carries.
    ///
    /// # Errors
    /// When no version of this code can have written the text.
    pub fn read(text: &str) -> Result<(Self, Option<Body>), Unreadable> {
        let message: Self = serde_json::from_str(text)?;
        let body = message.body().map_err(Unreadable::Payload)?;
        Ok((message, body))
    }

    /// As the text of a queue's message.
    pub fn to_text(&self) -> String {
        #[expect(clippy::expect_used, reason = "texts and numbers serialise to JSON without fail")]
        serde_json::to_string(self).expect("JSON serialises")
    }
}

/// An event's body as messages carry it; nothing, where it is too long.
#[derive(Debug, Clone)]
pub struct PackedBody(Option<Arc<str>>);

impl PackedBody {
    /// Packed once for all messages of an event.
    pub fn new(packed: &Packed) -> Self {
        let packed = STANDARD.encode(packed.as_bytes());
        Self(Some(packed).filter(|packed| packed.len() <= MAX_PAYLOAD_BYTES).map(Arc::from))
    }
}

/// One of the queues.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at this URL.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Hands over all of the messages; when it returns, the queue has taken each. One with a slot is kept back until that is
    /// near.
    ///
    /// # Errors
    /// When any was not taken. Others may have been: the caller repeats all.
    pub async fn send(&self, messages: &[Message], now: Timestamp) -> Result<(), AwsError> {
        self.send_each(messages, now).await.into_iter().collect()
    }

    /// Hands over messages, and tells for each whether the queue has taken it.
    pub async fn send_each(&self, messages: &[Message], now: Timestamp) -> Vec<Result<(), AwsError>> {
        let batches: Vec<_> = messages.chunks(BATCH).map(|batch| self.send_messages(batch, now)).collect();
        iter(batches).buffered(BATCHES_AT_ONCE).collect::<Vec<_>>().await.into_iter().flatten().collect()
    }

    async fn send_messages(&self, messages: &[Message], now: Timestamp) -> Vec<Result<(), AwsError>> {
        let delay = |message: &Message| message.slot.map(|slot| pace::until(slot, now)).unwrap_or_default();
        let letters: Vec<_> = messages.iter().map(|message| Letter::of(message, delay(message))).collect();
        let answer = self.send_batch(&letters).await;
        (0..messages.len()).map(|index| taken(&answer, index)).collect()
    }

    /// Puts aside a message that cannot be read, as it is.
    pub async fn put_aside(&self, text: &str) -> Result<(), AwsError> {
        self.client.send_message().queue_url(&self.url).message_body(text).send().await.act("put aside a message")?;
        Ok(())
    }

    /// Hands over all of the letters; when it returns, the queue has taken each.
    pub(crate) async fn send_letters(&self, letters: &[Letter]) -> Result<(), AwsError> {
        let refused = try_join_all(letters.chunks(BATCH).map(|batch| self.send_batch(batch))).await?;
        none_refused(&refused.concat(), ACT)
    }

    /// Hands over at most [`BATCH`] letters; which of them were not taken.
    async fn send_batch(&self, letters: &[Letter]) -> Result<Vec<BatchResultErrorEntry>, AwsError> {
        let entry = |(index, letter): (usize, &Letter)| {
            SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(&letter.text)
                .message_group_id(letter.group.as_str())
                // A delay of nothing would be sent too: the queue's own is none.
                .set_delay_seconds(i32::try_from(letter.delay.as_secs()).ok().filter(|seconds| *seconds > 0))
                .build()
        };
        let entries = letters.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>().act(ACT)?;
        let request = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries));
        Ok(request.send().await.act(ACT)?.failed)
    }
}

/// Whether a queue that answered like this has taken the letter at this place of a batch.
fn taken(answer: &Result<Vec<BatchResultErrorEntry>, AwsError>, index: usize) -> Result<(), AwsError> {
    match answer {
        Ok(refused) => refused
            .iter()
            .find(|refused| refused.id == index.to_string())
            .map_or(Ok(()), |refused| none_refused(std::slice::from_ref(refused), ACT)),
        Err(error) => Err(error.to_string()).act(ACT),
    }
}

/// A batch has done its act when it has done so for each of its messages.
pub(crate) fn none_refused(refused: &[BatchResultErrorEntry], act: &'static str) -> Result<(), AwsError> {
    match refused.first() {
        Some(refused) => Err(format!("{}: {}", refused.code, refused.message.as_deref().unwrap_or_default())).act(act),
        None => Ok(()),
    }
}

/// What a queue is given.
pub(crate) struct Letter {
    /// Its text.
    pub text: String,
    /// Whose it is: the group within which it waits.
    pub group: TenantId,
    /// How long it is kept back, at most 15 minutes.
    pub delay: Duration,
}

impl Letter {
    /// With this message.
    pub fn of(message: &Message, delay: Duration) -> Self {
        Self { text: message.to_text(), group: message.tenant.clone(), delay }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock;

    fn message() -> Message {
        let at = Timestamp::UNIX_EPOCH;
        let (tenant, event_type) = ("acme".parse().unwrap(), "contract.created".parse().unwrap());
        let delivery = Delivery::new(tenant, EndpointId::new(at, 1), EventId::new(at, 2), event_type, (at, at));
        Message::about(&delivery, Trigger::Policy)
    }

    fn packed(body: Body) -> PackedBody {
        PackedBody::new(&Packed::new(&body, message().known()))
    }

    #[test]
    fn the_shape_of_a_message_is_kept() {
        // Schedules hold messages for hours: a change of this text must still be readable by the next version.
        insta::assert_snapshot!(
            message().to_text(),
            @r#"{"tenant":"acme","endpoint":"we_00000000000000000000000001","event":"evt_00000000000000000000000002","eventType":"contract.created","createdAt":"1970-01-01T00:00:00Z","expires":"1970-01-01T00:00:00Z","fence":1,"trigger":"policy"}"#
        );
    }

    #[test]
    fn a_body_too_long_for_64_kb_stays_in_the_table() {
        let noise: Vec<u8> = (0..3000).flat_map(|_| clock::random_bytes::<32>()).collect();
        let long = message().carrying(&packed(Body::from_bytes(noise)));
        assert_eq!(long.body().unwrap(), None);
        let compressible = Body::from_bytes(b"abc ".repeat(30_000));
        let short = message().carrying(&packed(compressible.clone()));
        assert_eq!(short.body().unwrap(), Some(compressible));
        assert!(short.to_text().len() <= 64 * 1024);
    }

    #[test]
    fn what_is_sent_again_is_not_fresh() {
        assert_eq!(message().fresh().again(), message());
    }

    #[test]
    fn a_payload_that_unpacks_without_end_is_unreadable() {
        let bomb = Packed::new(&Body::from_bytes(vec![0; 100 * 1024 * 1024]), message().known());
        let message = Message { payload: Some(STANDARD.encode(bomb.as_bytes()).into()), ..message() };
        assert!(message.to_text().len() < 1024 * 1024, "a queue would take it");
        assert!(matches!(Message::read(&message.to_text()), Err(Unreadable::Payload(_))));
    }

    proptest! {
        #[test]
        fn any_body_is_carried_in_characters_that_a_queue_takes(bytes: Vec<u8>) {
            let body = Body::from_bytes(bytes);
            let message = message().carrying(&packed(body.clone())).fresh();
            let text = message.to_text();
            prop_assert!(text.bytes().all(|c| (0x20..0x7f).contains(&c)));
            let read: Message = serde_json::from_str(&text)?;
            prop_assert_eq!(read.body().unwrap(), Some(body));
            prop_assert_eq!(read, message);
        }

        #[test]
        fn no_text_makes_reading_a_message_panic(text: String) {
            prop_assert!(Message::read(&text).is_err());
        }

        #[test]
        fn a_message_that_was_tampered_with_is_unreadable_or_another_message(
            at: prop::sample::Index,
            length in 0_usize..4,
            inserted in r#"[\x00-\x7f]{0,3}|[0-9]{1,12}|true|null|\{\}|é"#,
        ) {
            let mut text = message().carrying(&packed(Body::from_bytes(b"{}".repeat(600)))).fresh().to_text();
            let start = at.index(text.len());
            text.replace_range(start..(start + length).min(text.len()), &inserted);
            if let Ok((read, _)) = Message::read(&text) {
                prop_assert_eq!(Message::read(&read.to_text()).unwrap().0, read);
            }
        }
    }
}
