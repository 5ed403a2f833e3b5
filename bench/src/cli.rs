//! What is said on the command line.

use std::path::PathBuf;

use clap::Parser;

use crate::Result;
use crate::binaries::Binaries;
use crate::measure::{Bench, Measurement};
use crate::report::{Circumstances, Report, table};

/// Measures the functions as they are released.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// Do everything, but repeat hardly anything: to see that it works.
    #[arg(long)]
    smoke: bool,
    /// Measure these alone.
    #[arg(long, value_enum, num_args = 1.., value_name = "NAME")]
    only: Vec<Measurement>,
    /// The folder with the functions' binaries; those of the release profile, where this is not said.
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
    /// The file to write the figures to.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/results.json"))]
    out: PathBuf,
}

impl Cli {
    /// Does what was asked for.
    ///
    /// # Errors
    /// When something does not work. That a goal is missed is no error.
    pub async fn run(self) -> Result<()> {
        let binaries = self.binaries.map_or_else(Binaries::of_release, |folder| Ok(Binaries::in_folder(folder)))?;
        let bench = Bench { binaries, smoke: self.smoke };
        let circumstances = Circumstances::note(self.smoke);
        let mut sections = Vec::new();
        for measurement in Measurement::ALL {
            if self.only.is_empty() || self.only.contains(&measurement) {
                let section = measurement.take(&bench).await?;
                println!("{}", table(&section));
                sections.push(section);
            }
        }
        let report = Report::new(circumstances, sections);
        println!("{}", report.goals());
        report.write(&self.out)
    }
}
