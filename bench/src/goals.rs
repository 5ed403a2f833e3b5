//! The goals, and whether they are met. A goal that is missed fails nothing: it is there to be seen.

use serde::Serialize;

use crate::figure::{Figure, Section};

/// Of which subjects a goal speaks.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// Of this one.
    One(&'static str),
    /// Of each function behind a route.
    EachRoute,
}

/// Which of a figure's values it speaks of.
#[derive(Debug, Clone, Copy)]
enum Value {
    Median,
    P99,
    Max,
}

#[derive(Debug, Clone, Copy)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

#[derive(Debug, Clone, Copy)]
struct Goal {
    what: &'static str,
    section: &'static str,
    of: Of,
    figure: &'static str,
    value: Value,
    bound: Bound,
}

/// What became of a goal.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// The goal.
    pub goal: String,
    /// What was measured: the worst, where it speaks of several.
    pub measured: f64,
    /// Of which subject that was.
    pub subject: String,
    /// Whether it is met.
    pub met: bool,
}

const NOT_ROUTES: [&str; 3] = ["bare", "deliver", "tend-endpoint"];

#[rustfmt::skip]
const GOALS: &[Goal] = &[
    goal("cold start of each route at most 1.4x bare", "cold-start", Of::EachRoute, "x bare", Value::Median, Bound::AtMost(1.4)),
    goal("cold start of deliver at most 1.6x bare", "cold-start", Of::One("deliver"), "x bare", Value::Median, Bound::AtMost(1.6)),
    goal("binary of each route at most 4 MB", "cold-start", Of::EachRoute, "binary", Value::Max, Bound::AtMost(4.0)),
    goal("binary of deliver at most 4.5 MB", "cold-start", Of::One("deliver"), "binary", Value::Max, Bound::AtMost(4.5)),
    goal("8,000 deliveries in a CPU-second over HTTP", "cpu", Of::One("delivery, HTTP"), "in a CPU-second", Value::Median, Bound::AtLeast(8000.0)),
    goal("4,000 deliveries in a CPU-second over HTTPS", "cpu", Of::One("delivery, HTTPS"), "in a CPU-second", Value::Median, Bound::AtLeast(4000.0)),
    goal("3,000 publishes in a CPU-second", "cpu", Of::One("publish, single"), "in a CPU-second", Value::Median, Bound::AtLeast(3000.0)),
    goal("deliver at 64 KB payloads, batch of 10: at most 40 MB", "memory", Of::One("64 KB payloads, batch of 10"), "peak", Value::Max, Bound::AtMost(40.0)),
    goal("one that hangs slows the others by at most 5 ms at p99", "isolation", Of::One("slowed by the one that hangs"), "arrived, p99", Value::Max, Bound::AtMost(5.0)),
    goal("and delays their record by at most 5 ms at p99", "isolation", Of::One("slowed by the one that hangs"), "recorded, p99", Value::Max, Bound::AtMost(5.0)),
    goal("a million events at most $4.00, single", "cost", Of::One("2 KB, 1 endpoint, single"), "sum", Value::Max, Bound::AtMost(4.00)),
    goal("a million events at most $2.30, batched", "cost", Of::One("2 KB, 1 endpoint, batched"), "sum", Value::Max, Bound::AtMost(2.30)),
    goal("own share of the latency at most 3 ms at p50", "latency", Of::One("5 ms, 10 ms"), "own share", Value::Median, Bound::AtMost(3.0)),
    goal("own share of the latency at most 10 ms at p99", "latency", Of::One("5 ms, 10 ms"), "own share", Value::P99, Bound::AtMost(10.0)),
    goal("one event against 500 endpoints of 10 patterns at most 50 µs", "growth", Of::One("500 endpoints, 10 patterns each"), "matching", Value::Median, Bound::AtMost(50.0)),
];

const fn goal(
    what: &'static str,
    section: &'static str,
    of: Of,
    figure: &'static str,
    value: Value,
    bound: Bound,
) -> Goal {
    Goal { what, section, of, figure, value, bound }
}

impl Of {
    fn includes(self, subject: &str) -> bool {
        match self {
            Self::One(one) => subject == one,
            Self::EachRoute => !NOT_ROUTES.contains(&subject) && !subject.contains(','),
        }
    }
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(bound) => value <= bound,
            Self::AtLeast(bound) => value >= bound,
        }
    }

    /// The order in which the worst comes last.
    fn badness(self, value: f64) -> f64 {
        match self {
            Self::AtMost(_) => value,
            Self::AtLeast(_) => -value,
        }
    }
}

impl Goal {
    fn judge(&self, sections: &[Section]) -> Option<Verdict> {
        let section = sections.iter().find(|section| section.name == self.section)?;
        let figures =
            section.figures.iter().filter(|figure| figure.name == self.figure && self.of.includes(&figure.subject));
        let worst =
            figures.max_by(|a, b| self.bound.badness(self.read(a)).total_cmp(&self.bound.badness(self.read(b))))?;
        let measured = self.read(worst);
        let (goal, subject) = (self.what.to_owned(), worst.subject.clone());
        Some(Verdict { goal, measured, subject, met: self.bound.holds(measured) })
    }

    fn read(&self, figure: &Figure) -> f64 {
        match self.value {
            Value::Median => figure.median,
            Value::P99 => figure.p99,
            Value::Max => figure.max,
        }
    }
}

/// Of each goal of which something was measured, whether it is met.
pub fn judge(sections: &[Section]) -> Vec<Verdict> {
    GOALS.iter().filter_map(|goal| goal.judge(sections)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_route_decides() {
        let mut section = Section::new("cold-start", "");
        for (subject, ratio) in [("bare", 1.0), ("get-event", 1.2), ("list-events", 1.5), ("deliver", 1.55)] {
            section.add_once(subject, "x bare", "", ratio);
        }
        let verdicts = judge(&[section]);
        let told: Vec<_> = verdicts.iter().map(|verdict| (verdict.subject.as_str(), verdict.met)).collect();
        assert_eq!(told, [("list-events", false), ("deliver", true)]);
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        assert!(judge(&[]).is_empty());
    }
}
