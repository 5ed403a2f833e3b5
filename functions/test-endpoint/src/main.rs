//! The Lambda function `test-endpoint`.

use rail::aws::Service;
use rail::wiring::Wiring;
use test_endpoint::{TestEndpoint, test_endpoint};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(TestEndpoint::new(&Wiring::start(&[Service::DynamoDb, Service::Sqs]).await?)?, test_endpoint).await
}
