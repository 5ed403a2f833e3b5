//! The Lambda function `list-attempts`.

use list_attempts::{ListAttempts, list_attempts};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(ListAttempts::new(&Wiring::start(&[Service::DynamoDb]).await?)?, list_attempts).await
}
