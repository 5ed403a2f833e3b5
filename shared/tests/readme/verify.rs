use standardwebhooks::{Webhook, WebhookError};

fn verify(raw_body: &[u8], headers: &http::HeaderMap, secret: &str) -> Result<(), WebhookError> {
    Webhook::new(secret)?.verify(raw_body, headers)
}
