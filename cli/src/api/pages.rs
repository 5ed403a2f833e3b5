//! Lists of the API, page by page.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{Answer, Api, ApiError};

/// The most objects of a page.
pub const LARGEST: u8 = 100;

/// A list that is read from its beginning.
pub struct Pages<'a> {
    api: &'a Api,
    path: Vec<String>,
    parameters: Vec<(&'static str, String)>,
    next: Next,
}

enum Next {
    First,
    From(String),
    Nothing,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    data: Vec<T>,
    next_cursor: Option<String>,
}

impl<'a> Pages<'a> {
    /// The list at this path, in the largest pages.
    pub fn of(api: &'a Api, path: &[&str]) -> Self {
        let path = path.iter().map(|&segment| segment.to_owned()).collect();
        Self { api, path, parameters: Vec::new(), next: Next::First }.with("limit", Some(LARGEST))
    }

    /// Of it what this query parameter says, if there is a value for it.
    pub fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.parameters.retain(|(other, _)| *other != name);
            self.parameters.push((name, value.to_string()));
        }
        self
    }

    /// From this cursor on, if there is one.
    pub fn from(self, cursor: Option<String>) -> Self {
        Self { next: cursor.map_or(Next::First, Next::From), ..self }
    }

    /// The next page as it was answered, if there is one.
    pub async fn next_answer(&mut self) -> Result<Option<Answer>, ApiError> {
        let cursor = match &self.next {
            Next::First => None,
            Next::From(cursor) => Some(cursor),
            Next::Nothing => return Ok(None),
        };
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        let call =
            self.parameters.iter().fold(self.api.get(&path), |call, (name, value)| call.query(name, Some(value)));
        let answer = call.query("cursor", cursor).send().await?;
        let page: Page<Box<RawValue>> = answer.read()?;
        self.next = page.next_cursor.map_or(Next::Nothing, Next::From);
        Ok(Some(answer))
    }

    /// The next page, if there is one.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<Vec<T>>, ApiError> {
        let Some(answer) = self.next_answer().await? else { return Ok(None) };
        Self::read(&answer).map(Some)
    }

    /// What stands on a page.
    pub fn read<T: DeserializeOwned>(answer: &Answer) -> Result<Vec<T>, ApiError> {
        answer.read::<Page<T>>().map(|page| page.data)
    }

    /// Where the list goes on after the pages that were read.
    pub fn cursor(&self) -> Option<&str> {
        match &self.next {
            Next::From(cursor) => Some(cursor),
            Next::First | Next::Nothing => None,
        }
    }

    /// All that is left of it.
    pub async fn all<T: DeserializeOwned>(mut self) -> Result<Vec<T>, ApiError> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await? {
            all.extend(page);
        }
        Ok(all)
    }
}
