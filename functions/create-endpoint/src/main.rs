//! The Lambda function `create-endpoint`.

use create_endpoint::{CreateEndpoint, create_endpoint};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(CreateEndpoint::new(&Wiring::start(&[Service::DynamoDb]).await?)?, create_endpoint).await
}
