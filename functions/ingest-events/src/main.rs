//! The Lambda function `ingest-events`.

use std::sync::Arc;

use ingest_events::{IngestEvents, ingest_events};
use lambda_runtime::{Error, service_fn};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = Arc::new(IngestEvents::new(&Wiring::start(&[Service::DynamoDb, Service::Sqs]).await?)?);
    lambda_runtime::run(service_fn(|event| ingest_events(app.clone(), event))).await
}
