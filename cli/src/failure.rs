//! Why a command did not do what it was asked to, and the exit code that says so to scripts.

use std::io;
use std::process::ExitCode;

use rail::aws::AwsError;
use rail::store::StoreError;

use crate::api::ApiError;
use crate::output::plain;

/// A failure, told to people by its `Display`.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command ran, and what was asked for could not be done.
    #[error("{0}")]
    Failed(String),
    /// The command was used wrongly.
    #[error("{0}")]
    Usage(String),
    /// Not done by the API.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Not done by AWS, which was reached and said no.
    #[error("{0}")]
    Aws(String),
    /// AWS, or the API on behalf of which something waits, was not there or had a fault.
    #[error("{0}")]
    Unreachable(String),
    /// All was told already.
    #[error("")]
    Told(Code),
    /// Nobody reads the output any more.
    #[error("")]
    Closed,
}

/// The exit codes beyond 0; `rail --help` documents them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// What was asked for could not be done.
    Failed = 1,
    /// Wrong usage: the code of the argument parser.
    Usage = 2,
    /// The API refused it.
    Refused = 3,
    /// The API or AWS was not reachable, or had a fault.
    Unreachable = 4,
}

impl Failure {
    /// Tells it, and says how the process ends.
    pub fn tell(&self) -> ExitCode {
        let code = match self {
            Self::Closed => return ExitCode::SUCCESS,
            Self::Told(code) => return ExitCode::from(*code as u8),
            Self::Failed(_) | Self::Aws(_) => Code::Failed,
            Self::Usage(_) => Code::Usage,
            Self::Api(error) => error.code(),
            Self::Unreachable(_) => Code::Unreachable,
        };
        eprintln!("rail: {}", lines(&self.to_string()));
        ExitCode::from(code as u8)
    }
}

/// What is told, harmless on a terminal, with its own line breaks.
fn lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self::Failed(text)
    }
}

impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        Self::Failed(text.to_owned())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Failed(error.to_string()) }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<AwsError> for Failure {
    fn from(error: AwsError) -> Self {
        Self::Aws(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Aws(error.to_string())
    }
}
