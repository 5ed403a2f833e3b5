//! The Lambda function `delete-event-type`.

use delete_event_type::{DeleteEventType, delete_event_type};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(DeleteEventType::new(&Wiring::start(&[Service::DynamoDb]).await?)?, delete_event_type).await
}
