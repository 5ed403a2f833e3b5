//! The store, on the emulator that `make test` starts (`infra/local/with_emulator.py cargo test` for these alone).
//!
//! Each test has tables of its own, of the shape that template.yaml gives them.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets the unexpected should stop there")]

mod api_keys;
mod endpoints;
mod event_types;
mod limits;
mod log;
mod recoveries;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use jiff::{SignedDuration, Timestamp};
use rail::clock;
use rail::domain::id::TenantId;

/// The shapes of the tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `Endpoints`.
    Sorted,
    /// `Deliveries`.
    Indexed,
    /// `Limits`.
    Plain,
}

fn client() -> Client {
    Client::new(&config())
}

fn config() -> aws_types::SdkConfig {
    let connections = rail::aws::connections().expect("TLS");
    let config = rail::aws::config(connections)
        .expect("AWS_ENDPOINT_URL and credentials of the emulator: run this by `make test`");
    assert!(config.endpoint_url().is_some(), "set AWS_ENDPOINT_URL: these tests are for the emulator alone");
    config
}

async fn table(shape: Shape) -> (Client, String) {
    let client = client();
    let name = format!("test-{:032x}", clock::random());
    let attribute = |name: &str| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let create = client.create_table().table_name(&name).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(attribute("pk")).key_schema(key("pk", KeyType::Hash));
    let sorted = create.clone().attribute_definitions(attribute("sk")).key_schema(key("sk", KeyType::Range));
    let create = match shape {
        Shape::Plain => create,
        Shape::Sorted => sorted,
        Shape::Indexed => {
            let index = GlobalSecondaryIndex::builder()
                .index_name("open")
                .set_key_schema(Some(vec![key("openKey", KeyType::Hash), key("sk", KeyType::Range)]))
                .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build());
            sorted.attribute_definitions(attribute("openKey")).global_secondary_indexes(index.build().unwrap())
        }
    };
    create.send().await.unwrap();
    (client, name)
}

fn tenant(name: &str) -> TenantId {
    name.parse().unwrap()
}

fn later() -> Timestamp {
    clock::now() + SignedDuration::from_hours(24)
}
