//! What is measured, one thing a file.

use crate::Result;
use crate::binaries::Binaries;
use crate::figure::Section;

mod callgrind;
mod cold_start;
mod cost;
mod cpu;
mod growth;
mod isolation;
mod latency;
mod memory;

/// What all measurements are given.
#[derive(Debug, Clone)]
pub struct Bench {
    /// The functions.
    pub binaries: Binaries,
    /// Whether everything is to be done, but hardly anything repeated: to see that it works.
    pub smoke: bool,
}

impl Bench {
    /// How often something is done, or how much of it there is: in full, and in smoke mode.
    pub fn count<T>(&self, full: T, smoke: T) -> T {
        if self.smoke { smoke } else { full }
    }
}

/// Something that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "kebab-case")]
pub enum Measurement {
    /// From a process's start to its first event, and the first invocations.
    ColdStart,
    /// CPU time and instructions of a publish and of a delivery.
    Cpu,
    /// The memory of the function that delivers.
    Memory,
    /// Whether one receiver that hangs slows the others.
    Isolation,
    /// From a publish to the request at the receiver.
    Latency,
    /// What a million events cost.
    Cost,
    /// Whether it gets dearer with what there is already.
    Growth,
}

impl Measurement {
    /// All of them, in the order in which they are taken.
    pub const ALL: [Self; 7] =
        [Self::ColdStart, Self::Cpu, Self::Memory, Self::Isolation, Self::Latency, Self::Cost, Self::Growth];

    /// Takes it.
    ///
    /// # Errors
    /// When something does not work.
    pub async fn take(self, bench: &Bench) -> Result<Section> {
        match self {
            Self::ColdStart => cold_start::measure(bench).await,
            Self::Cpu => cpu::measure(bench).await,
            Self::Memory => memory::measure(bench).await,
            Self::Isolation => isolation::measure(bench).await,
            Self::Latency => latency::measure(bench).await,
            Self::Cost => cost::measure(bench).await,
            Self::Growth => growth::measure(bench).await,
        }
    }
}
