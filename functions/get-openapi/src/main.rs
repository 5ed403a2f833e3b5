//! The Lambda function `get-openapi`.

use get_openapi::get_openapi;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::telemetry::start();
    rail::api::serve((), get_openapi).await
}
