use std::time::Instant;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::*;

const SEND: &str = "AmazonSQS.SendMessage";

fn message(body: &str) -> Value {
    json!({ "QueueUrl": "http://127.0.0.1/000000000000/retries", "MessageBody": body })
}

/// Makes one request on a connection, and reads to its end.
async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, target: &str, body: &Value) -> String {
    let body = body.to_string();
    let length = body.len();
    let head = format!("POST / HTTP/1.1\r\nhost: aws\r\nconnection: close\r\nx-amz-target: {target}\r\n");
    stream.write_all(format!("{head}content-length: {length}\r\n\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

async fn connection(url: &str) -> TcpStream {
    let (_, port) = url.rsplit_once(':').unwrap();
    TcpStream::connect(("127.0.0.1", port.parse().unwrap())).await.unwrap()
}

async fn secure_connection(
    ca: &LocalCa,
    url: &str,
    version: &'static SupportedProtocolVersion,
) -> impl AsyncRead + AsyncWrite + Unpin {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
    let connector = TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()));
    connector.connect(ServerName::try_from("localhost").unwrap(), connection(url).await).await.unwrap()
}

#[tokio::test]
async fn what_was_asked_is_answered_and_counted_on_either_port() {
    let ca = LocalCa::new().unwrap();
    let aws = FakeAws::start(&ca).await.unwrap();
    let answer = ask(connection(&aws.http_url()).await, SEND, &message("a")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("MessageId"), "{answer}");
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        ask(secure_connection(&ca, &aws.https_url(), version).await, SEND, &message("b")).await;
    }
    let bodies: Vec<_> = aws.take_messages("retries").into_iter().map(|message| message.body).collect();
    assert_eq!((bodies.join(""), aws.connections()), ("abb".to_owned(), 3));

    let counted = aws.tally().get("SendMessage retries");
    let request_bytes = 3 * message("a").to_string().len() as u64;
    assert_eq!((counted.calls, counted.billed_requests, counted.request_bytes), (3, 3, request_bytes));
    aws.reset_tally();
    assert_eq!(aws.tally(), Tally::default());
}

#[tokio::test]
async fn whoever_waits_for_messages_is_told_of_them() {
    let aws = FakeAws::start(&LocalCa::new().unwrap()).await.unwrap();
    let sender = aws.clone();
    let sending = async move {
        for body in ["a", "b"] {
            ask(connection(&sender.http_url()).await, SEND, &message(body)).await;
        }
    };
    let (arrived, ()) = tokio::join!(aws.messages_arrived("retries", 2), sending);
    arrived.unwrap();
    assert_eq!(aws.take_messages("retries").len(), 2);
}

#[tokio::test]
async fn a_service_answers_in_its_own_time() {
    let aws = FakeAws::start(&LocalCa::new().unwrap()).await.unwrap();
    let latency = Duration::from_millis(20);
    aws.set_latency(Latency { sqs: latency, ..Latency::default() });
    let begun = Instant::now();
    ask(connection(&aws.http_url()).await, SEND, &message("a")).await;
    assert!(begun.elapsed() >= latency);
}

#[tokio::test]
async fn an_exception_is_told_by_status_and_header() {
    let aws = FakeAws::start(&LocalCa::new().unwrap()).await.unwrap();
    let put = json!({
        "TableName": "Endpoints",
        "Item": { "pk": { "S": "p" }, "sk": { "S": "s" } },
        "ConditionExpression": "attribute_exists(pk)",
    });
    let answer = ask(connection(&aws.http_url()).await, "DynamoDB_20120810.PutItem", &put).await;
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert!(answer.contains("x-amzn-errortype: ConditionalCheckFailedException\r\n"), "{answer}");
    assert_eq!(aws.tally().get("PutItem Endpoints").write_units, 1.0);
}
