//! What is said to, and asked of, whoever sits at the terminal. All of it goes to the standard error: the standard output is for
//! what was asked for.

use std::io::{IsTerminal, stderr, stdin};

use clap::Args;

use crate::failure::Failure;
use crate::output::plain;

/// Whether something that cannot be taken back is wanted.
#[derive(Args)]
pub struct Consent {
    /// Do it without asking.
    #[arg(long, short)]
    yes: bool,
}

impl Consent {
    /// Asks, unless that was answered before; what nobody can be asked needs `--yes`.
    pub fn ask(&self, question: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !(stdin().is_terminal() && stderr().is_terminal()) {
            return Err(Failure::Usage("without a terminal to ask on this takes --yes".to_owned()));
        }
        eprint!("{} [y/N] ", plain(question));
        let mut answer = String::new();
        stdin().read_line(&mut answer)?;
        if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
            return Ok(());
        }
        Err(Failure::Failed("nothing was done".to_owned()))
    }
}

/// Says something beside the output.
pub fn say(text: &str) {
    eprintln!("{}", plain(text));
}
