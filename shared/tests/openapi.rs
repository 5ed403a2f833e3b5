//! The API's description is what the code says, and its examples are what it describes.

use std::fs;
use std::path::Path;

use boon::{Compiler, Draft, Schemas};
use rail::api::openapi::{document, operations};
use serde_json::{Value, json};

#[test]
fn the_committed_document_is_the_one_that_the_code_makes() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let committed: Value = serde_json::from_str(&fs::read_to_string(committed).unwrap()).unwrap();
    assert!(committed == document(), "openapi.json is not what the code says: run `make openapi`");
}

#[test]
fn every_example_of_a_body_is_read_as_the_route_reads_it() {
    for operation in operations() {
        let read = operation.read_example();
        assert!(read.is_ok(), "{} {}: {}", operation.method, operation.path, read.unwrap_err());
    }
}

/// The schema and the example of everything that has both, and where they stand.
fn exemplified(at: String, part: &Value, found: &mut Vec<(String, Value, Value)>) {
    match part {
        Value::Object(entries) => {
            if let (Some(schema), Some(example)) = (entries.get("schema"), entries.get("example")) {
                found.push((at.clone(), schema.clone(), example.clone()));
            }
            for (name, entry) in entries {
                exemplified(format!("{at}/{name}"), entry, found);
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| exemplified(at.clone(), entry, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_example_is_what_its_schema_describes() {
    let document = document();
    let mut found = Vec::new();
    for part in ["paths", "components"] {
        exemplified(part.to_owned(), document.get(part).unwrap(), &mut found);
    }
    // What stands in an example is not described itself.
    found.retain(|(at, ..)| !at.contains("/example"));
    assert!(found.len() > operations().len());
    for (at, schema, example) in found {
        let whole = json!({ "components": document.get("components").unwrap(), "allOf": [schema] });
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource("schema:/", whole).unwrap();
        let mut schemas = Schemas::new();
        let index = compiler.compile("schema:/", &mut schemas).unwrap();
        let fits = schemas.validate(&example, index);
        assert!(fits.is_ok(), "{at}: {}", fits.unwrap_err());
    }
}
