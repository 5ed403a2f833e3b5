//! A deployed rail, known by the name of its stack: the stack's outputs say where everything is.

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::Output;

use crate::failure::Failure;

pub struct Deployment {
    stack: String,
    outputs: Vec<Output>,
}

impl Deployment {
    pub async fn find(config: &SdkConfig, stack: String) -> Result<Self, Failure> {
        let described = Client::new(config).describe_stacks().stack_name(&stack).send().await;
        let described = described.map_err(|error| unfound(&stack, &error))?;
        let outputs =
            described.stacks.unwrap_or_default().into_iter().flat_map(|stack| stack.outputs.unwrap_or_default());
        Ok(Self { stack, outputs: outputs.collect() })
    }

    pub fn output(&self, name: &str) -> Result<String, Failure> {
        let found = self.outputs.iter().find(|output| output.output_key() == Some(name));
        let value = found.and_then(Output::output_value).map(str::to_owned);
        value.ok_or_else(|| {
            Failure::Failed(format!("the stack `{}` has no output `{name}`: is it a webhooks rail?", self.stack))
        })
    }
}

/// That there is no finding it, with what AWS says to that, or why it says nothing.
pub fn unfound(stack: &str, error: &(impl ProvideErrorMetadata + std::error::Error + 'static)) -> Failure {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    let why = error.message().map_or_else(|| innermost.to_string(), str::to_owned);
    Failure::Aws(format!("could not find the stack `{stack}`: {why}"))
}
