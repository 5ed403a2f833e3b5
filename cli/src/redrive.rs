//! `rail redrive`: shows what landed in the dead-letter queues, and puts it back.

use std::io::{IsTerminal, stderr, stdin};

use clap::{Args, ValueEnum};
use futures::future::try_join_all;
use rail::dead_letters::{Content, DeadLetter, DeadLetters, Home};
use rail::queue::Queue;
use rail::wiring::Wiring;

use crate::deployment::Deployment;
use crate::failure::Failure;

mod view;

/// Without `--yes` it shows them, and on a terminal asks. Find and mend the cause first: what meets it again comes back.
///
/// What is shown is hidden from other looks until it is decided upon, two minutes at most. A message may arrive twice in its
/// queue, which does no harm.
#[derive(Args)]
pub struct Redrive {
    /// The dead letters of this kind alone.
    #[arg(long)]
    queue: Option<Kind>,
    /// The most messages of each queue; run it again for more.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    /// Put them back without asking.
    #[arg(long)]
    yes: bool,
    /// When others are put back, delete those that cannot be read. They are printed whole before.
    #[arg(long)]
    discard_unreadable: bool,
}

/// The kinds of dead letters: one for each dead-letter queue.
#[derive(Clone, Copy, ValueEnum)]
pub enum Kind {
    /// First attempts that could not be processed.
    FirstAttempts,
    /// Retries that could not be processed.
    Retries,
    /// Retries that the Scheduler could not hand over.
    Schedules,
    /// Changed endpoints that could not be looked after.
    Chores,
    /// Events that services put into the queue, and that could not be published.
    Ingest,
}

impl Kind {
    /// Each there is.
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// Outputs of the stack: where such letters lie, and where they belong.
    pub const fn outputs(self) -> (&'static str, &'static str) {
        match self {
            Self::FirstAttempts => ("FirstAttemptsDeadLettersUrl", "FirstAttemptsQueueUrl"),
            Self::Retries => ("RetriesDeadLettersUrl", "RetriesQueueUrl"),
            Self::Schedules => ("SchedulesDeadLettersUrl", "RetriesQueueUrl"),
            Self::Chores => ("ChoresDeadLettersUrl", "ChoresQueueUrl"),
            Self::Ingest => ("IngestDeadLettersUrl", "IngestQueueUrl"),
        }
    }

    /// What is said there.
    const fn home(self) -> fn(Queue) -> Home {
        match self {
            Self::FirstAttempts | Self::Retries | Self::Schedules => Home::Messages,
            Self::Chores => Home::Chores,
            Self::Ingest => Home::Ingest,
        }
    }

    /// As `--queue` has it.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// What was found in one of the queues.
struct Found {
    kind: Kind,
    queue: DeadLetters,
    readable: Vec<DeadLetter>,
    unreadable: Vec<DeadLetter>,
}

impl Redrive {
    pub async fn run(&self, wiring: &Wiring, deployment: &Deployment, json: bool) -> Result<(), Failure> {
        let kinds = self.queue.as_ref().map_or(Kind::all(), std::slice::from_ref);
        let found = try_join_all(kinds.iter().map(|kind| self.look(*kind, wiring, deployment))).await?;
        view::print(&found, json)?;
        let agreed = self.agree(&found)?;
        for found in found {
            self.act(found, agreed).await?;
        }
        Ok(())
    }

    async fn look(&self, kind: Kind, wiring: &Wiring, deployment: &Deployment) -> Result<Found, Failure> {
        let (lie, belong) = kind.outputs();
        let home = kind.home()(wiring.queue_at(deployment.output(belong)?));
        let queue = wiring.dead_letters_at(deployment.output(lie)?, home);
        let letters = queue.look(self.limit.into()).await?;
        let (readable, unreadable) = letters.into_iter().partition(DeadLetter::is_readable);
        Ok(Found { kind, queue, readable, unreadable })
    }

    /// Whether to do what the options say.
    fn agree(&self, found: &[Found]) -> Result<bool, Failure> {
        let back: usize = found.iter().map(|found| found.readable.len()).sum();
        let unreadable: usize = found.iter().map(|found| found.unreadable.len()).sum();
        let gone = if self.discard_unreadable { unreadable } else { 0 };
        if back + unreadable == 0 {
            eprintln!("There are no dead letters.");
            return Ok(false);
        }
        if back + gone == 0 {
            eprintln!("None of them can be read, so none can be put back; --discard-unreadable deletes them.");
            return Ok(false);
        }
        if self.yes {
            return Ok(true);
        }
        if !(stdin().is_terminal() && stderr().is_terminal()) {
            eprintln!("Nothing was put back: that takes --yes.");
            return Ok(false);
        }
        let these = if back == 1 { "this message".to_owned() } else { format!("these {back} messages") };
        let deleting = if gone == 0 { String::new() } else { format!(" and delete {gone} unreadable") };
        eprint!("Put {these} back{deleting}? [y/N] ");
        let mut answer = String::new();
        stdin().read_line(&mut answer)?;
        Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
    }

    async fn act(&self, found: Found, agreed: bool) -> Result<(), Failure> {
        let Found { kind, queue, readable, unreadable } = found;
        let discard = agreed && self.discard_unreadable;
        // What stays is left first: then nothing that fails later hides it.
        if !agreed {
            queue.leave(&readable).await?;
        }
        if !discard {
            queue.leave(&unreadable).await?;
        }
        if agreed && !readable.is_empty() {
            queue.put_back(&readable).await?;
            eprintln!("{}: put {} back.", kind.name(), readable.len());
        }
        if discard && !unreadable.is_empty() {
            print_whole(&unreadable)?;
            queue.discard(&unreadable).await?;
            eprintln!("{}: deleted {} unreadable.", kind.name(), unreadable.len());
        }
        Ok(())
    }
}

/// As JSON texts, each on a line: to the letter, and harmless on a terminal.
fn print_whole(letters: &[DeadLetter]) -> Result<(), Failure> {
    for letter in letters {
        if let Content::Unreadable { text, .. } = &letter.content {
            eprintln!("{}", serde_json::to_string(text)?);
        }
    }
    Ok(())
}
