use super::*;
use crate::aws::table::OPEN_KEY;

const TABLE: &str = "Deliveries";

fn ask(tables: &mut Tables, operation: &str, request: Value) -> (Value, Used) {
    let done = act(tables, operation, request.to_string().as_bytes()).unwrap();
    (serde_json::from_slice(&done.body).unwrap(), done.used)
}

fn refused(tables: &mut Tables, operation: &str, request: Value) -> (&'static str, Value, Used) {
    let refusal = act(tables, operation, request.to_string().as_bytes()).unwrap_err();
    (refusal.exception, serde_json::from_slice(&refusal.body).unwrap(), refusal.used)
}

/// An item that weighs so much: 2 + 1 for the partition key, 2 + 2 for the sort key, 1 for the name of the text.
fn item(sk: u32, bytes: usize) -> Value {
    json!({ "pk": { "S": "p" }, "sk": { "S": format!("{sk:02}") }, "t": { "S": "x".repeat(bytes - 8) } })
}

fn stored(count: u32, bytes: usize) -> Tables {
    let mut tables = Tables::default();
    for sk in 0..count {
        tables.seed(TABLE, item(sk, bytes)).unwrap();
    }
    tables
}

fn query(condition: &str, more: Value) -> Value {
    let values = json!({ ":p": { "S": "p" }, ":k": { "S": "04" }, ":l": { "S": "06" }, ":z": { "S": "0" } });
    let mut query = json!({ "TableName": TABLE, "KeyConditionExpression": condition });
    query["ExpressionAttributeValues"] = values;
    query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    query
}

fn found(page: &Value) -> Vec<&str> {
    page["Items"].as_array().unwrap().iter().map(|item| item["sk"]["S"].as_str().unwrap()).collect()
}

#[test]
fn a_query_finds_what_lies_on_its_side_of_the_key() {
    let mut tables = stored(8, 100);
    for (condition, first, last, count) in [
        ("pk = :p", "00", "07", 8),
        ("pk = :p AND sk < :k", "00", "03", 4),
        ("pk = :p AND sk <= :k", "00", "04", 5),
        ("pk = :p AND sk > :k", "05", "07", 3),
        ("pk = :p AND sk >= :k", "04", "07", 4),
        ("pk = :p AND sk = :k", "04", "04", 1),
        ("pk = :p AND sk BETWEEN :k AND :l", "04", "06", 3),
        ("pk = :p AND begins_with(sk, :z)", "00", "07", 8),
    ] {
        let (page, _) = ask(&mut tables, "Query", query(condition, json!({})));
        let found = found(&page);
        assert_eq!((found[0], found[found.len() - 1], found.len()), (first, last, count), "{condition}");
        let (page, _) = ask(&mut tables, "Query", query(condition, json!({ "ScanIndexForward": false })));
        assert_eq!(page["Items"][0]["sk"]["S"], last, "{condition}, backwards");
    }
    let (page, used) = ask(&mut tables, "Query", query("pk = :k AND sk < :k", json!({})));
    assert_eq!((page["Count"].as_u64(), used.read_units), (Some(0), 0.5));
}

#[test]
fn pages_follow_one_another_without_gap_or_overlap() {
    let mut tables = stored(7, 100);
    for (forward, all) in [(true, "00 01 02 03 04 05 06"), (false, "06 05 04 03 02 01 00")] {
        let (mut read, mut start) = (Vec::new(), Value::Null);
        loop {
            let mut asked = query("pk = :p", json!({ "Limit": 3, "ScanIndexForward": forward }));
            if !start.is_null() {
                asked["ExclusiveStartKey"] = start;
            }
            let (page, _) = ask(&mut tables, "Query", asked);
            read.extend(found(&page).into_iter().map(str::to_owned));
            start = page["LastEvaluatedKey"].clone();
            if start.is_null() {
                break;
            }
            assert_eq!(start, json!({ "pk": { "S": "p" }, "sk": { "S": read.last() } }));
        }
        assert_eq!(read.join(" "), all);
    }
}

#[test]
fn a_page_that_its_limit_ends_does_not_know_that_it_is_the_last() {
    let mut tables = stored(3, 100);
    let (page, _) = ask(&mut tables, "Query", query("pk = :p", json!({ "Limit": 3 })));
    assert!(page["LastEvaluatedKey"].is_object());
    let start = page["LastEvaluatedKey"].clone();
    let (page, _) = ask(&mut tables, "Query", query("pk = :p", json!({ "ExclusiveStartKey": start })));
    assert_eq!((page["Count"].as_u64(), page.get("LastEvaluatedKey")), (Some(0), None));
}

#[test]
fn a_start_at_the_edge_of_what_is_asked_for_finds_nothing() {
    let mut tables = stored(8, 100);
    for start in ["03", "04", "05"] {
        let start = json!({ "pk": { "S": "p" }, "sk": { "S": start } });
        let (page, _) = ask(&mut tables, "Query", query("pk = :p AND sk < :k", json!({ "ExclusiveStartKey": start })));
        assert_eq!(page["Count"], 0);
    }
}

