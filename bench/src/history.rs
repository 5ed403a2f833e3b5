//! A long history in the table, without the days that it would take to make.
//!
//! One event is published and delivered through the functions; what they wrote is cloned, under the ids of other moments. So
//! the items are as the code writes them, and the functions read them as their own.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use rail::domain::id::EventId;
use serde_json::{Value, json};

use crate::Result;
use crate::aws::FakeAws;
use crate::payload::Dice;
use crate::settings::DELIVERIES_TABLE;

/// How far the cloned events lie apart.
const STEP: SignedDuration = SignedDuration::from_millis(10);

/// Clones what there is of this tenant's one event, and of its delivery to this endpoint, until there are so many of each.
///
/// # Errors
/// When there is nothing to clone.
pub fn make(aws: &FakeAws, tenant: &str, endpoint: &str, count: u64) -> Result<()> {
    let (of_tenant, of_endpoint) = (format!("TENANT#{tenant}#"), format!("ENDPOINT#{endpoint}#"));
    let items = aws.items(DELIVERIES_TABLE);
    let first = |partitions: &str| items.iter().find(|item| text(item, "pk").starts_with(partitions));
    let event = first(&of_tenant).ok_or("the event is not in the table")?;
    let delivery = first(&of_endpoint).ok_or("the delivery is not in the table")?;
    let mut dice = Dice::new(count);
    let mut at = Timestamp::from_str(text(event, "createdAt"))?;
    for _ in 1..count {
        at = at.checked_sub(STEP)?;
        let id = EventId::new(at, u128::from(dice.roll()) << 16 | u128::from(dice.below(1 << 16)));
        aws.seed(DELIVERIES_TABLE, clone(event, &of_tenant, id));
        aws.seed(DELIVERIES_TABLE, clone(delivery, &of_endpoint, id));
    }
    Ok(())
}

fn clone(item: &Value, partitions: &str, id: EventId) -> Value {
    let mut clone = item.clone();
    if let Some(attributes) = clone.as_object_mut() {
        attributes.insert("pk".to_owned(), json!({ "S": format!("{partitions}{}", id.shard()) }));
        attributes.insert("sk".to_owned(), json!({ "S": id.to_string() }));
    }
    clone
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item.get(name).and_then(|attribute| attribute.get("S")).and_then(Value::as_str).unwrap_or_default()
}
