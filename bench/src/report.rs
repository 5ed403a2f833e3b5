//! What is told in the end: tables for people, a file for whoever compares runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde::Serialize;

use crate::Result;
use crate::figure::{Figure, Section};
use crate::goals::{self, Verdict};

/// Where, when and on what something was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Circumstances {
    machine: Machine,
    commit: String,
    date: String,
    smoke: bool,
}

#[derive(Debug, Clone, Serialize)]
struct Machine {
    cpu: String,
    cores: usize,
    kernel: String,
}

/// Everything that was found out.
#[derive(Debug, Serialize)]
pub struct Report {
    #[serde(flatten)]
    circumstances: Circumstances,
    goals: Vec<Verdict>,
    sections: Vec<Section>,
}

impl Circumstances {
    /// Of now and here.
    pub fn note(smoke: bool) -> Self {
        let machine = Machine {
            cpu: cpu_model().unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
        };
        let commit = told(&["rev-parse", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
        let changed = told(&["status", "--porcelain"]).is_some_and(|changes| !changes.is_empty());
        let commit = if changed { format!("{commit}, changed") } else { commit };
        Self { machine, commit, date: rail::clock::now().to_string(), smoke }
    }
}

impl Report {
    /// Of what was measured, judged by the goals.
    pub fn new(circumstances: Circumstances, sections: Vec<Section>) -> Self {
        Self { circumstances, goals: goals::judge(&sections), sections }
    }

    /// Writes it to this file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        Ok(fs::write(file, text).map_err(|error| format!("{} could not be written: {error}", file.display()))?)
    }

    /// The goals as a table.
    pub fn goals(&self) -> String {
        let mut table = empty(["goal", "measured", "of", ""]);
        for Verdict { goal, measured, subject, met } in &self.goals {
            let met = if *met { "met" } else { "not met" };
            table.add_row([goal.as_str(), &number(*measured), subject, met]);
        }
        format!("goals\n{table}\n")
    }
}

/// A section as a table: a row for each subject, a column for what was measured of it. Medians; from the least to the most,
/// where there is room for it.
pub fn table(section: &Section) -> String {
    let (mut subjects, mut names) = (Vec::new(), Vec::new());
    for figure in &section.figures {
        if !subjects.contains(&&figure.subject) {
            subjects.push(&figure.subject);
        }
        let name = (&figure.name, figure.unit);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let spread = names.len() <= 5;
    let head =
        names.iter().map(|(name, unit)| if unit.is_empty() { (*name).clone() } else { format!("{name}, {unit}") });
    let mut table = empty(std::iter::once(String::new()).chain(head));
    for subject in subjects {
        let of = |name: &String, unit: &str| {
            let found = section.figures.iter().find(|f| f.subject == *subject && f.name == *name && f.unit == unit);
            found.map(|figure| cell(figure, spread)).unwrap_or_default()
        };
        table.add_row(std::iter::once(subject.clone()).chain(names.iter().map(|(name, unit)| of(name, unit))));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{}: {}\n{table}\n", section.name, section.notes.join("\n  "))
}

fn cell(figure: &Figure, spread: bool) -> String {
    let median = number(figure.median);
    if spread && figure.n > 1 && figure.min < figure.max {
        return format!("{median} ({} - {})", number(figure.min), number(figure.max));
    }
    median
}

/// With three digits that matter, or all before the point.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || size.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn empty<T: ToString>(head: impl IntoIterator<Item = T>) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head.into_iter().map(|text| text.to_string()));
    table
}

fn cpu_model() -> Option<String> {
    let all = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = all.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn told(question: &[&str]) -> Option<String> {
    let output = Command::new("git").args(question).current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
