//! The Lambda function `tend-endpoint`.

use std::sync::Arc;

use lambda_runtime::{Error, service_fn};
use rail::aws::Service;
use rail::wiring::Wiring;
use tend_endpoint::{TendEndpoint, tend_endpoint};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = Arc::new(TendEndpoint::new(&Wiring::start(&[Service::DynamoDb]).await?)?);
    lambda_runtime::run(service_fn(|event| tend_endpoint(app.clone(), event))).await
}