#[test]
fn a_page_looks_at_a_megabyte_at_most() {
    let mut tables = stored(5, 300 * 1024);
    let (page, used) = ask(&mut tables, "Query", query("pk = :p", json!({ "Select": "COUNT" })));
    assert_eq!((page["Count"].as_u64(), page.get("Items"), used.read_units), (Some(3), None, 3.0 * 75.0 / 2.0));
    assert_eq!(page["LastEvaluatedKey"]["sk"]["S"], "02");
}

#[test]
fn a_query_is_billed_for_what_it_looks_at_as_a_whole() {
    let mut tables = stored(5, 1000);
    let (page, used) = ask(&mut tables, "Query", query("pk = :p", json!({ "ProjectionExpression": "sk" })));
    assert_eq!((page["Items"][0].clone(), used.read_units), (json!({ "sk": { "S": "00" } }), 1.0));
    let (_, used) = ask(&mut tables, "Query", query("pk = :p", json!({ "ConsistentRead": true, "Limit": 4 })));
    assert_eq!(used.read_units, 1.0);
}

#[test]
fn a_read_of_one_item_is_billed_by_its_size_or_as_the_smallest() {
    let mut tables = stored(1, 4097);
    let get = |sk: &str, consistent: bool| json!({ "TableName": TABLE, "Key": { "pk": { "S": "p" }, "sk": { "S": sk } }, "ConsistentRead": consistent });
    for (sk, consistent, units) in [("00", true, 2.0), ("00", false, 1.0), ("99", true, 1.0), ("99", false, 0.5)] {
        let (answer, used) = ask(&mut tables, "GetItem", get(sk, consistent));
        assert_eq!((answer["Item"].is_object(), used.read_units), (sk == "00", units));
    }
    let keys = [json!({ "pk": { "S": "p" }, "sk": { "S": "00" } }), json!({ "pk": { "S": "p" }, "sk": { "S": "99" } })];
    let batch = json!({ "RequestItems": { TABLE: { "Keys": keys, "ConsistentRead": true } } });
    let (answer, used) = ask(&mut tables, "BatchGetItem", batch);
    assert_eq!((answer["Responses"][TABLE].as_array().unwrap().len(), used.read_units), (1, 3.0));
}

#[test]
fn a_write_is_billed_by_the_larger_of_what_goes_and_what_comes() {
    let mut tables = Tables::default();
    for (bytes, units) in [(1024, 1.0), (2049, 3.0), (100, 3.0), (100, 1.0)] {
        let (answer, used) = ask(&mut tables, "PutItem", json!({ "TableName": TABLE, "Item": item(0, bytes) }));
        assert_eq!((answer, used.write_units), (json!({}), units), "{bytes}");
    }
    let key = json!({ "pk": { "S": "p" }, "sk": { "S": "00" } });
    let (_, used) = ask(&mut tables, "DeleteItem", json!({ "TableName": TABLE, "Key": key }));
    assert_eq!((used.write_units, tables.count(TABLE)), (1.0, 0));
}

#[test]
fn a_failed_condition_is_billed_and_shows_the_item_in_the_way_if_asked() {
    let mut tables = stored(1, 2000);
    let put = |shown: &str| {
        json!({
            "TableName": TABLE,
            "Item": item(0, 100),
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": shown,
        })
    };
    let (exception, body, used) = refused(&mut tables, "PutItem", put("ALL_OLD"));
    assert_eq!((exception, used.write_units), ("ConditionalCheckFailedException", 2.0));
    assert_eq!(body["__type"], "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException");
    assert_eq!(body["Item"], item(0, 2000));
    assert_eq!(refused(&mut tables, "PutItem", put("NONE")).1.get("Item"), None);
    assert_eq!(tables.item(TABLE, "p", "00"), Some(item(0, 2000)));
}

fn update(expression: &str, more: Value) -> Value {
    let key = json!({ "pk": { "S": "p" }, "sk": { "S": "00" } });
    let values = json!({ ":one": { "N": "1" }, ":a": { "S": "a" }, ":b": { "S": "b" } });
    let mut update = json!({ "TableName": TABLE, "Key": key, "UpdateExpression": expression });
    update["ExpressionAttributeValues"] = values;
    update.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    update
}

#[test]
fn an_update_returns_what_it_is_asked_for() {
    let mut tables = Tables::default();
    let whole = json!({ "pk": { "S": "p" }, "sk": { "S": "00" }, "n": { "N": "1" } });
    let (answer, _) = ask(&mut tables, "UpdateItem", update("ADD n :one", json!({ "ReturnValues": "ALL_NEW" })));
    assert_eq!(answer["Attributes"], whole);
    let (answer, _) = ask(&mut tables, "UpdateItem", update("ADD n :one", json!({ "ReturnValues": "UPDATED_NEW" })));
    assert_eq!(answer["Attributes"], json!({ "n": { "N": "2" } }));
    let (answer, _) = ask(&mut tables, "UpdateItem", update("REMOVE n", json!({ "ReturnValues": "ALL_OLD" })));
    assert_eq!(answer["Attributes"]["n"], json!({ "N": "2" }));
    assert_eq!(ask(&mut tables, "UpdateItem", update("SET t = :a", json!({}))).0, json!({}));
    let (exception, ..) = refused(&mut tables, "UpdateItem", update("SET sk = :a", json!({})));
    assert_eq!(exception, "ValidationException");
}

