//! Dead letters: what lies in a dead-letter queue, and its way back to the queue that it belongs to.
//!
//! # The order, and what it promises
//! A message is taken out of the dead letters only when the queue it belongs to has taken it: a crash in between doubles a
//! message and loses none, and the fence drops the double.
//!
//! What somebody looks at is hidden from others, so that no two people put back the same. It is to be left, put back or
//! discarded; after a crash it shows again by itself, within `HIDDEN_SECONDS`.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message as Received,
    MessageSystemAttributeName,
};
use jiff::Timestamp;

use crate::aws::{Act, AwsError};
use crate::chores::Chore;
use crate::ingest::TenantEvent;
use crate::queue::{BATCH, Letter, Message, Queue, Unreadable, none_refused};

/// Long enough to look at thousands and to answer a question, short enough to try again after a crash.
const HIDDEN_SECONDS: i32 = 120;
/// A receive that waits asks all of a queue's servers; one that does not may find an occupied queue empty.
const WAIT_SECONDS: i32 = 1;

/// What the Scheduler says, in attributes of the message, of why it could not hand it over.
const SCHEDULER_ERROR: [&str; 3] = ["ERROR_CODE", "ERROR_MESSAGE", "EXHAUSTED_RETRY_CONDITION"];

/// One of the dead-letter queues.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    client: Client,
    url: String,
    home: Home,
}

/// Where dead letters belong, and what is said there.
#[derive(Debug, Clone)]
pub enum Home {
    /// A queue of the delivery function.
    Messages(Queue),
    /// The queue of chores.
    Chores(Queue),
    /// The queue into which services put events.
    Ingest(Queue),
}

/// A message that lies there.
#[derive(Debug)]
pub struct DeadLetter {
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// How often it was handed out, this time included.
    pub received: Option<u32>,
    /// What the Scheduler says of its failure, if the letter is the Scheduler's.
    pub error: Option<String>,
    /// What it says.
    pub content: Content,
    receipt: String,
}

/// What a dead letter says.
#[derive(Debug)]
pub enum Content {
    /// A message that can be put back.
    Message(Message),
    /// A chore that can be put back.
    Chore(Chore),
    /// An event that can be put back, known by what it was known by before.
    Event(TenantEvent),
    /// Something that would only come here again.
    Unreadable {
        /// The whole of it.
        text: String,
        /// Why it cannot be read.
        why: Unreadable,
    },
}

impl DeadLetter {
    /// Whether it can be put back.
    pub fn is_readable(&self) -> bool {
        match self.content {
            Content::Message(_) | Content::Chore(_) | Content::Event(_) => true,
            Content::Unreadable { .. } => false,
        }
    }

    fn new(received: Received, home: &Home) -> Self {
        let attribute = |name| received.attributes.as_ref()?.get(&name);
        let sent_at = attribute(MessageSystemAttributeName::SentTimestamp).and_then(|sent| sent.parse().ok());
        let count = attribute(MessageSystemAttributeName::ApproximateReceiveCount).and_then(|count| count.parse().ok());
        Self {
            sent_at: sent_at.and_then(|sent| Timestamp::from_millisecond(sent).ok()),
            received: count,
            error: scheduler_error(&received),
            content: home.read(received.body.unwrap_or_default(), &received.message_id.unwrap_or_default()),
            receipt: received.receipt_handle.unwrap_or_default(),
        }
    }
}

impl Home {
    fn queue(&self) -> &Queue {
        match self {
            Self::Messages(queue) | Self::Chores(queue) | Self::Ingest(queue) => queue,
        }
    }

    fn read(&self, text: String, message_id: &str) -> Content {
        let read = match self {
            Self::Messages(_) => Message::read(&text).map(|(message, _)| Content::Message(message)),
            Self::Chores(_) => serde_json::from_str(&text).map(Content::Chore).map_err(Unreadable::from),
            Self::Ingest(_) => TenantEvent::read(&text)
                .map(|event| Content::Event(event.known_by(message_id)))
                .map_err(Unreadable::from),
        };
        read.unwrap_or_else(|why| Content::Unreadable { text, why })
    }
}

