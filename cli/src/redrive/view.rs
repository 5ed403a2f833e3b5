//! Dead letters as people and programs see them; never their payloads.

use std::error::Error;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use jiff::Timestamp;
use rail::dead_letters::{Content, DeadLetter};
use rail::domain::delivery::Fence;
use rail::domain::id::{EndpointId, EventId, TenantId};
use rail::domain::pattern::EventType;
use serde::Serialize;

use super::{Found, Kind};
use crate::print_json;

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

pub fn print(found: &[Found], json: bool) -> Result<(), Box<dyn Error>> {
    let letters: Vec<_> = found
        .iter()
        .flat_map(|found| {
            found.readable.iter().chain(&found.unreadable).map(|letter| LetterView::new(found.kind, letter))
        })
        .collect();
    if json {
        return print_json(&letters);
    }
    if letters.is_empty() {
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(HEADER).add_rows(letters.iter().map(LetterView::cells));
    println!("{table}");
    Ok(())
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

    fn cells(&self) -> [String; HEADER.len()] {
        let unreadable = self.unreadable.as_ref().map(|why| format!("unreadable: {why}"));
        let problems = [unreadable.as_deref(), self.error];
        [
            self.queue.clone(),
            cell(self.sent_at),
            cell(self.received),
            cell(self.tenant),
            cell(self.endpoint),
            cell(self.event),
            cell(self.event_type),
            cell(self.fence.map(Fence::get)),
            problems.into_iter().flatten().collect::<Vec<_>>().join("; "),
        ]
    }
}

fn cell(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
