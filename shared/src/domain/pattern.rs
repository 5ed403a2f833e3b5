//! Event types, and the patterns by which endpoints subscribe to them.
//!
//! `*` matches every type; `contract.*` every type that begins with `contract.`, at any depth, but neither
//! `contract` nor `contracts.x`; anything else matches itself alone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What is wrong with an event type or a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Not dot-separated words.
    #[error("is no event type: expected words of letters, digits, `_` or `-`, joined by dots, like `contract.created`")]
    NotAType,
    /// Longer than [`EventType::MAX_LENGTH`].
    #[error("is longer than {} characters", EventType::MAX_LENGTH)]
    TooLong,
    /// A `*` that is neither alone nor the last word.
    #[error("is no pattern: `*` stands alone, or as the last word, like `contract.*`")]
    MisplacedStar,
}

/// The type of an event: words joined by dots, `contract.created`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventType(String);

impl EventType {
    /// The longest event type, in characters.
    pub const MAX_LENGTH: usize = 128;

    /// The type's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventType {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let word = |w: &str| !w.is_empty() && w.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-');
        if !text.split('.').all(word) {
            Err(PatternError::NotAType)
        } else if text.len() > Self::MAX_LENGTH {
            Err(PatternError::TooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EventType {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl From<EventType> for String {
    fn from(event_type: EventType) -> Self {
        event_type.0
    }
}

/// One subscription of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Pattern {
    /// `*`: every type.
    Everything,
    /// `contract.*`: every type below this one.
    Below(EventType),
    /// `contract.created`: this type alone.
    Only(EventType),
}

impl Pattern {
    /// Whether an event of this type is subscribed to.
    pub fn matches(&self, event_type: &EventType) -> bool {
        match self {
            Self::Everything => true,
            Self::Below(parent) => event_type.0.strip_prefix(parent.as_str()).is_some_and(|rest| rest.starts_with('.')),
            Self::Only(only) => only == event_type,
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text == "*" {
            return Ok(Self::Everything);
        }
        let (parent, make): (&str, fn(EventType) -> Self) = match text.strip_suffix(".*") {
            Some(parent) => (parent, Self::Below),
            None => (text, Self::Only),
        };
        if parent.contains('*') {
            return Err(PatternError::MisplacedStar);
        }
        parent.parse().map(make)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::Below(parent) => write!(f, "{parent}.*"),
            Self::Only(only) => only.fmt(f),
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, event_type: &str) -> bool {
        let pattern: Pattern = pattern.parse().unwrap();
        pattern.matches(&event_type.parse().unwrap())
    }

    #[test]
    fn a_star_matches_everything() {
        assert!(matches("*", "contract"));
        assert!(matches("*", "compliance.check.completed"));
    }

    #[test]
    fn a_prefix_matches_what_is_below_it_at_any_depth() {
        assert!(matches("contract.*", "contract.created"));
        assert!(matches("compliance.*", "compliance.check.completed"));
        assert!(!matches("contract.*", "contract"));
        assert!(!matches("contract.*", "contracts.x"));
        assert!(!matches("compliance.check.*", "compliance.alert.triggered"));
    }

    #[test]
    fn a_pattern_without_a_star_matches_itself_alone() {
        assert!(matches("contract", "contract"));
        assert!(!matches("contract", "contract.created"));
        assert!(!matches("contract.created", "contract.create"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for wrong in
            ["", ".", "contract.", ".*", "con*tract", "**", "*.created", "a..b", "a b", "*.*", "a.*.b", "a.**", "é.*"]
        {
            assert!(wrong.parse::<Pattern>().is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_prints_what_it_was_parsed_from(text in r"(\*|[a-z_-]{1,5}(\.[a-z0-9]{1,4}){0,4}(\.\*)?)") {
            let pattern: Pattern = text.parse().unwrap();
            prop_assert_eq!(pattern.to_string(), text);
        }

        #[test]
        fn a_prefix_agrees_with_its_definition(parent in "[a-b]{1,2}(\\.[a-b]{1,2}){0,2}", event_type in "[a-b]{1,2}(\\.[a-b]{1,2}){0,3}") {
            let expected = event_type.starts_with(&format!("{parent}."));
            prop_assert_eq!(matches(&format!("{parent}.*"), &event_type), expected);
        }

        #[test]
        fn no_text_makes_parsing_panic(text: String) {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.to_string(), text);
            }
        }
    }
}
