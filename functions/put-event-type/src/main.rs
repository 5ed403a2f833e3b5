//! The Lambda function `put-event-type`.

use put_event_type::{PutEventType, put_event_type};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(PutEventType::new(&Wiring::start(&[Service::DynamoDb]).await?)?, put_event_type).await
}
