//! The Lambda function `publish-for-tenant`.

use publish_for_tenant::{PublishForTenant, publish_for_tenant};
use rail::aws::Service;
use rail::wiring::Wiring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    rail::api::serve(
        PublishForTenant::new(&Wiring::start(&[Service::DynamoDb, Service::Sqs]).await?)?,
        publish_for_tenant,
    )
    .await
}
