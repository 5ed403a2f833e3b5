//! Lists of the API: a page, or with `--all` everything.

use clap::Args;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::api::{Api, Pages};
use crate::failure::Failure;
use crate::output;
use crate::terminal;

/// The length of a page of which nothing is said: the API's own.
const DEFAULT_LIMIT: u8 = 20;

#[derive(Args, PartialEq)]
pub struct Listing {
    /// How many, at most.
    #[arg(long, default_value_t = DEFAULT_LIMIT, value_parser = clap::value_parser!(u8).range(1..=100))]
    limit: u8,
    /// Go on where an earlier list ended: its `nextCursor`.
    #[arg(long)]
    cursor: Option<String>,
    /// All there are; with --json one object a line.
    #[arg(long, conflicts_with_all = ["limit", "cursor"])]
    all: bool,
}

impl Default for Listing {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, all: false }
    }
}

#[derive(Deserialize)]
struct Raw {
    data: Vec<Box<RawValue>>,
}

impl Listing {
    /// Prints the list at `path`, of which `parameters` say what is wanted.
    pub async fn run<T: DeserializeOwned>(
        &self,
        api: &Api,
        json: bool,
        path: &[&str],
        parameters: &[(&'static str, Option<String>)],
        show: fn(&[T]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let pages = Pages::of(api, path);
        let pages = parameters.iter().fold(pages, |pages, (name, value)| pages.with(name, value.as_ref()));
        match (self.all, json) {
            (true, true) => each_on_a_line(pages).await,
            (true, false) => {
                let spinner = output::spinner("Reading");
                let all = pages.all().await?;
                spinner.finish_and_clear();
                show(&all)
            }
            (false, _) => self.page(pages, json, show).await,
        }
    }

    async fn page<T: DeserializeOwned>(
        &self,
        pages: Pages<'_>,
        json: bool,
        show: fn(&[T]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut pages = pages.with("limit", Some(self.limit)).from(self.cursor.clone());
        let Some(answer) = pages.next_answer().await? else { return Ok(()) };
        if json {
            return output::json_text(&answer.text);
        }
        show(&Pages::read(&answer)?)?;
        if let Some(cursor) = pages.cursor() {
            terminal::say(&format!("There may be more: --all, or --cursor {cursor}"));
        }
        Ok(())
    }
}

async fn each_on_a_line(mut pages: Pages<'_>) -> Result<(), Failure> {
    while let Some(answer) = pages.next_answer().await? {
        for object in answer.read::<Raw>()?.data {
            output::json_text(object.get())?;
        }
    }
    Ok(())
}
