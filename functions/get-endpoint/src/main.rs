//! The Lambda function `get-endpoint`.

use get_endpoint::{GetEndpoint, get_endpoint};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(GetEndpoint::new(&Wiring::start(&[Service::DynamoDb]).await?)?, get_endpoint).await
}
