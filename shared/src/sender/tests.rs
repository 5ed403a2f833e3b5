//! Against servers on this machine that answer whatever a test wants.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Mutex;

use reqwest::dns::{Addrs, Name, Resolving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::*;
use crate::domain::endpoint::{CustomHeaders, EndpointMetadata, EndpointStatus, Subscription};
use crate::domain::id::EndpointId;
use crate::domain::target::TargetUrl;

mod addresses;
mod certificates;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A server that takes one connection, reads a request, says `answer` and then closes, or keeps silent if told to.
async fn server(answer: Vec<u8>, then_hang: bool) -> (String, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (said, heard) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"{\"a\":1}") {
            let mut chunk = [0; 1024];
            let read = stream.read(&mut chunk).await.unwrap();
            request.extend_from_slice(&chunk[..read]);
        }
        said.send(String::from_utf8(request).unwrap()).unwrap();
        // A client that has read enough closes first.
        stream.write_all(&answer).await.unwrap_or_default();
        if then_hang {
            std::future::pending::<()>().await;
        }
    });
    (url, heard)
}

fn endpoint(url: &str, headers: &[(&str, &str)]) -> Endpoint {
    let headers: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Endpoint {
        id: EndpointId::new(NOW, 1),
        tenant: "acme".parse().unwrap(),
        url: TargetUrl::parse(url).unwrap(),
        subscription: Subscription::try_from(vec!["*".parse().unwrap()]).unwrap(),
        status: EndpointStatus::Active,
        description: None,
        metadata: EndpointMetadata::default(),
        headers: CustomHeaders::try_from(headers).unwrap(),
        rate_limit: None,
        failing: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

/// A name server that gives its answers in turn, and none after the last.
#[derive(Clone)]
struct Scripted(Arc<Mutex<VecDeque<Vec<SocketAddr>>>>);

impl Scripted {
    fn answering(answers: impl IntoIterator<Item = Vec<SocketAddr>>) -> Self {
        Self(Arc::new(Mutex::new(answers.into_iter().collect())))
    }

    /// How many of its answers it was not asked for.
    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Resolve for Scripted {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.lock().unwrap().pop_front().unwrap_or_default().into_iter());
        Box::pin(async { Ok(addresses) })
    }
}

async fn send_to(rules: TargetRules, endpoint: &Endpoint) -> Exchange {
    let header = HeaderName::from_static("x-iof-signature");
    send_by(&Sender::new(None, rules, Duration::from_secs(1), header).unwrap(), endpoint).await
}

/// A sender that asks this resolver and trusts these roots.
fn over(resolver: Scripted, roots: RootCertStore, rules: TargetRules) -> Sender {
    let header = HeaderName::from_static("x-iof-signature");
    Sender::over(resolver, roots, rules, Duration::from_secs(1), header).unwrap()
}

async fn send_by(sender: &Sender, endpoint: &Endpoint) -> Exchange {
    let secrets = [SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()];
    let body = Body::from_bytes(br#"{"a":1}"#.to_vec());
    sender.send(Parcel { endpoint, secrets: &secrets, event: EventId::new(NOW, 2), body: &body }, NOW).await
}

async fn answered(answer: impl AsRef<[u8]>) -> Exchange {
    let (url, _heard) = server(answer.as_ref().to_vec(), false).await;
    send_to(TargetRules::PrivateToo, &endpoint(&url, &[])).await
}

#[tokio::test]
async fn a_request_is_signed_in_both_ways_and_carries_the_endpoints_headers() {
    let (url, heard) = server(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(), false).await;
    let exchange = send_to(TargetRules::PrivateToo, &endpoint(&url, &[("authorization", "Bearer theirs")])).await;
    assert_eq!(exchange.outcome, Outcome::Accepted { status: 204 });
    let request = heard.await.unwrap().replace(url.trim_start_matches("http://").trim_end_matches("/hook"), "HOST");
    insta::assert_snapshot!(request.replace("\r\n", "\n"), @r#"
    POST /hook HTTP/1.1
    authorization: Bearer theirs
    content-type: application/json
    user-agent: webhooks-rail/0.1.0
    webhook-id: evt_00000000000000000000000002
    webhook-timestamp: 0
    webhook-signature: v1,U/ZKJCycSW5q69XvdE/X8eIpHBg1UbjJiiBbOWszZmI=
    x-iof-signature: t=0,v1=a19fa9d0669f6a03243ee23262cb485242eea29b6bc1222d1cef6d73b9a4069e
    accept: */*
    host: HOST
    content-length: 7

    {"a":1}
    "#);
}

#[tokio::test]
async fn two_hundreds_are_accepted_and_all_else_is_refused() {
    for status in [200, 201, 202, 204, 299] {
        let exchange = answered(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n")).await;
        assert_eq!(exchange.outcome, Outcome::Accepted { status });
    }
    for status in [300, 301, 302, 304, 307, 308, 400, 401, 404, 429, 500, 502, 503, 599] {
        let answer = format!("HTTP/1.1 {status} x\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(answered(answer).await.outcome, Outcome::Refused { status, retry_after_seconds: None });
    }
    assert_eq!(answered("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n").await.outcome, Outcome::Gone);
}

#[tokio::test]
async fn retry_after_is_read_in_seconds_and_as_a_date() {
    let asked = async |status: u16, value: &str| {
        let answer = format!("HTTP/1.1 {status} x\r\nretry-after: {value}\r\ncontent-length: 0\r\n\r\n");
        match answered(answer).await.outcome {
            Outcome::Refused { retry_after_seconds, .. } => retry_after_seconds,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(asked(503, "120").await, Some(120));
    assert_eq!(asked(429, "Thu, 01 Jan 1970 00:02:00 GMT").await, Some(120));
    assert_eq!(asked(429, "Tue, 31 Dec 2199 23:59:59 GMT").await, Some(u32::MAX));
    assert_eq!(asked(503, "99999999999").await, Some(u32::MAX));
    assert_eq!(asked(503, "-1").await, None);
    assert_eq!(asked(503, "soon").await, None);
    assert_eq!(asked(500, "120").await, None);
}

#[tokio::test]
async fn a_kilobyte_of_the_response_is_kept() {
    let long = format!("HTTP/1.1 500 x\r\ncontent-length: 100000\r\n\r\n{}", "y".repeat(100_000));
    assert_eq!(answered(long).await.response_body, Some("y".repeat(KEEP_BYTES)));
    let binary = [b"HTTP/1.1 200 x\r\ncontent-length: 2000\r\n\r\n".as_slice(), &[0xff; 2000]].concat();
    let kept = answered(binary).await.response_body.unwrap();
    assert!(kept.len() <= KEEP_BYTES && kept.starts_with('\u{fffd}'));
}

#[tokio::test]
async fn a_status_counts_even_if_the_body_never_ends() {
    let (url, _heard) = server(b"HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\npart".to_vec(), true).await;
    let header = HeaderName::from_static("x-iof-signature");
    let sender = Sender::new(None, TargetRules::PrivateToo, Duration::from_secs(20), header).unwrap();
    let (target, body) = (endpoint(&url, &[]), Body::from_bytes(br#"{"a":1}"#.to_vec()));
    let parcel = Parcel { endpoint: &target, secrets: &[], event: EventId::new(NOW, 2), body: &body };
    let exchange = sender.send(parcel, NOW).await;
    assert_eq!(exchange.outcome, Outcome::Accepted { status: 200 });
    assert_eq!(exchange.response_body.as_deref(), Some("part"));
}

#[tokio::test]
async fn a_status_counts_even_if_its_body_outlasts_the_attempt() {
    let (url, _heard) = server(b"HTTP/1.1 503 x\r\ncontent-length: 100\r\n\r\npart".to_vec(), true).await;
    let exchange = send_to(TargetRules::PrivateToo, &endpoint(&url, &[])).await;
    assert_eq!(exchange.outcome, Outcome::Refused { status: 503, retry_after_seconds: None });
    assert_eq!(exchange.response_body.as_deref(), Some("part"));
}

#[tokio::test]
async fn silence_is_timed_out_and_nonsense_is_unreachable() {
    let (url, _heard) = server(Vec::new(), true).await;
    assert_eq!(send_to(TargetRules::PrivateToo, &endpoint(&url, &[])).await.outcome, Outcome::TimedOut);
    for answer in ["", "nonsense\r\n\r\n", "HTTP/1.1 xxx\r\n\r\n"] {
        let outcome = answered(answer).await.outcome;
        assert!(matches!(outcome, Outcome::Unreachable { .. }), "{answer:?}: {outcome:?}");
    }
    // A port that was free a moment ago.
    let url = format!("http://{}/", TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap());
    let outcome = send_to(TargetRules::PrivateToo, &endpoint(&url, &[])).await.outcome;
    assert_eq!(outcome, Outcome::Unreachable { error: "Connection refused (os error 111)".to_owned() });
}
