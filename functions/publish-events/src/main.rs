//! The Lambda function `publish-events`.

use publish_events::{PublishEvents, publish_events};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(PublishEvents::new(&Wiring::start(&[Service::DynamoDb, Service::Sqs]).await?)?, publish_events)
        .await
}
