//! `rail events`: what was published, and what became of it.

use clap::{Args, Subcommand, ValueEnum};
use rail::domain::id::{EndpointId, EventId};
use rail::domain::pattern::EventType;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::api::view::{Attempt, Delivery, Event};
use crate::api::{Api, ApiOptions, Pages};
use crate::failure::Failure;
use crate::listing::Listing;
use crate::output::{self, local, one_line, or_empty, plain, status};

#[derive(Args)]
pub struct Events {
    #[command(flatten)]
    api: ApiOptions,
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: List,
}

#[derive(Subcommand)]
enum Command {
    /// Lists events, newest first, as `rail events` alone does.
    List(List),
    /// Shows one, with its data, its deliveries and every attempt.
    Show {
        /// The event, `evt_…`.
        event: EventId,
    },
}

#[derive(Args, PartialEq, Default)]
struct List {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    page: Listing,
}

#[derive(Args, PartialEq, Default)]
struct Filter {
    /// Those that failed: the same as --status failed.
    #[arg(long, conflicts_with = "status")]
    failed: bool,
    /// Those of this status.
    #[arg(long)]
    status: Option<Status>,
    /// What this endpoint received, with its delivery and that one's status.
    #[arg(long, value_name = "ENDPOINT")]
    endpoint: Option<EndpointId>,
    /// Those of this type.
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<EventType>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Status {
    Pending,
    Delivered,
    Failed,
    Retrying,
}

impl Status {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

impl Events {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        if self.command.is_some() && self.list != List::default() {
            return Err(Failure::Usage(
                "what a list is asked for stands behind `list`, or behind `events` alone".to_owned(),
            ));
        }
        let api = Api::new(self.api)?;
        match self.command {
            None => self.list.run(&api, json).await,
            Some(Command::List(list)) => list.run(&api, json).await,
            Some(Command::Show { event }) => show(&api, &event.to_string(), json).await,
        }
    }
}

impl List {
    async fn run(self, api: &Api, json: bool) -> Result<(), Failure> {
        let Filter { failed, status, endpoint, event_type } = self.filter;
        let status = if failed { Some(Status::Failed) } else { status };
        let parameters = [
            ("endpointId", endpoint.map(|id| id.to_string())),
            ("status", status.map(Status::name)),
            ("type", event_type.map(|event_type| event_type.to_string())),
        ];
        self.page.run(api, json, &["events"], &parameters, show_list).await
    }
}

fn show_list(events: &[Event]) -> Result<(), Failure> {
    let header = ["ID", "TYPE", "STATUS", "DELIVERED", "NEXT ATTEMPT", "CREATED"];
    output::table(
        header,
        events.iter().map(|event| {
            let delivered = event.deliveries.iter().filter(|delivery| delivery.status == "delivered").count();
            let next = event.deliveries.iter().filter_map(|delivery| delivery.next_attempt_at).min();
            [
                (&event.id).into(),
                (&event.event_type).into(),
                status(&event.status),
                format!("{delivered} of {}", event.deliveries.len()).into(),
                or_empty(next.map(local)),
                local(event.created_at).into(),
            ]
        }),
    )
}

async fn show(api: &Api, id: &str, json: bool) -> Result<(), Failure> {
    let answer = api.get(&["events", id]).send().await?;
    let attempts = Pages::of(api, &["events", id, "attempts"]);
    if json {
        return json_with_attempts(&answer.text, &attempts.all().await?);
    }
    show_event(&answer.read()?)?;
    let attempts: Vec<Attempt> = attempts.all().await?;
    if !attempts.is_empty() {
        output::line("")?;
        show_attempts(&attempts)?;
    }
    Ok(())
}

/// An event as it was answered, with all of its attempts beside it.
pub fn json_with_attempts(event: &str, attempts: &[Box<RawValue>]) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct WithAttempts<'a> {
        event: &'a RawValue,
        attempts: &'a [Box<RawValue>],
    }
    output::json(&WithAttempts { event: serde_json::from_str(event)?, attempts })
}

/// An event that was just published, or that something was just done with.
pub fn show_published(event: &Event) -> Result<(), Failure> {
    let to = event.deliveries.len();
    output::fields([
        ("id", (&event.id).into()),
        ("type", (&event.event_type).into()),
        ("status", status(&event.status)),
        ("deliveries", if to == 0 { "none: no endpoint subscribes to it".into() } else { to.into() }),
    ])
}

fn show_event(event: &Event) -> Result<(), Failure> {
    let metadata = event.metadata.iter().map(|(name, value)| format!("{name}={}", one_line(value.get())));
    output::fields([
        ("id", (&event.id).into()),
        ("type", (&event.event_type).into()),
        ("status", status(&event.status)),
        ("created", local(event.created_at).into()),
        ("metadata", metadata.collect::<Vec<_>>().join(", ").into()),
    ])?;
    if let Some(data) = &event.data {
        output::json_block("data", data.get())?;
    }
    output::line("")?;
    if event.deliveries.is_empty() {
        return output::line("No endpoint subscribed to it.");
    }
    show_deliveries(&event.deliveries)
}

/// Deliveries of one event.
pub fn show_deliveries(deliveries: &[Delivery]) -> Result<(), Failure> {
    let header = ["ENDPOINT", "STATUS", "ATTEMPTS", "LAST", "NEXT", "REASON"];
    output::table(
        header,
        deliveries.iter().map(|delivery| {
            [
                (&delivery.endpoint_id).into(),
                status(&delivery.status),
                delivery.attempts.into(),
                or_empty(delivery.last_attempt_at.map(local)),
                or_empty(delivery.next_attempt_at.map(local)),
                or_empty(delivery.reason.as_ref()),
            ]
        }),
    )
}

/// Attempts of one event. Of an answer that was no success the beginning is shown: it commonly says why.
pub fn show_attempts(attempts: &[Attempt]) -> Result<(), Failure> {
    let header = ["ENDPOINT", "ATTEMPT", "TRIGGER", "STARTED", "MS", "OUTCOME", "STATUS", "ANSWER"];
    output::table(
        header,
        attempts.iter().map(|attempt| {
            let answer = attempt.error.as_ref().or(attempt.response_body.as_ref());
            let answer = answer.filter(|_| attempt.outcome != "accepted").map(|text| beginning(text));
            [
                (&attempt.endpoint_id).into(),
                attempt.number.into(),
                (&attempt.trigger).into(),
                local(attempt.started_at).into(),
                attempt.duration_ms.into(),
                status(&attempt.outcome),
                or_empty(attempt.response_status),
                or_empty(answer),
            ]
        }),
    )
}

/// What of an answer stands in a row.
fn beginning(text: &str) -> String {
    const MOST: usize = 60;
    let shown = plain(text);
    match shown.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", shown.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
