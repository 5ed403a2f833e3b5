//! `rail publish-all`: a file of events, in batches.
//!
//! Each batch has an idempotency key that follows from its place in the file and from what it says. So the same file may be
//! published again within 24 hours, whatever ended it before: what is published already is not published twice.

use std::fs::File;
use std::io::{self, BufReader};

use clap::Args;
use indicatif::ProgressBar;
use serde::Deserialize;

use crate::api::{Api, ApiError, ApiOptions, Backoff};
use crate::failure::{Code, Failure};
use crate::output;

mod batches;
mod report;

use batches::{Batch, Batches};
use report::{Refusal, Report, What};

/// Publishes the events of a file, each a JSON object with `type`, `data` and maybe `metadata` on a line of its own.
///
/// Ended early, run it again with the same file within 24 hours: what is published already is not published twice.
#[derive(Args)]
pub struct PublishAll {
    #[command(flatten)]
    api: ApiOptions,
    /// The file; - for the standard input.
    file: String,
    /// Begin at this line. What was appended to a file that is published begins at its own line.
    #[arg(long, default_value_t = 1, value_name = "LINE", value_parser = clap::value_parser!(u64).range(1..))]
    from_line: u64,
    /// A name for this run: to publish the same file another time within 24 hours, give it another one.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "NAME")]
    run: String,
}

#[derive(Deserialize)]
struct Answered {
    data: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    status: u16,
    error: Option<What>,
}

/// From here on a status is a fault of the API's side: the event may be repeated.
const FAULT: u16 = 500;

impl PublishAll {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        let api = Api::new(self.api)?;
        let (bar, input) = open(&self.file)?;
        let mut batches = Batches::new(BufReader::new(bar.wrap_read(input)), self.from_line);
        let mut report = Report::default();
        let ended = publish(&api, &mut batches, &self.run, &mut report).await;
        bar.finish_and_clear();
        report.print(json)?;
        ended?;
        match report.worst() {
            None => Ok(()),
            Some(code) => Err(Failure::Told(code)),
        }
    }
}

/// The input, and the bar that says how much of it was read.
fn open(file: &str) -> Result<(ProgressBar, Box<dyn io::Read>), Failure> {
    if file == "-" {
        return Ok((output::bar(0, "{spinner} {bytes} {binary_bytes_per_sec}"), Box::new(io::stdin())));
    }
    let usage = |error: io::Error| Failure::Usage(format!("{file}: {error}"));
    let opened = File::open(file).map_err(usage)?;
    let bytes = opened.metadata().map_err(usage)?.len();
    Ok((output::bar(bytes, "{bar:40} {bytes} of {total_bytes}, {eta} left"), Box::new(opened)))
}

async fn publish(
    api: &Api,
    batches: &mut Batches<impl io::BufRead>,
    run: &str,
    report: &mut Report,
) -> Result<(), Failure> {
    while let Some(batch) = batches.next(report)? {
        if let Err(error) = publish_one(api, &batch, run, report).await {
            report.ended_before(batch.first_line());
            return Err(error.into());
        }
    }
    Ok(())
}

async fn publish_one(api: &Api, batch: &Batch, run: &str, report: &mut Report) -> Result<(), ApiError> {
    let (body, mut backoff) = (batch.body(), Backoff::default());
    let key = batch.key(run, &body);
    loop {
        let sent = api.post(&["events", "batch"]).body(body.clone()).idempotency_key(&key).send().await?;
        let Answered { data } = sent.read()?;
        let met_a_fault = data.iter().any(|answer| answer.status >= FAULT);
        // The same request completes what is missing.
        if met_a_fault && let Some(wait) = backoff.next(None) {
            tokio::time::sleep(wait).await;
            continue;
        }
        if data.len() != batch.lines().len() {
            return Err(ApiError::Unreadable(format!("{} results for {} events", data.len(), batch.lines().len())));
        }
        for (line, Answer { status, error }) in batch.lines().iter().zip(data) {
            match error {
                None => report.published(sent.replayed),
                Some(what) => report.not_published(Refusal::by_the_api(*line, status, what), code_of(status)),
            }
        }
        return Ok(());
    }
}

fn code_of(status: u16) -> Code {
    if status >= FAULT { Code::Unreachable } else { Code::Refused }
}
