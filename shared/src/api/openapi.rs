//! The API's description (OpenAPI 3.1), made of the types that read requests and write answers.
//!
//! [`operations`] says which routes there are, `words` how the product's words look. `openapi.json` is this document,
//! written by `make openapi` and held to the code by a test.

use schemars::Schema;
use schemars::generate::{Contract, SchemaGenerator, SchemaSettings};
use schemars::transform::RecursiveTransform;
use serde_json::{Map, Value, json};

use super::error::ErrorBody;

mod operation;
mod operations;
mod words;

pub use operation::{Access, Operation};
pub use operations::operations;
pub use words::{AnyObject, Entries, SecretText};

/// Where the document keeps its schemas.
const SCHEMAS: &str = "/components/schemas";

const DESCRIPTION: &str = "Publish an event; it is signed, delivered to every endpoint that subscribes to it, retried and \
logged. Objects of answers may get more fields in time; none goes.";

/// What makes schemas: of what clients send, and of what they get.
pub(super) struct Schemas {
    sent: SchemaGenerator,
    got: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let generator = |contract| {
            SchemaSettings::draft2020_12()
                .with(|settings| {
                    settings.definitions_path = SCHEMAS.into();
                    settings.contract = contract;
                    settings.meta_schema = None;
                })
                .with_transform(RecursiveTransform(without_empty_default))
                .into_generator()
        };
        Self { sent: generator(Contract::Deserialize), got: generator(Contract::Serialize) }
    }

    /// All that were referred to.
    fn into_components(mut self) -> Map<String, Value> {
        let mut components = self.sent.take_definitions(true);
        components.extend(self.got.take_definitions(true));
        components
    }
}

/// A field that may be absent, but not `null`, has no default that clients could send.
fn without_empty_default(schema: &mut Schema) {
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
}

/// The document.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let mut paths: Map<String, Value> = Map::new();
    let error = schemas.got.subschema_for::<ErrorBody<'_>>();
    for operation in operations() {
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        let described = operation.describe(&mut schemas);
        if let Some(item) = item.as_object_mut() {
            item.insert(operation.method.to_ascii_lowercase(), described);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Webhooks Rail",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        // Beside the document: the API may lie behind a path.
        "servers": [{ "url": "." }],
        "security": [{ "apiKey": [] }],
        "tags": [
            { "name": "endpoints", "description": "Where a tenant wants which events." },
            { "name": "events", "description": "What happened, its deliveries and their attempts." },
            { "name": "event types", "description": "The catalog of what may happen; the same for all tenants." },
            { "name": "documents", "description": "This description, and the web page." },
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, as `rail keys create` shows it once. It speaks for one tenant, and has scopes.",
                },
                "awsSigV4": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "Signature Version 4 of AWS, for the service `execute-api`, by whom IAM allows the path.",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                },
            },
            "responses": {
                "Refused": operation::refused(&error),
                "RefusedByGateway": operation::refused_by_gateway(),
            },
            "schemas": schemas.into_components(),
        },
    })
}
