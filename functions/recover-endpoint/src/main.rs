//! The Lambda function `recover-endpoint`.

use rail::aws::Service;
use rail::wiring::Wiring;
use recover_endpoint::{RecoverEndpoint, recover_endpoint};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(RecoverEndpoint::new(&Wiring::start(&[Service::DynamoDb, Service::Sqs]).await?)?, recover_endpoint)
        .await
}
