//! The Lambda function `get-portal`.

use get_portal::get_portal;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::telemetry::start();
    rail::api::serve((), get_portal).await
}
