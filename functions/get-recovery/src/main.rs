//! The Lambda function `get-recovery`.

use get_recovery::{GetRecovery, get_recovery};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(GetRecovery::new(&Wiring::start(&[Service::DynamoDb]).await?)?, get_recovery).await
}
