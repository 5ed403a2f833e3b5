//! `rail event-types`: the catalog.

use clap::{Args, Subcommand};
use rail::domain::pattern::EventType as Name;

use crate::api::view::EventType;
use crate::api::{Api, ApiOptions};
use crate::failure::Failure;
use crate::listing::Listing;
use crate::output::{self, local, or_empty};

#[derive(Args)]
pub struct EventTypes {
    #[command(flatten)]
    api: ApiOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists them, by name.
    List(Listing),
    /// Shows one, with the schema of its data and an example.
    Show {
        /// Its name: `contract.created`.
        name: Name,
    },
}

impl EventTypes {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        let api = Api::new(self.api)?;
        match self.command {
            Command::List(list) => list.run(&api, json, &["event-types"], &[], show_list).await,
            Command::Show { name } => {
                let answer = api.get(&["event-types", name.as_str()]).send().await?;
                if json {
                    return output::json_text(&answer.text);
                }
                show(&answer.read()?)
            }
        }
    }
}

fn show_list(types: &[EventType]) -> Result<(), Failure> {
    output::table(["NAME", "DESCRIPTION"], types.iter().map(|each| [(&each.name).into(), (&each.description).into()]))
}

fn show(event_type: &EventType) -> Result<(), Failure> {
    output::fields([
        ("name", (&event_type.name).into()),
        ("description", (&event_type.description).into()),
        ("updated", or_empty(event_type.updated_at.map(local))),
    ])?;
    for (heading, json) in [("schema", &event_type.schema), ("example", &event_type.example)] {
        if let Some(json) = json {
            output::json_block(heading, json.get())?;
        }
    }
    Ok(())
}
