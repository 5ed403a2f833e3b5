//! The Lambda function `delete-endpoint`.

use delete_endpoint::{DeleteEndpoint, delete_endpoint};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(DeleteEndpoint::new(&Wiring::start(&[Service::DynamoDb]).await?)?, delete_endpoint).await
}
