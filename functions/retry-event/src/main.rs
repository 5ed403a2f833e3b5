//! The Lambda function `retry-event`.

use rail::aws::Service;
use rail::wiring::Wiring;
use retry_event::{RetryEvent, retry_event};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(RetryEvent::new(&Wiring::start(&[Service::DynamoDb]).await?)?, retry_event).await
}
