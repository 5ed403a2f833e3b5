//! Each function's fixture is what AWS would send it.

use std::fs;
use std::path::Path;

use aws_lambda_events::sqs::SqsEvent;
use lambda_http::RequestExt;
use rail::chores::Chore;
use rail::ingest::TenantEvent;
use rail::queue::Message;

#[test]
fn every_function_has_a_fixture_that_it_can_read() {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    for entry in fs::read_dir(functions).unwrap() {
        let function = entry.unwrap().path();
        if let Ok(batch) = fs::read(function.join("fixtures/batch.json")) {
            for record in serde_json::from_slice::<SqsEvent>(&batch).unwrap().records {
                let body = record.body.unwrap();
                if function.ends_with("tend-endpoint") {
                    serde_json::from_str::<Chore>(&body).unwrap();
                } else if function.ends_with("ingest-events") {
                    TenantEvent::read(&body).unwrap();
                } else {
                    serde_json::from_str::<Message>(&body).unwrap();
                }
            }
        } else {
            let fixture = fs::read_to_string(function.join("fixtures/request.json")).unwrap();
            let request = lambda_http::request::from_str(&fixture).unwrap();
            let of_the_api = request.raw_http_path().starts_with("/v1/webhooks/");
            let known = request.headers().contains_key("authorization") || rail::api::signer(&request).is_ok();
            assert_eq!(known, of_the_api, "{}: documents are for whoever asks", function.display());
        }
    }
}
