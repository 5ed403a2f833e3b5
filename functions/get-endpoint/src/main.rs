//! The Lambda function `get-endpoint`.

use get_endpoint::{GetEndpoint, get_endpoint};
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(GetEndpoint::new(&Wiring::start()?)?, get_endpoint).await
}