impl Content {
    /// As it is put back. No message is put back as fresh: see [`Message::again`].
    fn letter(&self) -> Option<Letter> {
        match self {
            Self::Message(message) => Some(Letter::of(&message.clone().again(), Duration::ZERO)),
            Self::Chore(chore) => Some(chore.letter(Duration::ZERO)),
            Self::Event(event) => {
                Some(Letter { text: event.text(), group: event.tenant.clone(), delay: Duration::ZERO })
            }
            Self::Unreadable { .. } => None,
        }
    }
}

fn scheduler_error(received: &Received) -> Option<String> {
    let attributes = received.message_attributes.as_ref()?;
    let said = SCHEDULER_ERROR.iter().filter_map(|name| attributes.get(*name)?.string_value.as_deref());
    Some(said.collect::<Vec<_>>().join(", ")).filter(|error| !error.is_empty())
}

impl DeadLetters {
    /// The dead letters at this URL, which belong there.
    pub fn new(client: Client, url: String, home: Home) -> Self {
        Self { client, url, home }
    }

    /// What lies there: all of it, or the first `most` that are met.
    pub async fn look(&self, most: usize) -> Result<Vec<DeadLetter>, AwsError> {
        let mut letters = Vec::new();
        while letters.len() < most {
            let received = self.receive((most - letters.len()).min(BATCH)).await?;
            if received.is_empty() {
                break;
            }
            letters.extend(received.into_iter().map(|received| DeadLetter::new(received, &self.home)));
        }
        Ok(letters)
    }

    /// Shows them again to whoever looks next.
    pub async fn leave(&self, letters: &[DeadLetter]) -> Result<(), AwsError> {
        const ACT: &str = "leave dead letters";
        let entry = |(index, letter): (usize, &DeadLetter)| {
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(&letter.receipt)
                .visibility_timeout(0)
                .build()
        };
        for batch in letters.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>().act(ACT)?;
            let request = self.client.change_message_visibility_batch().queue_url(&self.url).set_entries(Some(entries));
            // A letter for which this is refused shows already, because somebody took long to decide.
            request.send().await.act(ACT)?;
        }
        Ok(())
    }

    /// Puts back those that can be read.
    pub async fn put_back(&self, letters: &[DeadLetter]) -> Result<(), AwsError> {
        let readable: Vec<_> = letters.iter().filter(|letter| letter.is_readable()).collect();
        for batch in readable.chunks(BATCH) {
            let again: Vec<_> = batch.iter().filter_map(|letter| letter.content.letter()).collect();
            self.home.queue().send_letters(&again).await?;
            self.remove(batch.iter().copied()).await?;
        }
        Ok(())
    }

    /// Deletes them.
    pub async fn discard(&self, letters: &[DeadLetter]) -> Result<(), AwsError> {
        for batch in letters.chunks(BATCH) {
            self.remove(batch).await?;
        }
        Ok(())
    }

    async fn receive(&self, most: usize) -> Result<Vec<Received>, AwsError> {
        let request = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(most.try_into().unwrap_or(1))
            .visibility_timeout(HIDDEN_SECONDS)
            .wait_time_seconds(WAIT_SECONDS)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .set_message_attribute_names(Some(SCHEDULER_ERROR.map(str::to_owned).to_vec()));
        Ok(request.send().await.act("look at dead letters")?.messages.unwrap_or_default())
    }

    /// At most ten.
    async fn remove(&self, letters: impl IntoIterator<Item = &DeadLetter>) -> Result<(), AwsError> {
        const ACT: &str = "take out dead letters";
        let entry = |(index, letter): (usize, &DeadLetter)| {
            DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(&letter.receipt).build()
        };
        let entries = letters.into_iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>().act(ACT)?;
        let request = self.client.delete_message_batch().queue_url(&self.url).set_entries(Some(entries));
        none_refused(&request.send().await.act(ACT)?.failed, ACT)
    }
}
