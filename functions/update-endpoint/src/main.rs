//! The Lambda function `update-endpoint`.

use rail::aws::Service;
use rail::wiring::Wiring;
use update_endpoint::{UpdateEndpoint, update_endpoint};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(UpdateEndpoint::new(&Wiring::start(&[Service::DynamoDb]).await?)?, update_endpoint).await
}
