//! Where no request may go: `targets.txt`, each row judged at every gate that it meets on its way.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rail::domain::delivery::Outcome;
use rail::domain::target::TargetRules;
use rail::sender::Sender;
use rail::sender::guard::GuardedResolver;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::attempt::{attempt, sender};

/// How many targets there are: none gets lost.
const TARGETS: usize = 414;
/// A reason stands in an answer of the API and in every attempt. Characters.
const LONGEST_REASON: usize = 140;

struct Row {
    line: usize,
    kind: &'static str,
    target: &'static str,
    reason: &'static str,
}

fn rows() -> Vec<Row> {
    let rows = include_str!("targets.txt").lines().enumerate();
    let rows = rows.filter(|(_, text)| !text.is_empty() && !text.starts_with('#'));
    rows.map(|(index, text)| {
        let mut fields = text.split(" | ");
        let mut field = || fields.next().unwrap_or_else(|| panic!("line {}: {text}", index + 1));
        Row { line: index + 1, kind: field(), target: field(), reason: field() }
    })
    .collect()
}

/// A name server that says what it likes.
struct Scripted(Vec<SocketAddr>);

impl Resolve for Scripted {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(async { Ok(addresses) })
    }
}

/// Why a URL is not registered, if it is not.
fn registered(url: &str) -> Option<String> {
    TargetRules::PublicOnly.parse(url).err().map(|error| error.to_string())
}

/// Why no request is sent to a URL that is in the table, if none is.
async fn sent(sender: &Sender, url: &str) -> Option<String> {
    match attempt(sender, url).await.outcome {
        Outcome::ForbiddenAddress { error } => Some(error),
        Outcome::Accepted { .. }
        | Outcome::Refused { .. }
        | Outcome::Gone
        | Outcome::TimedOut
        | Outcome::Unreachable { .. } => None,
    }
}

/// Why no connection is made to what a name resolves to, if none is.
async fn connected(addresses: &str) -> Option<String> {
    let addresses = addresses.split(", ").map(|address| (address.parse::<IpAddr>().unwrap(), 0).into());
    let guard = GuardedResolver::new(TargetRules::PublicOnly, Scripted(addresses.collect()));
    guard.resolve("hooks.example.com".parse().unwrap()).await.err().map(|error| error.to_string())
}

/// Each gate on the target's way, and why it refuses the target, if it does.
async fn judgements(sender: &Sender, row: &Row) -> Vec<(&'static str, Option<String>)> {
    let target = row.target;
    match row.kind {
        "url" => vec![("registered", registered(target))],
        "answer" => vec![("connected", connected(target).await)],
        "host" => {
            let url = format!("https://{target}/hook");
            vec![("registered", registered(&url)), ("sent", sent(sender, &url).await)]
        }
        "address" => {
            let host = if target.contains(':') { format!("[{target}]") } else { target.to_owned() };
            let url = format!("https://{host}:8443/hook");
            vec![
                ("registered", registered(&url)),
                ("sent", sent(sender, &url).await),
                ("connected", connected(target).await),
            ]
        }
        kind => panic!("line {}: unknown kind {kind}", row.line),
    }
}

#[tokio::test]
async fn every_hostile_target_is_refused_at_every_gate_and_for_its_own_reason() {
    let sender = sender(TargetRules::PublicOnly, Duration::from_secs(1));
    let mut let_through = Vec::new();
    for row in rows() {
        for (gate, judgement) in judgements(&sender, &row).await {
            let refused = judgement.as_ref().is_some_and(|why| why.contains(row.reason) && why.len() <= LONGEST_REASON);
            if !refused {
                let_through.push(format!("line {}, {}: {gate}: {judgement:?}", row.line, row.target));
            }
        }
    }
    assert_eq!(let_through, Vec::<String>::new());
}

#[test]
fn no_hostile_target_is_lost_or_counted_twice() {
    let rows = rows();
    let different: BTreeSet<_> = rows.iter().map(|row| (row.kind, row.target)).collect();
    assert_eq!((rows.len(), different.len()), (TARGETS, TARGETS));
}
