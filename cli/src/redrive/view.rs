//! Dead letters as people and programs see them; never their payloads.

use jiff::Timestamp;
use rail::dead_letters::{Content, DeadLetter};
use rail::domain::delivery::Fence;
use rail::domain::id::{EndpointId, EventId, TenantId};
use rail::domain::pattern::EventType;
use serde::Serialize;

use super::{Found, Kind};
use crate::failure::Failure;
use crate::output::{self, Cell, local, or_empty};

const HEADER: [&str; 9] = ["QUEUE", "SENT", "RECEIVED", "TENANT", "ENDPOINT", "EVENT", "TYPE", "FENCE", "PROBLEM"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LetterView<'a> {
    queue: String,
    sent_at: Option<Timestamp>,
    received: Option<u32>,
    tenant: Option<&'a TenantId>,
    endpoint: Option<EndpointId>,
    event: Option<EventId>,
    #[serde(rename = "type")]
    event_type: Option<&'a EventType>,
    fence: Option<Fence>,
    unreadable: Option<String>,
    error: Option<&'a str>,
}

pub fn print(found: &[Found], json: bool) -> Result<(), Failure> {
    let letters: Vec<_> = found
        .iter()
        .flat_map(|found| {
            found.readable.iter().chain(&found.unreadable).map(|letter| LetterView::new(found.kind, letter))
        })
        .collect();
    if json {
        return output::json(&letters);
    }
    if letters.is_empty() {
        return Ok(());
    }
    output::table(HEADER, letters.iter().map(LetterView::cells))
}

impl<'a> LetterView<'a> {
    fn new(kind: Kind, letter: &'a DeadLetter) -> Self {
        let (tenant, endpoint, message, why) = match &letter.content {
            Content::Message(message) => (Some(&message.tenant), Some(message.endpoint), Some(message), None),
            Content::Chore(chore) => (Some(&chore.tenant), Some(chore.endpoint), None, None),
            Content::Event(event) => (Some(&event.tenant), None, None, None),
            Content::Unreadable { why, .. } => (None, None, None, Some(why)),
        };
        Self {
            queue: kind.name(),
            sent_at: letter.sent_at,
            received: letter.received,
            tenant,
            endpoint,
            event: message.map(|message| message.event),
            event_type: message.map(|message| &message.event_type),
            fence: message.map(|message| message.fence),
            unreadable: why.map(ToString::to_string),
            error: letter.error.as_deref(),
        }
    }

    fn cells(&self) -> [Cell; HEADER.len()] {
        let unreadable = self.unreadable.as_ref().map(|why| format!("unreadable: {why}"));
        let problems = [unreadable.as_deref(), self.error];
        [
            (&self.queue).into(),
            or_empty(self.sent_at.map(local)),
            or_empty(self.received),
            or_empty(self.tenant),
            or_empty(self.endpoint),
            or_empty(self.event),
            or_empty(self.event_type),
            or_empty(self.fence.map(Fence::get)),
            problems.into_iter().flatten().collect::<Vec<_>>().join("; ").into(),
        ]
    }
}
