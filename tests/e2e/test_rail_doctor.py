"""`rail doctor`: what it says of a stack that is well, and of one that is not."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aws import Behind
from client import Json
from rail_command import Operator, User, credentials_for
from stack import STACK_NAME, Stack

DEAD_LETTERS = {
    "dead first attempts": ("FirstAttemptsDeadLettersUrl", "first-attempts"),
    "dead retries": ("RetriesDeadLettersUrl", "retries"),
    "dead schedules": ("SchedulesDeadLettersUrl", "schedules"),
    "dead chores": ("ChoresDeadLettersUrl", "chores"),
}


@pytest.fixture
def operator(stack: Stack) -> Operator:
    return Operator(stack)


@pytest.fixture(autouse=True)
def nothing_left_by_others(behind: Behind) -> None:
    for queue, _ in DEAD_LETTERS.values():
        behind.sqs.purge_queue(QueueUrl=behind.outputs[queue])


def examine(operator: Operator, code: int = 0, *arguments: str, **environment: str) -> dict[str, Json]:
    """Each check by its name."""
    environment = {"RAIL_URL": operator.stack.url} | environment
    done = operator.run("doctor", "--json", *arguments, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["stack"] == STACK_NAME
    checks = {check["name"]: check for check in found["checks"]}
    assert len(checks) == len(found["checks"])
    for check in checks.values():
        assert (check["advice"] is None) == (check["result"] == "ok"), check
    return checks


def test_a_stack_that_is_well_is_said_to_be(operator: Operator, stack: Stack, behind: Behind) -> None:
    # The emulator does not switch on what the template asks for here.
    behind.dynamodb.update_time_to_live(
        TableName=stack.outputs["DeliveriesTable"],
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expiresAt"},
    )
    behind.dynamodb.update_continuous_backups(
        TableName=stack.outputs["EndpointsTable"],
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    checks = examine(operator)
    results = {name: check["result"] for name, check in checks.items()}
    assert results == dict.fromkeys(results, "ok") | {"alarms": "warning"}
    assert {"stack", "outputs", "clock", "functions", "key", "API", "EndpointsTable", *DEAD_LETTERS} <= set(results)
    assert stack.url in checks["API"]["found"]


def test_people_see_a_table_and_what_to_do(operator: Operator) -> None:
    done = operator.run("doctor", RAIL_URL=operator.stack.url)
    assert done.returncode == 0
    assert "CREATE_COMPLETE" in done.stdout
    assert "AlarmTopicArn" in done.stdout.partition("TO DO")[2]
    assert "0 failed." in done.stderr


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_a_dead_letter_is_a_failure_and_the_command_for_it_is_said(
    operator: Operator, behind: Behind, name: str,
) -> None:
    queue, kind = DEAD_LETTERS[name]
    behind.send(queue, f"nonsense {uuid.uuid4()}")
    checks = examine(operator, 1)
    assert (checks[name]["result"], checks[name]["found"]) == ("failed", "1 dead letters")
    assert f"rail redrive --stack {STACK_NAME} --queue {kind}" in checks[name]["advice"]
    assert all(checks[other]["result"] == "ok" for other in DEAD_LETTERS if other != name)
    # Looking has taken nothing out, and hidden nothing.
    assert behind.sqs.receive_message(QueueUrl=behind.outputs[queue], VisibilityTimeout=0)["Messages"]


@contextmanager
def waiting_in_the_retries_queue(stack: Stack, behind: Behind) -> Iterator[str]:
    """A message that nobody works at, in the queue of this name, for as long as the block runs."""
    functions = stack.client("lambda")
    [mapping] = functions.list_event_source_mappings(EventSourceArn=behind.arn("RetriesQueueUrl"))["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    behind.send("RetriesQueueUrl", f"nonsense {uuid.uuid4()}")
    try:
        yield behind.outputs["RetriesQueueUrl"].rpartition("/")[2]
    finally:
        behind.sqs.purge_queue(QueueUrl=behind.outputs["RetriesQueueUrl"])
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def test_what_waits_is_said_with_its_age(operator: Operator, stack: Stack, behind: Behind) -> None:
    with waiting_in_the_retries_queue(stack, behind) as queue:
        unmeasured = examine(operator)["retries"]
        assert (unmeasured["result"], unmeasured["found"]) == (
            "ok", "1 waiting, 0 under way, 0 delayed; for how long is not measured yet",
        )
        for minutes_ago, seconds in ((3, 1000), (1, 301)):
            stack.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[{
                "MetricName": "ApproximateAgeOfOldestMessage",
                "Dimensions": [{"Name": "QueueName", "Value": queue}],
                "Timestamp": datetime.now(UTC) - timedelta(minutes=minutes_ago),
                "Value": seconds,
            }])
        old = examine(operator)["retries"]
        assert (old["result"], "the oldest for 301 s" in old["found"]) == ("warning", True)


def test_what_may_not_be_looked_at_is_a_warning_with_the_permission(operator: Operator, stack: Stack) -> None:
    checks = examine(operator, **credentials_for(stack, "cloudformation:DescribeStacks"))
    needed = {
        "functions": "cloudformation:ListStackResources",
        "key": "kms:DescribeKey",
        "EndpointsTable": "dynamodb:DescribeTable",
        "DeliveriesTable": "dynamodb:DescribeTable",
        "LimitsTable": "dynamodb:DescribeTable",
        "EndpointsTable recovery": "dynamodb:DescribeContinuousBackups",
        "DeliveriesTable expiry": "dynamodb:DescribeTimeToLive",
        "first attempts": "sqs:GetQueueAttributes",
        "retries": "sqs:GetQueueAttributes",
        "chores": "sqs:GetQueueAttributes",
        **dict.fromkeys(DEAD_LETTERS, "sqs:GetQueueAttributes"),
    }
    for name, permission in needed.items():
        assert (checks[name]["result"], checks[name]["found"]) == (
            "warning", f"could not be checked: needs {permission}",
        )
    assert checks["API"]["result"] == "ok"


def test_an_age_that_may_not_be_asked_for_is_a_warning(operator: Operator, stack: Stack, behind: Behind) -> None:
    may = credentials_for(stack, "cloudformation:DescribeStacks", "sqs:GetQueueAttributes")
    with waiting_in_the_retries_queue(stack, behind):
        check = examine(operator, **may)["retries"]
        assert check["result"] == "warning"
        assert "1 waiting" in check["found"]
        assert "needs cloudwatch:GetMetricStatistics" in check["found"]


def test_whoever_may_not_even_see_the_stack_is_told_so(operator: Operator, stack: Stack) -> None:
    checks = examine(operator, **credentials_for(stack, "sqs:GetQueueAttributes"))
    assert checks["stack"]["found"] == "could not be checked: needs cloudformation:DescribeStacks"
    assert set(checks) == {"stack", "clock"}


def test_an_api_that_does_not_answer_is_a_failure(operator: Operator) -> None:
    check = examine(operator, 1, "--url", "http://127.0.0.1:1/")["API"]
    assert "Connection refused" in check["found"]
    elsewhere = examine(operator, 1, "--url", f"{operator.stack.url}/nothing")["API"]
    assert "404" in elsewhere["found"]


def test_a_stack_that_is_not_there_is_a_failure_and_aws_that_is_not_there_no_finding(operator: Operator) -> None:
    missing = operator.run("doctor", "--stack", "another")
    assert missing.returncode == 1
    assert "another" in missing.stdout
    unreachable = operator.run("doctor", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert (unreachable.returncode, unreachable.stdout) == (4, "")
    assert "Connection refused" in unreachable.stderr


def test_a_table_that_is_gone_is_a_failure(operator: Operator, stack: Stack, behind: Behind) -> None:
    backup = behind.dynamodb.describe_table(TableName=stack.outputs["LimitsTable"])["Table"]
    behind.dynamodb.delete_table(TableName=stack.outputs["LimitsTable"])
    try:
        check = examine(operator, 1)["LimitsTable"]
        assert "ResourceNotFoundException" in check["found"]
    finally:
        behind.dynamodb.create_table(
            TableName=backup["TableName"], KeySchema=backup["KeySchema"], BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=backup["AttributeDefinitions"],
        )


def test_a_users_environment_is_not_enough(stack: Stack) -> None:
    assert "RAIL_STACK" in User(stack.url, "rail_none").fails(2, "doctor")
