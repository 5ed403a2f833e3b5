//! Answers by the thousand: nothing that a response contains makes a panic, here or where it is recorded.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rail::domain::delivery::{Attempt, Delivery, Exchange, Outcome, Trigger};
use rail::domain::id::{EndpointId, EventId};
use rail::domain::retry::RetryPolicy;
use rail::domain::target::TargetRules;
use tokio::runtime::Builder;

use crate::attempt::{attempt, sender};
use crate::receiver::{Act, Then};
use crate::receivers::bounded;

/// Sends to a receiver for each of these answers, which closes once it has said its own.
fn answer_with(answers: impl Strategy<Value = Vec<u8>>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let sender = sender(TargetRules::PrivateToo, Duration::from_secs(60));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(500));
    let judgement = runner.run(&answers, |answer| {
        let exchange = runtime.block_on(async {
            let served = Act::Says(answer, Then::Closes).serve("http").await;
            attempt(&sender, &served.url).await
        });
        check(exchange)
    });
    judgement.unwrap();
}

fn check(exchange: Exchange) -> Result<(), TestCaseError> {
    prop_assert!(bounded(&exchange));
    // The receiver has closed: there is nothing to wait for.
    prop_assert_ne!(&exchange.outcome, &Outcome::TimedOut);
    // What the HTTP client says when the task that reads the answer has died.
    prop_assert!(!exchange.outcome.error().unwrap_or_default().contains("dispatch task"));

    let at = Timestamp::UNIX_EPOCH;
    let (tenant, event_type) = ("acme".parse().unwrap(), "contract.created".parse().unwrap());
    let delivery = Delivery::new(tenant, EndpointId::new(at, 1), EventId::new(at, 2), event_type, (at, at));
    let after = delivery.after(exchange, Trigger::Policy, &RetryPolicy::default());
    let stored = serde_json::to_string(&after.attempts).unwrap();
    prop_assert_eq!(serde_json::from_str::<Vec<Attempt>>(&stored).unwrap(), after.attempts);
    Ok(())
}

fn status_lines() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => Just(b"HTTP/1.1 200 OK".to_vec()),
        2 => (0_u16..1100).prop_map(|status| format!("HTTP/1.1 {status:03} x").into_bytes()),
        1 => Just(b"HTTP/1.0 503".to_vec()),
        1 => any::<Vec<u8>>().prop_map(|reason| [b"HTTP/1.1 429 ".to_vec(), reason].concat()),
    ]
}

fn headers() -> impl Strategy<Value = Vec<u8>> {
    let names = prop_oneof![
        Just("content-length"),
        Just("transfer-encoding"),
        Just("retry-after"),
        Just("content-encoding"),
        Just("connection"),
        Just("upgrade"),
        Just("location"),
        Just("trailer"),
        Just("X"),
    ];
    let values = prop_oneof![
        "[0-9]{0,25}".prop_map(String::into_bytes),
        "(Mon|Thu), [0-9]{2} (Jan|Feb|Xyz) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT".prop_map(String::into_bytes),
        "(chunked|gzip|close|keep-alive|upgrade|identity)(, chunked)?".prop_map(String::into_bytes),
        any::<Vec<u8>>(),
    ];
    (names, values).prop_map(|(name, value)| [name.as_bytes(), b": ", &value].concat())
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let chunk = ("[0-9a-fA-F]{0,17}", "(;[a-z=\"]{0,9})?", any::<Vec<u8>>());
    let chunk = chunk.prop_map(|(size, more, data)| [size.as_bytes(), more.as_bytes(), b"\r\n", &data].concat());
    prop_oneof![any::<Vec<u8>>(), prop::collection::vec(chunk, 0..5).prop_map(|chunks| chunks.join(b"\r\n".as_slice()))]
}

/// What looks like an answer.
fn answers() -> impl Strategy<Value = Vec<u8>> {
    let ends = prop_oneof![8 => Just("\r\n"), 1 => Just("\n"), 1 => Just("\r")];
    (status_lines(), prop::collection::vec(headers(), 0..6), ends, bodies()).prop_map(|(status, headers, end, body)| {
        let mut answer = status;
        for header in headers {
            answer.extend_from_slice(end.as_bytes());
            answer.extend(header);
        }
        answer.extend_from_slice(end.repeat(2).as_bytes());
        answer.extend(body);
        answer
    })
}

#[test]
fn no_bytes_at_all_make_a_panic() {
    answer_with(any::<Vec<u8>>());
}

#[test]
fn nothing_that_looks_like_an_answer_makes_a_panic() {
    answer_with(answers());
}
