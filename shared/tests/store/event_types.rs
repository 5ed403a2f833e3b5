//! The catalog in its table: what comes with the rail, what was added, and what was removed.

use rail::domain::catalog::{CatalogEntry, built_in};
use rail::store::event_types::{EventTypes, Put};

use crate::{Shape, later, table};

fn named(name: &str) -> CatalogEntry {
    let description = "Sent when an order has been placed.".to_owned().try_into().unwrap();
    let name = name.parse().unwrap();
    CatalogEntry { name, description, schema: None, example: None, updated_at: Some(later()) }
}

async fn all(catalog: &EventTypes) -> Vec<String> {
    let listed: Vec<_> = catalog.list().await.unwrap().into_iter().map(|entry| entry.name).collect();
    let names: Vec<_> = catalog.names().await.unwrap().into_iter().collect();
    assert_eq!(listed, names, "the names are those of the list, in its order");
    names.into_iter().map(String::from).collect()
}

#[tokio::test]
async fn what_comes_with_the_rail_is_there_until_it_is_removed_and_again_when_it_is_put() {
    let (client, name) = table(Shape::Sorted).await;
    let catalog = EventTypes::new(client, name);
    let from_the_start: Vec<_> = built_in().iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(all(&catalog).await, from_the_start);

    let created = "contract.created".parse().unwrap();
    assert!(catalog.remove(&created).await.unwrap());
    assert!(!catalog.remove(&created).await.unwrap(), "it was removed before");
    assert!(catalog.find(&created).await.unwrap().is_none());
    assert_eq!(all(&catalog).await.len(), from_the_start.len() - 1);

    assert_eq!(catalog.put(&named("contract.created")).await.unwrap(), Put::Added);
    assert_eq!(catalog.put(&named("contract.created")).await.unwrap(), Put::Replaced);
    let found = catalog.find(&created).await.unwrap().unwrap();
    assert!(found.updated_at.is_some(), "it stands in the place of what came with the rail");
    assert_eq!(all(&catalog).await, from_the_start);
}

#[tokio::test]
async fn what_was_added_is_gone_when_it_is_removed() {
    let (client, name) = table(Shape::Sorted).await;
    let catalog = EventTypes::new(client, name);
    let before = all(&catalog).await.len();
    let placed = named("order.placed");
    assert_eq!(catalog.put(&placed).await.unwrap(), Put::Added);
    assert_eq!(catalog.find(&placed.name).await.unwrap().and_then(|found| found.updated_at), placed.updated_at);
    assert_eq!(all(&catalog).await.len(), before + 1);
    assert!(catalog.remove(&placed.name).await.unwrap());
    assert!(!catalog.remove(&placed.name).await.unwrap());
    assert!(catalog.find(&placed.name).await.unwrap().is_none());
    assert_eq!(all(&catalog).await.len(), before);
}
