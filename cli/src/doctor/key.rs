//! The key that seals the signing secrets: without it nothing can be sent.

use aws_sdk_kms::Client;
use aws_sdk_kms::types::KeyState;

use super::check::Check;
use super::stack::Stack;
use crate::aws::Aws;

const NAME: &str = "key";

pub async fn examine(aws: &Aws, stack: &Stack) -> Check {
    let Some(id) = stack.outputs.get("SecretsKeyId") else {
        return Check::failed(NAME, "not known: the stack has no output SecretsKeyId", "deploy the template again");
    };
    let described = match Client::new(&aws.config).describe_key().key_id(id).send().await {
        Ok(described) => described,
        Err(error) => return Check::unseen(NAME, "kms:DescribeKey", &error),
    };
    match described.key_metadata.and_then(|key| key.key_state) {
        Some(KeyState::Enabled) => Check::ok(NAME, "enabled"),
        Some(KeyState::PendingDeletion) => {
            let advice = "cancel that now: aws kms cancel-key-deletion, then enable-key; with it every secret is lost";
            Check::failed(NAME, "is going to be deleted", advice)
        }
        state => {
            let found = state.map_or_else(|| "of an unknown state".to_owned(), |state| state.as_str().to_owned());
            Check::failed(NAME, found, "enable it: aws kms enable-key; until then nothing can be signed")
        }
    }
}
