//! The stack itself: its state, outputs, parameters and functions.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{ResourceStatus, StackStatus};

use super::check::{Check, is_denial};
use crate::aws::Aws;
use crate::deployment::unfound;
use crate::failure::Failure;
use crate::redrive::Kind;

/// What the template gives beside the queues; what is missing of it, no command finds.
const OUTPUTS: [&str; 7] =
    ["ApiUrl", "EndpointsTable", "DeliveriesTable", "LimitsTable", "ScheduleGroup", "LogGroup", "SecretsKeyId"];
const DEPLOY: &str = "deploy the template again, and look at the stack's events if that fails";

/// What the stack says of itself.
pub struct Stack {
    pub outputs: BTreeMap<String, String>,
    parameters: BTreeMap<String, String>,
}

/// The stack, if there is one that may be seen, and the checks of it.
pub async fn examine(aws: &Aws) -> Result<(Option<Stack>, Vec<Check>), Failure> {
    let described = Client::new(&aws.config).describe_stacks().stack_name(&aws.stack).send().await;
    let stacks = match described {
        Ok(described) => described.stacks.unwrap_or_default(),
        Err(error) if error.code().is_some_and(is_denial) => {
            return Ok((None, vec![Check::unseen("stack", "cloudformation:DescribeStacks", &error)]));
        }
        Err(error) if error.code().is_some() => {
            let found = error.message().unwrap_or("there is none of this name").to_owned();
            let advice = "is --stack its name, and the Region the one where it is?";
            return Ok((None, vec![Check::failed("stack", found, advice)]));
        }
        Err(error) => return Err(unfound(&aws.stack, &error)),
    };
    let Some(found) = stacks.into_iter().next() else {
        let advice = "is --stack its name, and the Region the one where it is?";
        return Ok((None, vec![Check::failed("stack", "there is none of this name", advice)]));
    };
    let state = state(found.stack_status());
    let outputs = found.outputs.unwrap_or_default().into_iter();
    let parameters = found.parameters.unwrap_or_default().into_iter();
    let stack = Stack {
        outputs: outputs.filter_map(|output| output.output_key.zip(output.output_value)).collect(),
        parameters: parameters.filter_map(|one| one.parameter_key.zip(one.parameter_value)).collect(),
    };
    let checks = vec![state, stack.examine_outputs()];
    Ok((Some(stack), checks))
}

fn state(status: Option<&StackStatus>) -> Check {
    let (name, text) = ("stack", status.map_or("unknown", StackStatus::as_str).to_owned());
    match status {
        Some(StackStatus::CreateComplete | StackStatus::UpdateComplete | StackStatus::ImportComplete) => {
            Check::ok(name, text)
        }
        Some(StackStatus::UpdateRollbackComplete) => {
            Check::warning(name, text, "the last deployment was undone: the stack's events say why")
        }
        _ if text.ends_with("_IN_PROGRESS") => Check::warning(name, text, "look again when it is done"),
        _ => Check::failed(name, text, DEPLOY),
    }
}

impl Stack {
    fn examine_outputs(&self) -> Check {
        let queues = Kind::all().iter().flat_map(|kind| <[_; 2]>::from(kind.outputs()));
        let missing: BTreeSet<_> =
            OUTPUTS.into_iter().chain(queues).filter(|name| !self.outputs.contains_key(*name)).collect();
        if missing.is_empty() {
            return Check::ok("outputs", "all that it needs");
        }
        let missing: Vec<_> = missing.into_iter().collect();
        let found = format!("missing: {}", missing.join(", "));
        Check::failed("outputs", found, "is it a webhooks rail, and as new as this command? Deploy the template again")
    }

    /// What its parameters say. `real` where this is AWS itself.
    pub fn settings(&self, real: bool) -> Vec<Check> {
        let is = |name: &str, value: &str| self.parameters.get(name).is_some_and(|found| found == value);
        let targets = match (is("AllowPrivateTargets", "true"), real) {
            (true, true) => Check::failed(
                "targets",
                "AllowPrivateTargets is true: endpoints may be at addresses inside of AWS",
                "deploy it with AllowPrivateTargets=false, and look which endpoints are at such addresses",
            ),
            (true, false) => Check::ok("targets", "any, on this machine"),
            (false, _) => Check::ok("targets", "public, over https"),
        };
        let alarms = if is("AlarmTopicArn", "") || !self.parameters.contains_key("AlarmTopicArn") {
            let advice = "deploy it with AlarmTopicArn, so that somebody hears of dead letters";
            Check::warning("alarms", "they notify nobody", advice)
        } else {
            Check::ok("alarms", "they notify the topic")
        };
        vec![targets, alarms]
    }
}

/// The functions: each is there, and as it was deployed last.
pub async fn functions(aws: &Aws) -> Check {
    let name = "functions";
    let pages = Client::new(&aws.config).list_stack_resources().stack_name(&aws.stack).into_paginator().items();
    let resources = match pages.send().collect::<Result<Vec<_>, _>>().await {
        Ok(resources) => resources,
        Err(error) => return Check::unseen(name, "cloudformation:ListStackResources", &error),
    };
    let functions: Vec<_> =
        resources.iter().filter(|resource| resource.resource_type() == Some("AWS::Lambda::Function")).collect();
    let whole = [ResourceStatus::CreateComplete, ResourceStatus::UpdateComplete, ResourceStatus::ImportComplete];
    let broken = functions.iter().filter(|function| !function.resource_status().is_some_and(|is| whole.contains(is)));
    let broken: Vec<_> = broken.filter_map(|function| function.logical_resource_id()).collect();
    if functions.is_empty() {
        return Check::failed(name, "none", DEPLOY);
    }
    if broken.is_empty() {
        return Check::ok(name, format!("{}, all deployed", functions.len()));
    }
    Check::failed(name, format!("not deployed: {}", broken.join(", ")), DEPLOY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Level;

    fn targets(allow: &str, real: bool) -> Level {
        let parameters = BTreeMap::from([("AllowPrivateTargets".to_owned(), allow.to_owned())]);
        let stack = Stack { outputs: BTreeMap::new(), parameters };
        stack.settings(real).into_iter().find(|check| check.name == "targets").unwrap().level
    }

    #[test]
    fn private_targets_are_for_local_work_alone() {
        assert_eq!(targets("true", true), Level::Failed);
        assert_eq!(targets("true", false), Level::Ok);
        assert_eq!(targets("false", true), Level::Ok);
    }

    #[test]
    fn a_stack_that_is_whole_is_ok_one_that_moves_a_warning_and_any_other_failed() {
        let level = |text: &str| state(Some(&StackStatus::from(text))).level;
        assert_eq!(level("UPDATE_COMPLETE"), Level::Ok);
        for moving in ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"] {
            assert_eq!(level(moving), Level::Warning, "{moving}");
        }
        for broken in ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_COMPLETE", "UNHEARD_OF"] {
            assert_eq!(level(broken), Level::Failed, "{broken}");
        }
    }
}
