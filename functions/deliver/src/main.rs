//! The Lambda function `deliver`.

use std::sync::Arc;

use deliver::{Deliver, deliver};
use lambda_runtime::{Error, service_fn};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = Arc::new(Deliver::new(&Wiring::start(&[Service::DynamoDb, Service::Kms]).await?)?);
    lambda_runtime::run(service_fn(|event| deliver(app.clone(), event))).await
}
