//! What becomes of attempts at hostile receivers, alone and in a batch with good ones.

use std::time::Duration;

use futures::future::join_all;
use rail::domain::delivery::{Exchange, Outcome};
use rail::domain::target::TargetRules;
use tokio::task::JoinSet;

use crate::attempt::{attempt, sender};
use crate::kinds::{good, hostile};
use crate::receiver::Ends;

/// What is kept of an answer, and of an error. Bytes.
const LONGEST_BODY: usize = 1024;
const LONGEST_ERROR: usize = 256;

/// Whether what is recorded of an attempt has its bounds.
pub fn bounded(exchange: &Exchange) -> bool {
    let length = |text: Option<&str>| text.map_or(0, str::len);
    length(exchange.response_body.as_deref()) <= LONGEST_BODY && length(exchange.outcome.error()) <= LONGEST_ERROR
}

impl Ends {
    fn matches(&self, exchange: &Exchange) -> bool {
        let body = exchange.response_body.as_deref();
        match (self, &exchange.outcome) {
            (Self::Answered { status, body: "" }, outcome) => {
                outcome.response_status() == Some(*status) && body == Some("")
            }
            (Self::Answered { status, body: begins }, outcome) => {
                outcome.response_status() == Some(*status) && body.is_some_and(|body| body.starts_with(begins))
            }
            (Self::TimedOut, outcome) => *outcome == Outcome::TimedOut,
            (Self::Unreachable(why), Outcome::Unreachable { error }) => error.contains(why),
            (Self::Unreachable(_), _) => false,
        }
    }
}

#[tokio::test]
async fn an_attempt_at_any_hostile_receiver_ends_and_is_recorded_as_what_it_was() {
    let [hasty, patient] = [1, 600].map(|seconds| sender(TargetRules::PrivateToo, Duration::from_secs(seconds)));
    let wrong = hostile().into_iter().map(async |receiver| {
        let served = receiver.serve().await;
        // What is over before its time is over sooner than any patience.
        let sender = if receiver.ends == Ends::TimedOut { &hasty } else { &patient };
        let exchange = attempt(sender, &served.url).await;
        let right = bounded(&exchange) && receiver.ends.matches(&exchange);
        (!right).then(|| format!("{}: {exchange:?}", receiver.name))
    });
    let wrong: Vec<_> = join_all(wrong).await.into_iter().flatten().collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn one_hostile_receiver_of_ten_holds_up_none_of_the_others() {
    // So long that no good attempt ends by it.
    let sender = sender(TargetRules::PrivateToo, Duration::from_secs(600));
    for receiver in hostile().into_iter().filter(|receiver| receiver.ends == Ends::TimedOut) {
        let (mut served, good) = (receiver.serve().await, good().serve().await);
        // A task each, all on one thread, as the delivery function has them.
        let (hanging, url) = (sender.clone(), served.url.clone());
        let hanging = tokio::spawn(async move { attempt(&hanging, &url).await });
        served.reached().await;
        let mut nine = JoinSet::new();
        for _ in 0..9 {
            let (sender, url) = (sender.clone(), good.url.clone());
            nine.spawn(async move { attempt(&sender, &url).await });
        }
        for exchange in nine.join_all().await {
            assert_eq!(exchange.outcome, Outcome::Accepted { status: 200 }, "{}", receiver.name);
        }
        assert!(!hanging.is_finished(), "{}", receiver.name);
        assert!(served.is_open(), "{}", receiver.name);
        hanging.abort();
        served.all_closed().await;
    }
}
