//! The Lambda function `list-endpoints`.

use list_endpoints::{ListEndpoints, list_endpoints};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(ListEndpoints::new(&Wiring::start(&[Service::DynamoDb]).await?)?, list_endpoints).await
}