#[test]
fn the_index_is_billed_for_each_entry_that_goes_or_comes() {
    let mut tables = stored(1, 100);
    for (expression, units) in [
        ("SET t = :a", 1.0),
        ("SET openKey = :a", 2.0),
        ("SET t = :b, openKey = :a", 1.0),
        ("SET openKey = :b", 3.0),
        ("REMOVE openKey", 2.0),
        ("REMOVE openKey", 1.0),
    ] {
        let (_, used) = ask(&mut tables, "UpdateItem", update(expression, json!({})));
        assert_eq!(used.write_units, units, "{expression}");
    }
}

#[test]
fn the_index_shows_the_keys_of_what_is_open() {
    let mut tables = Tables::default();
    for sk in 0..3 {
        let mut item = item(sk, 100);
        if sk != 1 {
            item[OPEN_KEY] = json!({ "S": "p" });
        }
        tables.seed(TABLE, item).unwrap();
    }
    let asked = query("openKey = :p", json!({ "IndexName": "open", "ScanIndexForward": false, "Limit": 1 }));
    let (page, used) = ask(&mut tables, "Query", asked.clone());
    let last = json!({ "pk": { "S": "p" }, "sk": { "S": "02" }, "openKey": { "S": "p" } });
    assert_eq!((&page["Items"], &page["LastEvaluatedKey"], used.read_units), (&json!([last]), &last, 0.5));
    let mut asked = asked;
    asked["ExclusiveStartKey"] = last;
    assert_eq!(found(&ask(&mut tables, "Query", asked.clone()).0), ["00"]);
    asked["ConsistentRead"] = json!(true);
    assert_eq!(refused(&mut tables, "Query", asked).0, "ValidationException");
}

#[test]
fn a_transaction_does_all_or_nothing_and_costs_twice() {
    let mut tables = stored(1, 2000);
    let put = |sk| json!({ "Put": { "TableName": TABLE, "Item": item(sk, 100), "ConditionExpression": "attribute_not_exists(pk)" } });
    let (exception, body, used) =
        refused(&mut tables, "TransactWriteItems", json!({ "TransactItems": [put(1), put(0)] }));
    assert_eq!((exception, used.write_units), ("TransactionCanceledException", 2.0 + 4.0));
    assert_eq!(body["CancellationReasons"][0]["Code"], "None");
    assert_eq!(body["CancellationReasons"][1]["Code"], "ConditionalCheckFailed");
    assert_eq!(tables.count(TABLE), 1);
    let (_, used) = ask(&mut tables, "TransactWriteItems", json!({ "TransactItems": [put(1), put(2)] }));
    assert_eq!((used.write_units, tables.count(TABLE)), (4.0, 3));
}

#[test]
fn a_batch_of_writes_costs_what_its_writes_cost() {
    let mut tables = stored(1, 2000);
    let delete = json!({ "DeleteRequest": { "Key": { "pk": { "S": "p" }, "sk": { "S": "00" } } } });
    let batch = json!({ "RequestItems": { TABLE: [{ "PutRequest": { "Item": item(1, 100) } }, delete] } });
    let (answer, used) = ask(&mut tables, "BatchWriteItem", batch);
    assert_eq!((answer, used.write_units), (json!({ "UnprocessedItems": {} }), 3.0));
    assert_eq!(tables.count(TABLE), 1);
}

#[test]
fn a_page_of_a_long_partition_takes_no_longer_than_one_of_a_short_one() {
    let mut tables = Tables::default();
    for number in 0..100_000 {
        tables.seed(TABLE, json!({ "pk": { "S": "p" }, "sk": { "S": format!("{number:06}") } })).unwrap();
    }
    // Were each page to walk through the partition, this would look at 500 million items.
    for _ in 0..5_000 {
        let (page, _) = ask(&mut tables, "Query", query("pk = :p", json!({ "Limit": 2, "ScanIndexForward": false })));
        assert_eq!(found(&page), ["099999", "099998"]);
    }
}

#[test]
fn what_is_not_understood_is_refused() {
    let mut tables = Tables::default();
    for (operation, request) in [
        ("Scan", json!({ "TableName": TABLE })),
        ("PutItem", json!({ "TableName": TABLE, "Item": { "pk": { "S": "p" } } })),
        ("PutItem", json!({ "TableName": TABLE, "Item": item(0, 401 * 1024) })),
        ("PutItem", json!({ "TableName": TABLE, "Item": item(0, 100), "ReturnConsumedCapacity": "TOTAL" })),
        ("Query", query("sk = :k", json!({}))),
        ("Query", query("pk = :p", json!({ "FilterExpression": "sk = :k" }))),
        ("GetItem", json!({ "TableName": "Limits", "Key": { "pk": { "S": "p" }, "sk": { "S": "00" } } })),
    ] {
        assert_eq!(refused(&mut tables, operation, request.clone()).0, "ValidationException", "{operation} {request}");
    }
}
