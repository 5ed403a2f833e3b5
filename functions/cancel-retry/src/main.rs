//! The Lambda function `cancel-retry`.

use cancel_retry::{CancelRetry, cancel_retry};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(CancelRetry::new(&Wiring::start(&[Service::DynamoDb]).await?)?, cancel_retry).await
}
