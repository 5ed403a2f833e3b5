//! The Lambda function `list-endpoints`.

use list_endpoints::{ListEndpoints, list_endpoints};
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(ListEndpoints::new(&Wiring::start()?)?, list_endpoints).await
}
