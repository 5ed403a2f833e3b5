//! What README.md shows of Rust, compiled as it stands, and run against a signature of ours.

use http::{HeaderMap, HeaderValue};
use rail::clock;
use rail::domain::secret::SigningSecret;
use rail::domain::signature;

include!("readme/verify.rs");

#[test]
fn the_readme_shows_this_code() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&format!("```rust\n{}```", include_str!("readme/verify.rs"))));
}

#[test]
fn somebody_elses_library_verifies_a_signature_of_ours() {
    let secret = SigningSecret::generate(clock::random_bytes());
    let (now, body) = (clock::now(), br#"{"id":"evt_1"}"#);
    let signed = signature::standard("evt_1", now, body, std::slice::from_ref(&secret));
    let timestamp = now.as_second().to_string();
    let headers = [("webhook-id", "evt_1"), ("webhook-timestamp", &timestamp), ("webhook-signature", &signed)];
    let headers: HeaderMap = headers
        .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .into_iter()
        .collect();
    assert!(verify(body, &headers, secret.reveal()).is_ok());
    assert!(verify(br#"{"id":"evt_2"}"#, &headers, secret.reveal()).is_err());
}
