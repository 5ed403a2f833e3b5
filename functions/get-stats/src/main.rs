//! The Lambda function `get-stats`.

use get_stats::{GetStats, get_stats};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(GetStats::new(&Wiring::start(&[Service::DynamoDb]).await?)?, get_stats).await
}
