//! What can be said of an endpoint.

use std::collections::BTreeMap;

use clap::{ArgGroup, Args};
use rail::domain::pace::Rate;
use rail::domain::pattern::Pattern;
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::given::Pair;

/// A signing secret of one's own.
#[derive(Args)]
struct Secret {
    /// The signing secret, if it is yours to choose; without, the rail makes one. Better set than typed.
    #[arg(long, env = "RAIL_SIGNING_SECRET", hide_env_values = true)]
    secret: Option<String>,
}

#[derive(Args)]
pub struct NewEndpoint {
    /// Where its requests go.
    #[arg(value_name = "URL")]
    target: String,
    /// What it subscribes to: `contract.created`, `contract.*`, or `*` for everything. Several: with commas, or again.
    #[arg(long, value_delimiter = ',', required = true, value_name = "PATTERN")]
    events: Vec<Pattern>,
    #[command(flatten)]
    secret: Secret,
    /// A line about it.
    #[arg(long)]
    description: Option<String>,
    /// A note of yours, `name=value`; may be given again.
    #[arg(long, value_parser = Pair::entry, value_name = "NAME=VALUE")]
    metadata: Vec<Pair>,
    /// A header to send along, `Name: value`; may be given again.
    #[arg(long, value_parser = Pair::header, value_name = "HEADER")]
    header: Vec<Pair>,
    /// How many deliveries a second it gets at most, 1 to 500.
    #[arg(long, value_name = "PER_SECOND")]
    rate_limit: Option<Rate>,
}

impl NewEndpoint {
    pub fn body(self) -> Result<Value, Failure> {
        let mut body = json!({
            "url": self.target,
            "events": self.events,
            "metadata": entries(self.metadata)?,
            "headers": entries(self.header)?,
        });
        let said = [
            ("secret", self.secret.secret.map(Value::from)),
            ("description", self.description.map(Value::from)),
            ("rateLimit", self.rate_limit.map(|rate| u16::from(rate).into())),
        ];
        if let Some(body) = body.as_object_mut() {
            body.extend(said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        }
        Ok(body)
    }
}

#[derive(Args)]
#[command(group(ArgGroup::new("change").required(true).multiple(true).args([
    "to", "events", "description", "no_description", "metadata", "no_metadata", "header", "no_headers", "rate_limit",
    "no_rate_limit",
])))]
pub struct Changes {
    /// Where its requests go from now on.
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// What it subscribes to from now on. Several: with commas, or again.
    #[arg(long, value_delimiter = ',', value_name = "PATTERN")]
    events: Vec<Pattern>,
    /// Another line about it.
    #[arg(long)]
    description: Option<String>,
    /// No line about it.
    #[arg(long, conflicts_with = "description")]
    no_description: bool,
    /// Notes in place of those there are, `name=value`; may be given again.
    #[arg(long, value_parser = Pair::entry, value_name = "NAME=VALUE")]
    metadata: Vec<Pair>,
    /// No notes.
    #[arg(long, conflicts_with = "metadata")]
    no_metadata: bool,
    /// Headers in place of those there are, `Name: value`; may be given again.
    #[arg(long, value_parser = Pair::header, value_name = "HEADER")]
    header: Vec<Pair>,
    /// No headers.
    #[arg(long, conflicts_with = "header")]
    no_headers: bool,
    /// How many deliveries a second it gets at most, 1 to 500.
    #[arg(long, value_name = "PER_SECOND")]
    rate_limit: Option<Rate>,
    /// No limit.
    #[arg(long, conflicts_with = "rate_limit")]
    no_rate_limit: bool,
}

impl Changes {
    pub fn body(self) -> Result<Value, Failure> {
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        if let Some(url) = self.to {
            set("url", url.into());
        }
        if !self.events.is_empty() {
            set("events", json!(self.events));
        }
        if self.description.is_some() || self.no_description {
            set("description", json!(self.description));
        }
        if !self.metadata.is_empty() || self.no_metadata {
            set("metadata", json!(entries(self.metadata)?));
        }
        if !self.header.is_empty() || self.no_headers {
            set("headers", json!(entries(self.header)?));
        }
        if self.rate_limit.is_some() || self.no_rate_limit {
            set("rateLimit", json!(self.rate_limit.map(u16::from)));
        }
        Ok(body.into())
    }
}

#[derive(Args)]
pub struct Rotation {
    #[command(flatten)]
    secret: Secret,
    /// For how many hours the old one signs beside it, 0 to 168; 24, if it is not said.
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u8).range(0..=168))]
    overlap_hours: Option<u8>,
}

impl Rotation {
    pub fn body(self) -> Value {
        let said =
            [("secret", self.secret.secret.map(Value::from)), ("overlapHours", self.overlap_hours.map(Value::from))];
        said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
    }
}

/// By name, each of which may be given once.
fn entries(pairs: Vec<Pair>) -> Result<BTreeMap<String, String>, Failure> {
    let mut entries = BTreeMap::new();
    for Pair(name, value) in pairs {
        if entries.insert(name.clone(), value).is_some() {
            return Err(Failure::Usage(format!("`{name}` is given twice")));
        }
    }
    Ok(entries)
}
