//! SQS: messages in. The bench takes them out itself.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Sent;
use super::answer::{Done, Refusal, Used, request};
use super::state::unknown;

/// What is billed as one request.
const BILLED_BYTES: usize = 64 * 1024;
/// The most that one request may carry.
const MOST_BYTES: usize = 1024 * 1024;
/// The most messages of one request.
const MOST_MESSAGES: usize = 10;

/// The queues. Each comes into being with the first message for it.
#[derive(Debug, Default)]
pub struct Queues {
    messages: HashMap<String, Vec<Sent>>,
    /// How many messages there ever were: the next one's id.
    sent: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendMessage {
    queue_url: String,
    message_body: String,
    message_group_id: Option<String>,
    #[serde(default)]
    delay_seconds: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendMessageBatch {
    queue_url: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    id: String,
    message_body: String,
    message_group_id: Option<String>,
    #[serde(default)]
    delay_seconds: u32,
}

impl Queues {
    /// Does what a request asks for.
    pub fn act(&mut self, operation: &str, body: &[u8]) -> Result<Done, Refusal> {
        match operation {
            "SendMessage" => self.send(request(body)?),
            "SendMessageBatch" => self.send_batch(request(body)?),
            other => Err(Refusal::invalid(&unknown(&format!("SQS's {other}")))),
        }
    }

    /// Takes out what lies in a queue.
    pub fn take(&mut self, queue: &str) -> Vec<Sent> {
        self.messages.get_mut(name(queue)).map(std::mem::take).unwrap_or_default()
    }

    /// How much lies in a queue.
    pub fn count(&self, queue: &str) -> usize {
        self.messages.get(name(queue)).map_or(0, Vec::len)
    }

    fn send(&mut self, message: SendMessage) -> Result<Done, Refusal> {
        let SendMessage { queue_url, message_body: body, message_group_id: group, delay_seconds } = message;
        let queue = name(&queue_url);
        let used = billed(queue, body.len())?;
        let answer = json!({ "MessageId": self.next_id(), "MD5OfMessageBody": digest(&body) });
        self.put(queue, Sent { body, group, delay_seconds });
        Ok(Done::with(&answer).on(queue).using(used))
    }

    fn send_batch(&mut self, batch: SendMessageBatch) -> Result<Done, Refusal> {
        let queue = name(&batch.queue_url);
        if !(1..=MOST_MESSAGES).contains(&batch.entries.len()) {
            return Err(Refusal::invalid(&format!("{} messages are no batch", batch.entries.len())).on(queue));
        }
        let used = billed(queue, batch.entries.iter().map(|entry| entry.message_body.len()).sum())?;
        let mut successful = Vec::with_capacity(batch.entries.len());
        for Entry { id, message_body: body, message_group_id: group, delay_seconds } in batch.entries {
            let (message, digest) = (self.next_id(), digest(&body));
            successful.push(json!({ "Id": id, "MessageId": message, "MD5OfMessageBody": digest }));
            self.put(queue, Sent { body, group, delay_seconds });
        }
        Ok(Done::with(&json!({ "Successful": successful, "Failed": [] })).on(queue).using(used))
    }

    fn put(&mut self, queue: &str, message: Sent) {
        self.messages.entry(queue.to_owned()).or_default().push(message);
    }

    fn next_id(&mut self) -> String {
        self.sent += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.sent)
    }
}

fn billed(queue: &str, bytes: usize) -> Result<Used, Refusal> {
    if bytes > MOST_BYTES {
        return Err(Refusal::invalid(&format!("{bytes} bytes are too many for one request of SQS")).on(queue));
    }
    let billed_requests = bytes.div_ceil(BILLED_BYTES).max(1) as u64;
    Ok(Used { billed_requests, ..Used::default() })
}

/// The name of the queue at this URL, of this ARN, or of this name.
fn name(queue: &str) -> &str {
    queue.rsplit(['/', ':']).next().unwrap_or(queue)
}

/// As long as an MD5, and no MD5: the SDK does not look at it.
fn digest(body: &str) -> String {
    let mut digest = hex::encode(Sha256::digest(body));
    digest.truncate(32);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(lengths: &[usize]) -> Vec<u8> {
        let entries: Vec<_> = lengths.iter().enumerate().map(|(id, length)| entry(id, *length)).collect();
        let queue = "https://sqs.us-east-1.amazonaws.com/000000000000/retries";
        json!({ "QueueUrl": queue, "Entries": entries }).to_string().into_bytes()
    }

    fn entry(id: usize, length: usize) -> serde_json::Value {
        json!({ "Id": id.to_string(), "MessageBody": "a".repeat(length), "MessageGroupId": "acme" })
    }

    #[test]
    fn messages_lie_in_their_queue_until_they_are_taken() {
        let mut queues = Queues::default();
        let done = queues.act("SendMessageBatch", &batch(&[1, 2])).unwrap();
        assert_eq!((done.on.as_deref(), queues.count("retries")), (Some("retries"), 2));
        let first = Sent { body: "a".to_owned(), group: Some("acme".to_owned()), delay_seconds: 0 };
        assert_eq!(queues.take("arn:aws:sqs:us-east-1:000000000000:retries").first(), Some(&first));
        assert_eq!(queues.take("http://127.0.0.1/000000000000/retries"), []);
    }

    #[test]
    fn every_64_kb_of_a_request_begun_are_billed_as_one() {
        for (lengths, billed) in [(vec![1], 1), (vec![65_536], 1), (vec![65_537], 2), (vec![64 * 1024; 10], 10)] {
            let done = Queues::default().act("SendMessageBatch", &batch(&lengths)).unwrap();
            assert_eq!(done.used.billed_requests, billed, "{lengths:?}");
        }
    }

    #[test]
    fn what_sqs_would_not_take_is_refused() {
        for lengths in [vec![], vec![1; 11], vec![1024 * 1024 + 1]] {
            let mut queues = Queues::default();
            queues.act("SendMessageBatch", &batch(&lengths)).unwrap_err();
            assert_eq!(queues.count("retries"), 0);
        }
    }
}
