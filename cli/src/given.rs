//! JSON as it is given on the command line: itself, `@file`, or `@-` for the standard input.

use std::io::Read;
use std::str::FromStr;

use serde_json::value::RawValue;

use crate::failure::Failure;

#[derive(Debug, Clone)]
pub enum Given {
    Here(String),
    File(String),
    Stdin,
}

impl FromStr for Given {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.strip_prefix('@') {
            None => Self::Here(text.to_owned()),
            Some("-") => Self::Stdin,
            Some(path) => Self::File(path.to_owned()),
        })
    }
}

impl Given {
    /// The JSON value, to the letter. What is right of it otherwise, the API says.
    pub fn json(&self, option: &str) -> Result<Box<RawValue>, Failure> {
        let usage = |problem: String| Failure::Usage(format!("{option}: {problem}"));
        let text = match self {
            Self::Here(text) => text.clone(),
            Self::File(path) => std::fs::read_to_string(path).map_err(|error| usage(format!("{path}: {error}")))?,
            Self::Stdin => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).map_err(|error| usage(error.to_string()))?;
                text
            }
        };
        RawValue::from_string(text.trim().to_owned()).map_err(|error| usage(format!("is no JSON: {error}")))
    }
}

/// A name and its value: `name=value`, as `--metadata` of an endpoint has them.
#[derive(Debug, Clone)]
pub struct Pair(pub String, pub String);

impl Pair {
    /// `name=value`.
    pub fn entry(text: &str) -> Result<Self, String> {
        Self::split(text, '=').ok_or_else(|| "expected name=value".to_owned())
    }

    /// `Name: value`.
    pub fn header(text: &str) -> Result<Self, String> {
        Self::split(text, ':').ok_or_else(|| "expected `Name: value`".to_owned())
    }

    fn split(text: &str, by: char) -> Option<Self> {
        let (name, value) = text.split_once(by)?;
        Some(Self(name.trim().to_owned(), value.trim().to_owned()))
    }
}
