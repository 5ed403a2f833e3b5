//! A measured figure: of what, in which unit, how it varied.

use std::time::Duration;

use serde::Serialize;

/// What was measured of something, with its spread.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Of what: a function, a scenario.
    pub subject: String,
    /// What of it.
    pub name: String,
    /// In which unit.
    pub unit: &'static str,
    /// The least.
    pub min: f64,
    /// Half were no more.
    pub median: f64,
    /// All but one in a hundred were no more.
    pub p99: f64,
    /// The most.
    pub max: f64,
    /// How often it was measured.
    pub n: usize,
}

impl Figure {
    /// Of these measurements; none when there are none.
    pub fn of(subject: &str, name: &str, unit: &'static str, mut measured: Vec<f64>) -> Option<Self> {
        measured.sort_by(f64::total_cmp);
        let (subject, name) = (subject.to_owned(), name.to_owned());
        let (min, max) = (*measured.first()?, *measured.last()?);
        let (median, p99) = (quantile(&measured, 0.5), quantile(&measured, 0.99));
        Some(Self { subject, name, unit, min, median, p99, max, n: measured.len() })
    }

    /// Of something that does not vary, or was measured once.
    pub fn once(subject: &str, name: &str, unit: &'static str, value: f64) -> Self {
        let (subject, name) = (subject.to_owned(), name.to_owned());
        Self { subject, name, unit, min: value, median: value, p99: value, max: value, n: 1 }
    }
}

/// The median of these; not a number when there are none.
pub fn median(mut measured: Vec<f64>) -> f64 {
    measured.sort_by(f64::total_cmp);
    quantile(&measured, 0.5)
}

/// The value that this share of the sorted measurements does not exceed.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// In milliseconds.
pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// What one measurement found out.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// The measurement.
    pub name: &'static str,
    /// What is to be known about it.
    pub notes: Vec<String>,
    /// What it measured.
    pub figures: Vec<Figure>,
}

impl Section {
    /// Of this measurement, with nothing measured yet.
    pub fn new(name: &'static str, note: &str) -> Self {
        Self { name, notes: vec![note.to_owned()], figures: Vec::new() }
    }

    /// Adds something to be known.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Adds a figure, if anything was measured.
    pub fn add(&mut self, subject: &str, name: &str, unit: &'static str, measured: Vec<f64>) {
        self.figures.extend(Figure::of(subject, name, unit, measured));
    }

    /// Adds a figure that does not vary.
    pub fn add_once(&mut self, subject: &str, name: &str, unit: &'static str, value: f64) {
        self.figures.push(Figure::once(subject, name, unit, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_tells_how_what_was_measured_varied() {
        let measured = (1..=200).rev().map(f64::from).collect();
        let figure = Figure::of("a", "b", "ms", measured).unwrap();
        assert_eq!((figure.min, figure.median, figure.p99, figure.max, figure.n), (1.0, 100.0, 198.0, 200.0, 200));
        assert_eq!(Figure::of("a", "b", "ms", Vec::new()), None);
        assert_eq!(Figure::of("a", "b", "ms", vec![5.0]), Some(Figure::once("a", "b", "ms", 5.0)));
    }
}
