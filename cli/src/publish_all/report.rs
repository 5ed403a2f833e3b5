//! What became of the lines of a file.

use serde::{Deserialize, Serialize};

use crate::api::Detail;
use crate::failure::{Code, Failure};
use crate::output::{self, or_empty};
use crate::terminal;

/// Why an event was not published.
#[derive(Debug, Serialize, Deserialize)]
pub struct What {
    code: String,
    message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

/// A line that was not published.
#[derive(Debug, Serialize)]
pub struct Refusal {
    line: u64,
    /// Of the API's answer; absent where the line was not sent.
    status: Option<u16>,
    error: What,
}

impl Refusal {
    /// Not sent at all.
    pub fn here(line: u64, message: String) -> Self {
        Self { line, status: None, error: What { code: "NOT_SENT".to_owned(), message, details: Vec::new() } }
    }

    /// Not taken by the API.
    pub fn by_the_api(line: u64, status: u16, error: What) -> Self {
        Self { line, status: Some(status), error }
    }
}

/// The report.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    published: u64,
    /// Of them those that an earlier run had published.
    replayed: u64,
    refused: Vec<Refusal>,
    /// Where it was ended early, the first line of which nothing is known.
    ended_before_line: Option<u64>,
    #[serde(skip)]
    worst: Option<Code>,
}

impl Report {
    pub fn published(&mut self, replayed: bool) {
        self.published += 1;
        self.replayed += u64::from(replayed);
    }

    /// A line that the API did not take.
    pub fn not_published(&mut self, refusal: Refusal, code: Code) {
        // A fault weighs more than a refusal: it says that a repetition helps.
        if code == Code::Unreachable || self.worst.is_none() {
            self.worst = Some(code);
        }
        self.refused.push(refusal);
    }

    /// A line that it was not sent.
    pub fn not_taken(&mut self, refusal: Refusal) {
        self.not_published(refusal, Code::Refused);
    }

    pub fn ended_before(&mut self, line: u64) {
        self.ended_before_line = Some(line);
    }

    /// How the process ends, if not all was published.
    pub fn worst(&self) -> Option<Code> {
        self.worst
    }

    #[cfg(test)]
    pub fn lines(&self) -> Vec<u64> {
        self.refused.iter().map(|refusal| refusal.line).collect()
    }

    pub fn print(&self, json: bool) -> Result<(), Failure> {
        if json {
            return output::json(self);
        }
        if !self.refused.is_empty() {
            let header = ["LINE", "STATUS", "CODE", "NOT PUBLISHED BECAUSE"];
            output::table(
                header,
                self.refused.iter().map(|Refusal { line, status, error }| {
                    [line.into(), or_empty(*status), (&error.code).into(), (&error.message).into()]
                }),
            )?;
        }
        let before = if self.replayed > 0 { format!(", {} of them before", self.replayed) } else { String::new() };
        let not = self.refused.len();
        terminal::say(&format!("{} published{before}; {not} not published.", self.published));
        if let Some(line) = self.ended_before_line {
            terminal::say(&format!("Ended at line {line}. Run it again within 24 hours: nothing is published twice."));
        }
        Ok(())
    }
}
