//! Bodies that were valid, and then were changed by somebody who knows their shape.

use proptest::prelude::*;
use proptest::sample::Index;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::*;
use crate::api::json;
use crate::domain::event::Body;
use crate::domain::id::EventId;
use jiff::Timestamp;

const SECRET: &str = "hush-hush-hush-hush";

fn endpoint() -> Value {
    json!({
        "url": "https://hooks.example.com/in?a=1",
        "events": ["contract.*", "kyc.verified"],
        "secret": SECRET,
        "description": "a line",
        "metadata": {"team": "billing", "": ""},
        "headers": {"Authorization": SECRET, "X-Tenant": "1"},
    })
}

fn patch() -> Value {
    json!({"url": "https://hooks.example.com/", "events": ["*"], "status": "paused", "description": null, "metadata": {}, "headers": {"A": SECRET}})
}

fn event() -> Value {
    json!({"type": "contract.created", "data": {"id": "c_1", "amount": 1.10, "parts": [{"a": null}]}, "metadata": {"trace": {"n": [1, 2]}}})
}

/// Any JSON: of every kind, some of it long, some of it deep.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        r"\PC{0,20}|[\x00-\x7f]{0,5}|https?://\PC{0,20}".prop_map(Value::from),
        (1_usize..20_000).prop_map(|length| Value::from("x".repeat(length))),
        (100_usize..150).prop_map(|depth| (0..depth).fold(json!(1), |inner, _| json!([inner]))),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(r"\PC{0,10}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A change of one place of a value.
#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Remove,
    Rename(String),
    Add(String, Value),
    Wrap,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        anything().prop_map(Change::Replace),
        Just(Change::Remove),
        r"\PC{0,300}|[A-Z]{1,5}".prop_map(Change::Rename),
        (r"\PC{0,10}|status|secret|data", anything()).prop_map(|(name, value)| Change::Add(name, value)),
        Just(Change::Wrap),
    ]
}

impl Change {
    /// Changes the value itself, or goes down to one of its parts, as the path says.
    fn apply(self, value: &mut Value, path: &[Index]) {
        let Some((step, rest)) = path.split_first() else { return self.apply_here(value) };
        match value {
            Value::Object(map) if !map.is_empty() => {
                let name = map.keys().nth(step.index(map.len())).unwrap().clone();
                match self {
                    Self::Remove if rest.is_empty() => drop(map.remove(&name)),
                    Self::Rename(other) if rest.is_empty() => rename(map, &name, other),
                    change => change.apply(&mut map[&name], rest),
                }
            }
            Value::Array(list) if !list.is_empty() => {
                let at = step.index(list.len());
                self.apply(&mut list[at], rest);
            }
            value => self.apply_here(value),
        }
    }

    fn apply_here(self, value: &mut Value) {
        match (self, value) {
            (Self::Replace(other), value) => *value = other,
            (Self::Add(name, other), Value::Object(map)) => drop(map.insert(name, other)),
            (Self::Add(_, other), value) => *value = other,
            (Self::Remove | Self::Rename(_) | Self::Wrap, value) => *value = json!([value.take()]),
        }
    }
}

fn rename(map: &mut Map<String, Value>, name: &str, other: String) {
    let value = map.remove(name).unwrap();
    map.insert(other, value);
}

/// Valid bodies with some of their places changed, and then some of their bytes.
fn tampered(body: fn() -> Value) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((change(), prop::collection::vec(any::<Index>(), 0..4)), 0..3);
    let bytes = prop::collection::vec((any::<Index>(), 0_usize..3, prop::collection::vec(any::<u8>(), 0..3)), 0..2);
    (changes, bytes).prop_map(move |(changes, splices)| {
        let mut value = body();
        for (change, path) in changes {
            change.apply(&mut value, &path);
        }
        let mut text = value.to_string().into_bytes();
        for (at, length, inserted) in splices {
            let start = at.index(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, inserted);
        }
        text
    })
}

/// What was read; what was not is explained, briefly, and as the caller's to mend.
fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    match json(body) {
        Ok(value) => Some(value),
        Err(error) => {
            assert_explained(&error);
            None
        }
    }
}

fn assert_explained(error: &ApiError) {
    let (ApiError::Invalid(detail) | ApiError::TooLarge(detail)) = error else { panic!("{error:?}") };
    assert!(!detail.field.is_empty() && !detail.message.trim().is_empty(), "{detail:?}");
    assert!(detail.field.chars().count() <= 201 && detail.message.chars().count() <= 501, "{detail:?}");
}

proptest! {
    #[test]
    fn a_tampered_endpoint_is_read_or_explained(body in tampered(endpoint)) {
        if let Some(NewEndpoint { headers, .. }) = read(&body) {
            prop_assert!(headers.iter().count() <= 20);
        }
    }

    #[test]
    fn a_tampered_patch_is_read_or_explained(body in tampered(patch)) {
        read::<EndpointPatch>(&body);
    }

    #[test]
    fn a_tampered_event_is_explained_or_published_to_the_letter(body in tampered(event)) {
        let tenant = "acme".parse().unwrap();
        if let Some(event) = read::<NewEvent>(&body) {
            let sent = event.data.get().to_owned();
            match event.into_publication(&tenant) {
                Ok(Publication { event_type, data, metadata }) => {
                    let at = (EventId::new(Timestamp::UNIX_EPOCH, 1), Timestamp::UNIX_EPOCH);
                    let composed = Body::compose(at, &event_type, &data, &metadata, &tenant);
                    let kept = composed.data().unwrap();
                    prop_assert_eq!(kept.get(), sent);
                    let received: Value = serde_json::from_slice(composed.as_bytes())?;
                    prop_assert_eq!(&received["metadata"]["tenantId"], "acme");
                }
                Err(error) => assert_explained(&error),
            }
        }
    }

    #[test]
    fn a_secret_under_another_name_is_not_told_again(name in "x[a-z]{1,11}") {
        let renamed = endpoint().to_string().replacen("secret", &name, 1);
        let error = json::<NewEndpoint>(renamed.as_bytes()).map(drop).unwrap_err().to_string();
        prop_assert!(error.contains(&name) && !error.contains(SECRET), "{}", error);
    }
}
