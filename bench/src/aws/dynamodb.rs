//! DynamoDB: the operations.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Done, Refusal, Used, as_json, request};
use super::attribute::Item;
use super::capacity::read_units;
use super::expression::{Names, projection};
use super::query::{Page, Query, projected};
use super::state::unknown;
use super::table::{Stored, Table, Tables};
use super::write::{Failure, Kind, Write};

/// The most keys of one `BatchGetItem`.
const MOST_READ: usize = 100;
/// The most writes of one `BatchWriteItem`.
const MOST_WRITTEN: usize = 25;
/// The most writes of one `TransactWriteItems`.
const MOST_TRANSACTED: usize = 100;
/// The most that one `BatchGetItem` answers. AWS would leave the rest undone.
const MOST_BYTES_READ: usize = 16 * 1024 * 1024;

const CONDITION_FAILED: &str = "ConditionalCheckFailedException";
const CANCELLED: &str = "TransactionCanceledException";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetItem {
    table_name: String,
    key: Item,
    #[serde(default)]
    consistent_read: bool,
    projection_expression: Option<String>,
    #[serde(default)]
    expression_attribute_names: Names,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct BatchGetItem {
    request_items: BTreeMap<String, Wanted>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Wanted {
    keys: Vec<Item>,
    #[serde(default)]
    consistent_read: bool,
    projection_expression: Option<String>,
    #[serde(default)]
    expression_attribute_names: Names,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct BatchWriteItem {
    request_items: BTreeMap<String, Vec<BatchedWrite>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
enum BatchedWrite {
    PutRequest(Write),
    DeleteRequest(Write),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TransactWriteItems {
    transact_items: Vec<TransactedWrite>,
    #[serde(rename = "ClientRequestToken")]
    _client_request_token: Option<String>,
}

#[derive(Deserialize)]
enum TransactedWrite {
    Put(Write),
    Update(Write),
    Delete(Write),
    ConditionCheck(Write),
}

impl TransactedWrite {
    fn kind(self) -> (Kind, Write) {
        match self {
            Self::Put(write) => (Kind::Put, write),
            Self::Update(write) => (Kind::Update, write),
            Self::Delete(write) => (Kind::Delete, write),
            Self::ConditionCheck(write) => (Kind::Check, write),
        }
    }
}

/// Does what a request asks for.
pub fn act(tables: &mut Tables, operation: &str, body: &[u8]) -> Result<Done, Refusal> {
    match operation {
        "GetItem" => get(tables, &request(body)?),
        "BatchGetItem" => get_batch(tables, &request(body)?),
        "PutItem" => write(tables, Kind::Put, &request(body)?),
        "UpdateItem" => write(tables, Kind::Update, &request(body)?),
        "DeleteItem" => write(tables, Kind::Delete, &request(body)?),
        "Query" => query(tables, &request(body)?),
        "BatchWriteItem" => write_batch(tables, request(body)?),
        "TransactWriteItems" => transact(tables, request(body)?),
        other => Err(Refusal::invalid(&unknown(&format!("DynamoDB's {other}")))),
    }
}

fn get(tables: &mut Tables, get: &GetItem) -> Result<Done, Refusal> {
    let GetItem { table_name, key, consistent_read, projection_expression, expression_attribute_names } = get;
    let names = names(projection_expression.as_deref(), expression_attribute_names).map_err(on(table_name))?;
    let found = find(tables.named(table_name), key).map_err(on(table_name))?;
    let units = read_units(found.map_or(0, |found| found.size), *consistent_read);
    let answer = found.map_or_else(|| json!({}), |found| json!({ "Item": projected(&found.item, names.as_deref()) }));
    Ok(Done::with(&answer).on(table_name).using(reads(units)))
}

fn get_batch(tables: &mut Tables, batch: &BatchGetItem) -> Result<Done, Refusal> {
    let called = joined(batch.request_items.keys());
    let (mut responses, mut units, mut size) = (BTreeMap::new(), 0.0, 0);
    let count: usize = batch.request_items.values().map(|wanted| wanted.keys.len()).sum();
    within("BatchGetItem", count, MOST_READ).map_err(on(&called))?;
    for (table, wanted) in &batch.request_items {
        let Wanted { keys, consistent_read, projection_expression, expression_attribute_names } = wanted;
        let names = names(projection_expression.as_deref(), expression_attribute_names).map_err(on(&called))?;
        let mut items = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            if keys.iter().take(index).any(|earlier| earlier == key) {
                return Err(on(&called)(format!("a key is asked for twice: {key:?}")));
            }
            let found = find(tables.named(table), key).map_err(on(&called))?;
            units += read_units(found.map_or(0, |found| found.size), *consistent_read);
            size += found.map_or(0, |found| found.size);
            items.extend(found.map(|found| projected(&found.item, names.as_deref())));
        }
        responses.insert(table, items);
    }
    within("BatchGetItem", size, MOST_BYTES_READ).map_err(on(&called))?;
    Ok(Done::with(&json!({ "Responses": responses, "UnprocessedKeys": {} })).on(&called).using(reads(units)))
}

fn query(tables: &mut Tables, query: &Query) -> Result<Done, Refusal> {
    let Page { answer, units } = query.page(tables.named(&query.table_name)).map_err(on(&query.table_name))?;
    Ok(Done::with(&answer).on(&query.table_name).using(reads(units)))
}

fn write(tables: &mut Tables, kind: Kind, write: &Write) -> Result<Done, Refusal> {
    let table = tables.named(&write.table_name);
    let plan = match write.plan(kind, table) {
        Ok(plan) => plan,
        Err(Failure::Invalid(problem)) => return Err(on(&write.table_name)(problem)),
        Err(Failure::Condition { existing, units }) => {
            let refusal = Refusal::new(CONDITION_FAILED, "").on(&write.table_name);
            return Err(Refusal { body: condition_failed(existing), used: writes(units), ..refusal });
        }
    };
    let answer = plan.attributes.as_ref().map_or_else(|| json!({}), |attributes| json!({ "Attributes": attributes }));
    let used = writes(plan.units());
    plan.carry_out(table);
    Ok(Done::with(&answer).on(&write.table_name).using(used))
}

fn write_batch(tables: &mut Tables, batch: BatchWriteItem) -> Result<Done, Refusal> {
    let called = joined(batch.request_items.keys());
    let count = batch.request_items.values().map(Vec::len).sum();
    within("BatchWriteItem", count, MOST_WRITTEN).map_err(on(&called))?;
    let mut units = 0.0;
    for (table, wanted) in batch.request_items {
        for wanted in wanted {
            let (kind, wanted) = match wanted {
                BatchedWrite::PutRequest(write) => (Kind::Put, write),
                BatchedWrite::DeleteRequest(write) => (Kind::Delete, write),
            };
            let done = write(tables, kind, &wanted.to(&table))?;
            units += done.used.write_units;
        }
    }
    Ok(Done::with(&json!({ "UnprocessedItems": {} })).on(&called).using(writes(units)))
}

/// All or nothing. It takes twice what the writes of the tables take alone; indexes are written once.
fn transact(tables: &mut Tables, transaction: TransactWriteItems) -> Result<Done, Refusal> {
    let all: Vec<_> = transaction.transact_items.into_iter().map(TransactedWrite::kind).collect();
    let called = joined(all.iter().map(|(_, write)| &write.table_name));
    within("TransactWriteItems", all.len(), MOST_TRANSACTED).map_err(on(&called))?;
    let (mut plans, mut reasons, mut units) = (Vec::new(), Vec::new(), 0.0);
    for (kind, write) in &all {
        match write.plan(*kind, tables.named(&write.table_name)) {
            Ok(plan) => {
                units += 2.0 * plan.table_units;
                reasons.push(json!({ "Code": "None" }));
                plans.push((&write.table_name, plan));
            }
            Err(Failure::Condition { existing, units: nevertheless }) => {
                units += 2.0 * nevertheless;
                let message = "The conditional request failed";
                let mut reason = json!({ "Code": "ConditionalCheckFailed", "Message": message });
                add(&mut reason, "Item", existing);
                reasons.push(reason);
            }
            Err(Failure::Invalid(problem)) => return Err(on(&called)(problem)),
        }
    }
    if plans.len() < reasons.len() {
        let refusal = Refusal::new(CANCELLED, "").on(&called);
        return Err(Refusal { body: cancelled(&reasons), used: writes(units), ..refusal });
    }
    for (table, plan) in plans {
        units += plan.index_units;
        plan.carry_out(tables.named(table));
    }
    Ok(Done::with(&json!({})).on(&called).using(writes(units)))
}

fn condition_failed(existing: Option<Item>) -> Vec<u8> {
    let mut body = json!({ "__type": namespaced(CONDITION_FAILED), "message": "The conditional request failed" });
    add(&mut body, "Item", existing);
    as_json(&body)
}

fn cancelled(reasons: &[Value]) -> Vec<u8> {
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason.get("Code")?.as_str()).collect();
    let codes = codes.join(", ");
    as_json(&json!({
        "__type": namespaced(CANCELLED),
        "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"),
        "CancellationReasons": reasons,
    }))
}

fn namespaced(exception: &str) -> String {
    format!("com.amazonaws.dynamodb.v20120810#{exception}")
}

fn add(object: &mut Value, name: &str, item: Option<Item>) {
    if let (Some(object), Some(item)) = (object.as_object_mut(), item) {
        object.insert(name.to_owned(), json!(item));
    }
}

fn find<'a>(table: &'a Table, key: &Item) -> Result<Option<&'a Stored>, String> {
    Ok(table.get(&table.key(key)?))
}

fn names(text: Option<&str>, names: &Names) -> Result<Option<Vec<String>>, String> {
    text.map(|text| projection(text, names)).transpose()
}

fn within(operation: &str, count: usize, most: usize) -> Result<(), String> {
    if count <= most { Ok(()) } else { Err(format!("{count} are more than {most}: too many for {operation}")) }
}

fn on(called: &str) -> impl Fn(String) -> Refusal {
    move |problem| Refusal::invalid(&problem).on(called)
}

fn joined<'a>(tables: impl Iterator<Item = &'a String>) -> String {
    tables.collect::<BTreeSet<_>>().into_iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

fn reads(read_units: f64) -> Used {
    Used { read_units, ..Used::default() }
}

fn writes(write_units: f64) -> Used {
    Used { write_units, ..Used::default() }
}

#[cfg(test)]
mod tests;
