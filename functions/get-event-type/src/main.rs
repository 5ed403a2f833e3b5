//! The Lambda function `get-event-type`.

use get_event_type::{GetEventType, get_event_type};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(GetEventType::new(&Wiring::start(&[Service::DynamoDb]).await?)?, get_event_type).await
}
