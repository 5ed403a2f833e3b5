//! The Lambda function `list-attempts`.

use list_attempts::{ListAttempts, list_attempts};
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(ListAttempts::new(&Wiring::start()?)?, list_attempts).await
}
