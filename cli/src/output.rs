//! What a command prints: tables for people, JSON for programs, and neither can harm a terminal.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use comfy_table::presets::NOTHING;
use comfy_table::{Color, Table};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

mod json;
mod plain;

pub use json::{indented, one_line};
pub use plain::plain;

use crate::failure::Failure;

/// A cell of a table.
pub struct Cell(comfy_table::Cell);

impl<T: ToString> From<T> for Cell {
    fn from(value: T) -> Self {
        Self(comfy_table::Cell::new(plain(&value.to_string())))
    }
}

/// A cell that is empty where there is nothing to show.
pub fn or_empty(value: Option<impl ToString>) -> Cell {
    value.map_or_else(|| Cell::from(""), Cell::from)
}

/// A status of an endpoint, event or delivery, in its colour.
pub fn status(name: &str) -> Cell {
    let cell = Cell::from(name).0;
    Cell(match colour_of(name) {
        Some(colour) => cell.fg(colour),
        None => cell,
    })
}

fn colour_of(name: &str) -> Option<Color> {
    match name {
        "active" | "delivered" | "accepted" | "completed" | "ok" => Some(Color::DarkGreen),
        "paused" | "pending" | "retrying" | "running" | "warning" => Some(Color::DarkYellow),
        "disabled" | "failed" | "refused" | "gone" | "timed_out" | "unreachable" | "forbidden_address" => {
            Some(Color::DarkRed)
        }
        _ => None,
    }
}

/// A word within a line, in the colour of its status.
pub fn coloured(name: &str) -> String {
    let text = plain(name);
    match colour_of(name) {
        Some(colour) if colours() => format!("\x1b[{}m{text}\x1b[0m", ansi(colour)),
        Some(_) | None => text,
    }
}

/// The codes of the colours above (ECMA-48, 8.3.117).
fn ansi(colour: Color) -> u8 {
    match colour {
        Color::DarkGreen => 32,
        Color::DarkYellow => 33,
        _ => 31,
    }
}

/// Whether colours are wanted: on a terminal, unless `NO_COLOR` or the like says otherwise.
fn colours() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Prints a table.
pub fn table<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [Cell; COLUMNS]>,
) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    table.add_rows(rows.into_iter().map(|row| row.map(|cell| cell.0)));
    print_table(table)
}

/// Prints what there is to say of one thing: names and values, without those that are empty.
pub fn fields(rows: impl IntoIterator<Item = (&'static str, Cell)>) -> Result<(), Failure> {
    let mut table = Table::new();
    let said = rows.into_iter().filter(|(_, value)| !value.0.content().is_empty());
    table.load_style(NOTHING).add_rows(said.map(|(name, value)| [Cell::from(name).0, value.0]));
    print_table(table)
}

fn print_table(mut table: Table) -> Result<(), Failure> {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    if colours() {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    line(&table.trim_fmt())
}

/// Prints a line.
pub fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    Ok(stdout.flush()?)
}

/// Prints a value as JSON, on a line.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(&one_line(&serde_json::to_string(value)?))
}

/// Prints JSON that is there as text, on a line.
pub fn json_text(text: &str) -> Result<(), Failure> {
    line(&one_line(text))
}

/// Prints JSON for people, below a heading.
pub fn json_block(heading: &str, text: &str) -> Result<(), Failure> {
    line(&format!("\n{heading}\n{}", indented(text)))
}

/// A time to read: local, to the second.
pub fn local(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The same without the day, to the millisecond: for what happens now.
pub fn clock_time(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system()).strftime("%H:%M:%S%.3f").to_string()
}

/// A bar for work of that many units, seen on a terminal alone.
pub fn bar(units: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(units).with_style(style.progress_chars("━╸ "))
}

/// A sign that something goes on whose end is not known, seen on a terminal alone.
pub fn spinner(says: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(says.to_owned());
    spinner.enable_steady_tick(std::time::Duration::from_millis(100));
    spinner
}
