//! The Lambda function `publish-event`.

use publish_event::{PublishEvent, publish_event};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(PublishEvent::new(&Wiring::start(&[Service::DynamoDb, Service::Sqs]).await?)?, publish_event).await
}
