//! JSON Schemas of events' `data`.

use std::fmt;

use boon::{Compiler, Draft, ErrorKind, InstanceToken, SchemaIndex, Schemas, SchemeUrlLoader, ValidationError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{CatalogError, bounded};

/// The name under which a schema knows itself: that of no place there is.
const WHOLE: &str = "schema:/";

/// A JSON Schema (draft 2020-12) of an object, kept to the letter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schema(pub(super) Box<RawValue>);

impl Schema {
    /// The schema, if it is one, within bounds, and refers to nothing outside itself.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(raw: Box<RawValue>) -> Result<Self, CatalogError> {
        let schema = Self(bounded(raw)?);
        schema.checker()?;
        Ok(schema)
    }

    /// What checks data against it. To make one costs some hundred times as much as to use it.
    ///
    /// # Errors
    /// When it is no schema.
    pub fn checker(&self) -> Result<Checker, CatalogError> {
        let none = |problem: String| CatalogError::NotASchema(problem);
        let value: Value = serde_json::from_str(self.0.get()).map_err(|error| none(error.to_string()))?;
        if !value.is_object() {
            return Err(none("it is no JSON object".to_owned()));
        }
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        // Left to itself, it would read files that a `$ref` names.
        compiler.use_loader(Box::new(SchemeUrlLoader::new()));
        let mut schemas = Schemas::new();
        compiler.add_resource(WHOLE, value).map_err(|error| none(error.to_string()))?;
        let whole = compiler.compile(WHOLE, &mut schemas).map_err(|error| none(error.to_string()))?;
        Ok(Checker { schemas, whole })
    }
}

/// A schema, ready for use.
pub struct Checker {
    schemas: Schemas,
    whole: SchemaIndex,
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Checker(…)")
    }
}

/// How data do not fit their schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", if .path.is_empty() { String::new() } else { format!("`{}` ", .path) })]
pub struct Misfit {
    /// Where: names and positions, joined by dots; empty for the whole.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

impl Checker {
    /// Whether these data fit.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self, data: &Value) -> Result<(), Misfit> {
        self.schemas.validate(data, self.whole).map_err(|error| misfit(&error))
    }
}

/// What lies at the bottom of an error: the first thing that does not fit.
fn misfit(error: &ValidationError<'_, '_>) -> Misfit {
    if let Some(cause) = error.causes.first() {
        return misfit(cause);
    }
    let mut path: Vec<_> = error.instance_location.tokens.iter().map(named).collect();
    match &error.kind {
        ErrorKind::Required { want } if let Some(missing) = want.first() => {
            path.push((*missing).to_owned());
            Misfit { path: path.join("."), problem: "is required".to_owned() }
        }
        kind => Misfit { path: path.join("."), problem: format!("does not fit the schema: {kind}") },
    }
}

fn named(token: &InstanceToken<'_>) -> String {
    match token {
        InstanceToken::Prop(name) => name.to_string(),
        InstanceToken::Item(position) => position.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn schema(text: &str) -> Result<Schema, CatalogError> {
        Schema::new(RawValue::from_string(text.to_owned()).unwrap())
    }

    fn misfit_of(schema_text: &str, data: &str) -> String {
        let checker = schema(schema_text).unwrap().checker().unwrap();
        checker.check(&serde_json::from_str(data).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn a_misfit_says_where_and_what() {
        let money = r#"{"type":"object","required":["amount"],"properties":{"amount":{"type":"object",
            "required":["currency"],"properties":{"currency":{"pattern":"^[A-Z]{3}$"}}}}}"#;
        assert_eq!(misfit_of(money, "{}"), "`amount` is required");
        assert_eq!(misfit_of(money, r#"{"amount":{}}"#), "`amount.currency` is required");
        assert_eq!(
            misfit_of(money, r#"{"amount":{"currency":"euro"}}"#),
            "`amount.currency` does not fit the schema: 'euro' does not match pattern '^[A-Z]{3}$'"
        );
        assert_eq!(misfit_of(money, "[]"), "does not fit the schema: want object, but got array");
    }

    #[test]
    fn what_is_no_schema_of_its_own_is_refused() {
        let large = format!(r#"{{"description":"{}"}}"#, "x".repeat(16 * 1024));
        for wrong in [
            "true",
            "1",
            "[]",
            r#"{"type":"objekt"}"#,
            r#"{"pattern":"("}"#,
            r#"{"$ref":"https://example.com/schema.json"}"#,
            r#"{"$ref":"file:///etc/passwd"}"#,
            r##"{"$ref":"#/$defs/missing"}"##,
            &large,
        ] {
            assert!(schema(wrong).is_err(), "{wrong}");
        }
        assert!(schema(r#"{"$schema":"https://json-schema.org/draft/2020-12/schema"}"#).is_ok());
        assert!(schema("{}").is_ok());
    }

    proptest! {
        #[test]
        fn no_schema_and_no_data_make_checking_panic(
            name in r"[a-z$/~]{0,6}", pattern in r"\PC{0,12}", bound in any::<f64>(), text in r"\PC{0,12}",
        ) {
            let described = serde_json::json!({
                "properties": { &name: { "pattern": pattern, "multipleOf": bound, "maxLength": bound } }, "required": [&name],
            });
            if let Ok(schema) = schema(&described.to_string()) {
                let checker = schema.checker().unwrap();
                for data in [serde_json::json!({}), serde_json::json!({ &name: text }), serde_json::json!({ &name: bound })] {
                    if let Err(misfit) = checker.check(&data) {
                        prop_assert!(!misfit.problem.is_empty());
                    }
                }
            }
        }
    }
}
