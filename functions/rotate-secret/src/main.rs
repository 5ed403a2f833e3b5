//! The Lambda function `rotate-secret`.

use rail::aws::Service;
use rail::wiring::Wiring;
use rotate_secret::{RotateSecret, rotate_secret};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(RotateSecret::new(&Wiring::start(&[Service::DynamoDb]).await?)?, rotate_secret).await
}
