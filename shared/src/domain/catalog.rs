//! The catalog: which event types there are, what each means, and what its `data` look like.
//!
//! It is the operator's, the same for every tenant. Some types come with the rail ([`built_in`]); the operator adds others,
//! and changes or removes any.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::pattern::EventType;

mod schema;

pub use schema::{Checker, Misfit, Schema};

/// The most event types of a catalog.
pub const MAX_EVENT_TYPES: usize = 500;
/// The most bytes of a schema, and of an example, as JSON text: a page of a hundred types stays below what a function may
/// answer.
const MAX_JSON_BYTES: usize = 16 * 1024;
/// The most characters of a description.
const MAX_DESCRIPTION: usize = 1000;

/// What is wrong with an entry of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// Without a description, or with too long a one.
    #[error("must have 1 to {MAX_DESCRIPTION} characters")]
    Description,
    /// Beyond its bound.
    #[error("is larger than {MAX_JSON_BYTES} bytes")]
    TooLarge,
    /// No JSON Schema.
    #[error("is no JSON Schema (draft 2020-12) of an object: {0}")]
    NotASchema(String),
    /// No example of an event's `data`.
    #[error("is no JSON object, as `data` are")]
    NotAnObject,
    /// No example of what the schema describes.
    #[error("does not fit the schema: {0}")]
    NotAnExample(String),
}

/// A line for people about an event type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TypeDescription(String);

impl TryFrom<String> for TypeDescription {
    type Error = CatalogError;

    fn try_from(text: String) -> Result<Self, CatalogError> {
        let length = text.trim().chars().take(MAX_DESCRIPTION + 1).count();
        if (1..=MAX_DESCRIPTION).contains(&length) { Ok(Self(text)) } else { Err(CatalogError::Description) }
    }
}

impl From<TypeDescription> for String {
    fn from(description: TypeDescription) -> Self {
        description.0
    }
}

/// An example of an event's `data`, kept to the letter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Example(Box<RawValue>);

impl Example {
    /// The example, if it is within bounds, and fits the schema, where there is one.
    ///
    /// # Errors
    /// When it does not.
    pub fn new(raw: Box<RawValue>, schema: Option<&Schema>) -> Result<Self, CatalogError> {
        let raw = bounded(raw)?;
        let value = serde_json::from_str(raw.get()).ok().filter(Value::is_object).ok_or(CatalogError::NotAnObject)?;
        if let Some(schema) = schema {
            let fits = schema.checker()?.check(&value);
            fits.map_err(|misfit| CatalogError::NotAnExample(misfit.to_string()))?;
        }
        Ok(Self(raw))
    }
}

/// An event type of the catalog.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogEntry {
    /// Its name.
    pub name: EventType,
    /// When such an event is sent.
    pub description: TypeDescription,
    /// What its `data` must look like.
    #[serde(default)]
    pub schema: Option<Schema>,
    /// What they may look like.
    #[serde(default)]
    pub example: Option<Example>,
    /// When it was last changed; none where it is as it came with the rail.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

static BUILT_IN: LazyLock<Vec<CatalogEntry>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a test reads the file; it is part of the code")]
    serde_json::from_str(include_str!("catalog/built_in.json")).expect("the built-in catalog is one")
});

/// The event types that come with the rail, by name.
pub fn built_in() -> &'static [CatalogEntry] {
    &BUILT_IN
}

/// The one of that name that comes with the rail.
pub fn built_in_named(name: &EventType) -> Option<&'static CatalogEntry> {
    built_in().iter().find(|entry| entry.name == *name)
}

/// The name that somebody who wrote `meant` is most likely to have meant, if one is near.
pub fn nearest<'a>(meant: &EventType, names: impl IntoIterator<Item = &'a EventType>) -> Option<&'a EventType> {
    let distance = |name: &EventType| strsim::osa_distance(meant.as_str(), name.as_str());
    let (name, distance) =
        names.into_iter().map(|name| (name, distance(name))).min_by_key(|(_, distance)| *distance)?;
    // As much as three in ten letters may differ: `contract.crated`, `contracts.create`, not `contract.closed` for `created`.
    (distance * 10 <= name.as_str().len() * 3).then_some(name)
}

fn bounded(raw: Box<RawValue>) -> Result<Box<RawValue>, CatalogError> {
    if raw.get().len() > MAX_JSON_BYTES { Err(CatalogError::TooLarge) } else { Ok(raw) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_that_comes_with_the_rail_has_a_schema_and_an_example_that_fits_it() {
        let names: Vec<_> = built_in().iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "billing.invoice.created",
                "billing.invoice.paid",
                "compliance.alert.triggered",
                "compliance.check.completed",
                "contract.activated",
                "contract.closed",
                "contract.created",
                "contract.matured",
                "contract.updated",
                "kyc.expired",
                "kyc.rejected",
                "kyc.submitted",
                "kyc.verified",
            ]
        );
        for CatalogEntry { name, description, schema, example, updated_at } in built_in().iter().cloned() {
            assert!(TypeDescription::try_from(String::from(description)).is_ok(), "{name}");
            let (Some(Schema(schema)), Some(Example(example))) = (schema, example) else { panic!("{name}") };
            let schema = Schema::new(schema).unwrap();
            assert_eq!(Example::new(example, Some(&schema)).map(|_| ()), Ok(()), "{name}");
            let nothing = RawValue::from_string("{}".to_owned()).unwrap();
            assert!(Example::new(nothing, Some(&schema)).is_err(), "{name} requires nothing");
            assert_eq!(updated_at, None);
        }
    }

    #[test]
    fn an_example_is_an_object() {
        let example = |text: &str| Example::new(RawValue::from_string(text.to_owned()).unwrap(), None).map(|_| ());
        assert_eq!(example(r#"{"a":1}"#), Ok(()));
        for wrong in ["1", "[]", "null", "\"a\"", "1e999"] {
            assert_eq!(example(wrong), Err(CatalogError::NotAnObject), "{wrong}");
        }
    }

    #[test]
    fn a_misspelt_name_is_led_to_the_one_that_was_meant() {
        let near = |meant: &str| {
            let names = built_in().iter().map(|entry| &entry.name);
            nearest(&meant.parse().unwrap(), names).map(EventType::as_str)
        };
        assert_eq!(near("contract.crated"), Some("contract.created"));
        assert_eq!(near("contracts.created"), Some("contract.created"));
        assert_eq!(near("Kyc.Verified"), Some("kyc.verified"));
        assert_eq!(near("invoice.paid"), None);
        assert_eq!(near("user.deleted"), None);
    }
}
