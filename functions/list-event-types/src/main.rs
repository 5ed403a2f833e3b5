//! The Lambda function `list-event-types`.

use list_event_types::{ListEventTypes, list_event_types};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(ListEventTypes::new(&Wiring::start(&[Service::DynamoDb]).await?)?, list_event_types).await
}
