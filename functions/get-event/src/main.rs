//! The Lambda function `get-event`.

use get_event::{GetEvent, get_event};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(GetEvent::new(&Wiring::start(&[Service::DynamoDb]).await?)?, get_event).await
}
