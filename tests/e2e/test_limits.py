"""How fast the API may be called: with a key that has a limit of its own, and by all together."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from client import Api, refused
from rail_command import Operator
from stack import STACK_NAME, Stack
from waiting import as_told

PER_SECOND = 2
FLOOD = 30


@pytest.fixture
def operator(stack: Stack) -> Operator:
    return Operator(stack)


@pytest.fixture
def limited(stack: Stack, operator: Operator, api: Api) -> Api:
    """The same tenant's view, with a key that allows two requests a second."""
    made = operator.run(
        "keys", "create", "--tenant", api.tenant, "--scopes", "admin", "--rate-limit", str(PER_SECOND), "--json",
    )
    return Api(stack.url, api.tenant, json.loads(made.stdout)["key"])


def flood(api: Api) -> list[requests.Response]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: api.call("GET", "/endpoints"), range(FLOOD)))


def test_a_key_over_its_limit_is_told_how_long_to_wait_and_served_after_that(limited: Api) -> None:
    answers = flood(limited)
    assert {answer.status_code for answer in answers} == {200, 429}
    over = [answer for answer in answers if answer.status_code == 429]
    for answer in over:
        assert f"{PER_SECOND} requests a second" in refused(answer, 429, "RATE_LIMITED")["message"]
        assert int(answer.headers["retry-after"]) >= 1
    as_told(max(int(answer.headers["retry-after"]) for answer in over))
    limited.expect(200, "GET", "/endpoints")


def test_a_second_s_worth_of_requests_may_come_one_upon_the_other(limited: Api) -> None:
    for _ in range(PER_SECOND):
        limited.expect(200, "GET", "/endpoints")


def test_what_is_over_the_limit_is_not_done(limited: Api, api: Api) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(
            lambda _: limited.call("POST", "/events", json={"type": "a.b", "data": {}}), range(FLOOD),
        ))
    taken = {answer.json()["id"] for answer in answers if answer.status_code == 202}
    assert len(taken) < FLOOD
    assert {event["id"] for event in api.all("/events")} == taken


def test_another_key_of_the_same_tenant_is_not_affected(limited: Api, api: Api) -> None:
    assert 429 in {answer.status_code for answer in flood(limited)}
    assert {answer.status_code for answer in flood(api)} == {200}


def test_the_list_of_keys_shows_the_limit(limited: Api, operator: Operator) -> None:
    limits = {key["rateLimit"] for key in operator.keys_of(limited.tenant)}
    assert limits == {None, PER_SECOND}
    listed = operator.run("keys", "list", "--tenant", limited.tenant).stdout.splitlines()
    assert "PER SECOND" in listed[0]
    assert str(PER_SECOND) in {line.split()[3] for line in listed[1:]}


def test_the_stage_of_the_api_takes_no_more_than_the_parameters_say(stack: Stack) -> None:
    # The emulator does not throttle: this is what is deployed.
    cloudformation = stack.client("cloudformation")
    processed = cloudformation.get_template(StackName=STACK_NAME, TemplateStage="Processed")["TemplateBody"]
    [stage] = [each for each in processed["Resources"].values() if each["Type"] == "AWS::ApiGatewayV2::Stage"]
    assert stage["Properties"]["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "ApiRatePerSecond"}, "ThrottlingBurstLimit": {"Ref": "ApiBurst"},
    }
    [deployed] = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in deployed["Parameters"]}
    assert (parameters["ApiRatePerSecond"], parameters["ApiBurst"]) == ("500", "1000")
