//! The Lambda function `list-events`.

use list_events::{ListEvents, list_events};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(ListEvents::new(&Wiring::start(&[Service::DynamoDb]).await?)?, list_events).await
}
