//! The lines of a file as batches that the API takes.

use std::io::{self, BufRead};

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::report::{Refusal, Report};

/// The most events of a batch.
const MOST_EVENTS: usize = 100;
/// The most bytes of a batch; the API takes 3 MiB.
const MOST_BYTES: usize = 3 * 1024 * 1024;
const BEGINNING: &str = r#"{"events":["#;
const END: &str = "]}";

/// A batch: lines of the file that follow each other, without those that are empty or no JSON.
#[derive(Debug, Default)]
pub struct Batch {
    lines: Vec<u64>,
    events: Vec<String>,
    bytes: usize,
}

impl Batch {
    /// The numbers of its lines.
    pub fn lines(&self) -> &[u64] {
        &self.lines
    }

    /// The number of the first of them.
    pub fn first_line(&self) -> u64 {
        self.lines.first().copied().unwrap_or_default()
    }

    /// The body of its request: the events as they stand in the file.
    pub fn body(&self) -> String {
        [BEGINNING, &self.events.join(","), END].concat()
    }

    /// What the API knows a repetition by: the same for the same lines at the same place, in a run of the same name.
    pub fn key(&self, run: &str, body: &str) -> String {
        let mut hash = Sha256::new();
        for part in ["rail publish-all", run, &self.first_line().to_string(), body] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hex::encode(hash.finalize())
    }

    fn has_room_for(&self, event: &str) -> bool {
        self.events.len() < MOST_EVENTS && self.bytes + 1 + event.len() <= MOST_BYTES - BEGINNING.len() - END.len()
    }

    fn push(&mut self, (line, event): (u64, String)) {
        self.bytes += 1 + event.len();
        self.lines.push(line);
        self.events.push(event);
    }
}

/// The batches of a file.
pub struct Batches<R> {
    input: R,
    line: u64,
    from_line: u64,
    /// What found no room in the batch before.
    left_over: Option<(u64, String)>,
}

impl<R: BufRead> Batches<R> {
    /// Those of the lines from this one on, the first of which is line 1.
    pub fn new(input: R, from_line: u64) -> Self {
        Self { input, line: 0, from_line, left_over: None }
    }

    /// The next. What no batch can hold is reported instead.
    pub fn next(&mut self, report: &mut Report) -> io::Result<Option<Batch>> {
        let mut batch = Batch::default();
        while let Some((line, event)) = self.next_event(report)? {
            if batch.has_room_for(&event) {
                batch.push((line, event));
            } else if batch.lines.is_empty() {
                report.not_taken(Refusal::here(line, format!("is larger than a batch, {MOST_BYTES} bytes")));
            } else {
                self.left_over = Some((line, event));
                break;
            }
        }
        Ok(Some(batch).filter(|batch| !batch.lines.is_empty()))
    }

    fn next_event(&mut self, report: &mut Report) -> io::Result<Option<(u64, String)>> {
        if let Some(left_over) = self.left_over.take() {
            return Ok(Some(left_over));
        }
        loop {
            let mut bytes = Vec::new();
            if self.input.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            let text = bytes.trim_ascii();
            if self.line < self.from_line || text.is_empty() {
                continue;
            }
            match serde_json::from_slice::<&RawValue>(text) {
                Ok(event) => return Ok(Some((self.line, event.get().to_owned()))),
                Err(error) => report.not_taken(Refusal::here(self.line, format!("is no JSON: {error}"))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches(text: &str, from_line: u64) -> (Vec<Batch>, Report) {
        let (mut batches, mut report) = (Batches::new(text.as_bytes(), from_line), Report::default());
        let read = std::iter::from_fn(|| batches.next(&mut report).unwrap()).collect();
        (read, report)
    }

    fn lines(count: usize) -> String {
        (1..=count).map(|number| format!("{{\"n\":{number}}}\n")).collect()
    }

    fn keys(batches: &[Batch]) -> Vec<String> {
        batches.iter().map(|batch| batch.key("", &batch.body())).collect()
    }

    #[test]
    fn a_hundred_lines_are_a_batch() {
        let (batches, _) = batches(&lines(250), 1);
        assert_eq!(batches.iter().map(Batch::first_line).collect::<Vec<_>>(), [1, 101, 201]);
        assert_eq!(batches.iter().map(|batch| batch.lines().len()).collect::<Vec<_>>(), [100, 100, 50]);
    }

    #[test]
    fn what_is_no_event_is_left_out_and_lines_keep_their_numbers() {
        let (batches, report) = batches("{\"n\":1}\r\n\n  nonsense\n\u{feff}\n {\"n\": 1.10} \n{} {}", 1);
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].lines(), [1, 5]);
        assert_eq!(batches[0].body(), r#"{"events":[{"n":1},{"n": 1.10}]}"#);
        assert_eq!(report.lines(), [3, 4, 6]);
    }

    #[test]
    fn a_batch_is_no_larger_than_the_api_takes() {
        let event = format!("{{\"data\":\"{}\"}}", "x".repeat(MOST_BYTES / 2));
        let too_large = format!("\"{}\"", "x".repeat(MOST_BYTES));
        let (batches, report) =
            batches(&[&event, &event, &too_large, "{}"].map(|line| format!("{line}\n")).concat(), 1);
        assert_eq!(batches.iter().map(|batch| batch.lines().to_vec()).collect::<Vec<_>>(), [vec![1], vec![2], vec![4]]);
        assert_eq!(report.lines(), [3]);
        assert!(batches.iter().all(|batch| batch.body().len() <= MOST_BYTES));
    }

    #[test]
    fn a_key_follows_from_place_content_and_run() {
        let text = lines(250);
        let (first, _) = batches(&text, 1);
        let (again, _) = batches(&text, 1);
        assert_eq!(keys(&first), keys(&again));
        let (from, _) = batches(&text, 101);
        assert_eq!(keys(&first)[1..], keys(&from)[..]);
        let (moved, _) = batches(&format!("{{}}\n{text}"), 1);
        assert!(keys(&moved).iter().all(|key| !keys(&first).contains(key)));
        assert_ne!(first[0].key("", &first[0].body()), first[0].key("again", &first[0].body()));
    }
}
