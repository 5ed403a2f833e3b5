"""What the functions may do: what their policies say, and that these are enforced where these tests run."""

import boto3
import pytest
from botocore.exceptions import ClientError
from routes import DOCUMENTS, FUNCTIONS, camel
from stack import Stack


def actions_by_role(stack: Stack) -> dict[str, set[str]]:
    """The actions of each role's own policies, by the role's logical id."""
    iam, cloudformation = stack.client("iam"), stack.client("cloudformation")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName="rail")
    roles = {
        resource["PhysicalResourceId"]: resource["LogicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::IAM::Role"
    }
    found: dict[str, set[str]] = {}
    for name, logical_id in roles.items():
        found[logical_id] = set()
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for statement in document["Statement"]:
                assert statement["Effect"] == "Allow"
                assert statement["Resource"] != "*"
                actions = statement["Action"]
                found[logical_id] |= {actions} if isinstance(actions, str) else set(actions)
    return found


def test_every_policy_names_its_actions(default_stack: Stack) -> None:
    roles = actions_by_role(default_stack)
    assert len(roles) == len(FUNCTIONS) + 1  # one for each function, and the Scheduler's
    without = {camel(package) + "Role" for package in DOCUMENTS}
    for role, actions in roles.items():
        assert bool(actions) == (role not in without), role
        assert not [action for action in actions if "*" in action], role


@pytest.mark.parametrize(("action", "roles"), [
    ("kms:Decrypt", {"DeliverRole"}),
    ("kms:Encrypt", {"CreateEndpointRole", "RotateSecretRole"}),
    ("iam:PassRole", {"DeliverRole"}),
    ("scheduler:CreateSchedule", {"DeliverRole"}),
    ("dynamodb:DeleteItem", {"DeleteEndpointRole", "DeleteEventTypeRole"}),
    ("dynamodb:PutItem", {
        "CreateEndpointRole", "PublishEventRole", "PublishEventsRole", "PublishForTenantRole", "IngestEventsRole", "TestEndpointRole", "RecoverEndpointRole",
        "PutEventTypeRole", "DeleteEventTypeRole", "DeliverRole", "TendEndpointRole",
    }),
    ("sqs:ReceiveMessage", {"DeliverRole", "TendEndpointRole", "IngestEventsRole"}),
    ("sqs:SendMessage", {
        "PublishEventRole", "PublishEventsRole", "PublishForTenantRole", "IngestEventsRole", "RetryEventRole", "TestEndpointRole", "RecoverEndpointRole",
        "UpdateEndpointRole", "DeleteEndpointRole",
        "DeliverRole", "TendEndpointRole", "SchedulerRole",
    }),
    ("dynamodb:Scan", set()),
])
def test_only_who_needs_it_may(default_stack: Stack, action: str, roles: set[str]) -> None:
    assert {role for role, actions in actions_by_role(default_stack).items() if action in actions} == roles


def test_whoever_has_no_policy_may_nothing_here(stack: Stack) -> None:
    iam = stack.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = boto3.client(
        "dynamodb",
        endpoint_url=stack.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with pytest.raises(ClientError, match="not authorized"):
        nobody.get_item(TableName=stack.outputs["EndpointsTable"], Key={"pk": {"S": "a"}, "sk": {"S": "b"}})
