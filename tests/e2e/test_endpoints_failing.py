"""Endpoints that fail for too long are disabled: on a stack whose patience is twenty exhausted deliveries and no time."""

from collections.abc import Iterator
from typing import Any

import pytest
import stacks
from announcements import ENDPOINT_DISABLED, disabling_of
from aws import Behind
from client import Api
from messages import IN_AN_HOUR
from receiver import Answer, Receiver
from stack import Stack
from tenants import tenants_of

ENOUGH = 20
BROKEN = Answer(500)
ATTEMPTS = 2


@pytest.fixture(scope="module")
def intolerant_stack() -> Iterator[Stack]:
    with stacks.intolerant() as stack:
        yield stack
        stacks.assert_no_fault_of_its_own(stack)


@pytest.fixture
def api(intolerant_stack: Stack) -> Api:
    return tenants_of(intolerant_stack)()


@pytest.fixture
def behind(intolerant_stack: Stack) -> Behind:
    return Behind(intolerant_stack)


def exhaust(api: Api, behind: Behind, count: int) -> None:
    """Publishes so many events, and waits until each has failed and been counted."""
    event_ids = [api.publish()["id"] for _ in range(count)]
    for event_id in event_ids:
        failed = api.wait_for_event(event_id, "failed", within=60)["deliveries"][0]
        assert (failed["attempts"], failed["reason"]) == (ATTEMPTS, "attempts_exhausted")
    behind.wait_until_handled("RetriesQueueUrl")


def status(api: Api, endpoint_id: str) -> tuple[Any, ...]:
    endpoint = api.endpoint(endpoint_id)
    return endpoint["status"], endpoint["disabledReason"], endpoint["disabledAt"] is not None


def test_the_twentieth_exhausted_delivery_disables_an_endpoint_and_the_nineteenth_does_not(
    api: Api, behind: Behind, receiver: Receiver,
) -> None:
    hook, listener = receiver.hook(IN_AN_HOUR, BROKEN), receiver.hook()
    endpoint_id = api.create_endpoint(hook.url, ["contract.*"])["id"]
    api.create_endpoint(listener.url, [ENDPOINT_DISABLED])
    waiting = api.publish()["id"]
    api.wait_for_event(waiting, "retrying")

    exhaust(api, behind, ENOUGH - 1)
    assert status(api, endpoint_id) == ("active", None, False)
    exhaust(api, behind, 1)
    assert status(api, endpoint_id) == ("disabled", "failing", True)
    assert api.publish()["deliveries"] == []

    listener.wait_for(1)
    [told] = api.all("/events", type=ENDPOINT_DISABLED)
    assert api.event(told["id"])["data"] == disabling_of(api.endpoint(endpoint_id))
    assert api.wait_for_event(waiting, "failed")["deliveries"][0]["reason"] == "endpoint_disabled"

    api.update_endpoint(endpoint_id, status="active")
    assert status(api, endpoint_id) == ("active", None, False)
    exhaust(api, behind, 1)
    assert status(api, endpoint_id) == ("active", None, False)
    assert len(api.all("/events", type=ENDPOINT_DISABLED)) == 1


def test_one_success_makes_the_count_begin_anew(api: Api, behind: Behind, receiver: Receiver) -> None:
    hook = receiver.hook(*[BROKEN] * ATTEMPTS * (ENOUGH - 1), Answer(200), BROKEN)
    endpoint_id = api.create_endpoint(hook.url)["id"]
    exhaust(api, behind, ENOUGH - 1)
    api.wait_for_event(api.publish()["id"], "delivered")
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    exhaust(api, behind, ENOUGH - 1)
    assert status(api, endpoint_id) == ("active", None, False)
    exhaust(api, behind, 1)
    assert status(api, endpoint_id) == ("disabled", "failing", True)
