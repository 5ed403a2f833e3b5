//! The Lambda function `update-endpoint`.

use rail::wiring::Wiring;
use update_endpoint::{UpdateEndpoint, update_endpoint};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(UpdateEndpoint::new(&Wiring::start()?)?, update_endpoint).await
}
