//! `rail completion`: what a shell needs to complete the command's arguments.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Cli;
use crate::failure::Failure;

/// Prints the completions for a shell.
///
/// For bash: `source <(rail completion bash)` in ~/.bashrc. For fish: `rail completion fish > ~/.config/fish/completions/rail.fish`.
#[derive(Args)]
pub struct Completion {
    /// The shell.
    shell: Shell,
}

impl Completion {
    pub fn run(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "rail", &mut script);
        Ok(std::io::stdout().write_all(&script)?)
    }
}
