"""Disabled and deleted endpoints: what waits for them fails at once, and their tenant is told."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from announcements import ENDPOINT_DISABLED, disabling_of
from aws import Behind
from client import Api
from messages import IN_AN_HOUR
from receiver import Answer, Hook, Receiver
from tenants import NewTenant


def delete(api: Api, endpoint_id: str) -> None:
    api.delete_endpoint(endpoint_id)


def disable(api: Api, endpoint_id: str) -> None:
    api.update_endpoint(endpoint_id, status="disabled")


def answer_gone(api: Api, _: str) -> None:
    """The second answer of the receiver is 410."""
    event_id = api.publish()["id"]
    assert api.wait_for_event(event_id, "failed")["deliveries"][0]["reason"] == "endpoint_gone"


@pytest.mark.parametrize(("end", "reason"), [
    (delete, "endpoint_deleted"), (disable, "endpoint_disabled"), (answer_gone, "endpoint_disabled"),
])
def test_what_waits_for_an_hour_fails_as_soon_as_its_endpoint_takes_nothing(
    api: Api, receiver: Receiver, behind: Behind, end: Callable[[Api, str], None], reason: str,
) -> None:
    hook = receiver.hook(IN_AN_HOUR, Answer(410))
    endpoint_id = api.create_endpoint(hook.url)["id"]
    event_id = api.publish()["id"]
    message = behind.latest_schedule_of(event_id)["Target"]["Input"]
    end(api, endpoint_id)
    delivery = api.wait_for_event(event_id, "failed")["deliveries"][0]
    assert (delivery["reason"], delivery["attempts"], delivery["nextAttemptAt"]) == (reason, 1, None)

    sent = len(hook.requests)
    behind.send("RetriesQueueUrl", message)
    behind.wait_until_handled("RetriesQueueUrl")
    assert len(hook.requests) == sent
    assert api.delivery(event_id) == delivery


def test_a_retry_by_hand_to_a_disabled_endpoint_fails_without_an_attempt(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook(IN_AN_HOUR)
    endpoint_id = api.create_endpoint(hook.url)["id"]
    event_id = api.publish()["id"]
    api.wait_for_event(event_id, "retrying")
    disable(api, endpoint_id)
    api.wait_for_event(event_id, "failed")
    api.retry(event_id)
    delivery = api.wait_for_event(event_id, "failed")["deliveries"][0]
    assert (delivery["reason"], delivery["attempts"]) == ("endpoint_disabled", 1)
    assert len(hook.requests) == 1


@dataclass(frozen=True)
class Neighbours:
    """Endpoints of one tenant beside that which is to be disabled, and one of another tenant."""

    by_pattern: Hook
    by_name: Hook
    to_others: Hook
    of_another_tenant: Hook

    @property
    def silent(self) -> tuple[Hook, Hook]:
        return self.to_others, self.of_another_tenant


@pytest.fixture
def neighbours(api: Api, receiver: Receiver, new_tenant: NewTenant) -> Neighbours:
    neighbours = Neighbours(*(receiver.hook() for _ in range(4)))
    api.create_endpoint(neighbours.by_pattern.url, ["webhook.*"])
    api.create_endpoint(neighbours.by_name.url, [ENDPOINT_DISABLED])
    api.create_endpoint(neighbours.to_others.url, ["contract.*"])
    new_tenant().create_endpoint(neighbours.of_another_tenant.url, ["*"])
    return neighbours


def the_announcement(api: Api, neighbours: Neighbours) -> dict[str, Any]:
    """The one event that tells of a disabling, as those who subscribe to it got it."""
    [request] = neighbours.by_pattern.wait_for(1)
    [same] = neighbours.by_name.wait_for(1)
    assert request.body == same.body
    told = json.loads(request.body)
    [listed] = api.all("/events", type=ENDPOINT_DISABLED)
    assert (told["id"], told["type"]) == (listed["id"], ENDPOINT_DISABLED)
    assert len(listed["deliveries"]) == 2
    return told


def wait_until_all_is_said(behind: Behind) -> None:
    for queue in ("ChoresQueueUrl", "FirstAttemptsQueueUrl"):
        behind.wait_until_handled(queue)


def test_that_an_endpoint_was_disabled_is_told_once_to_those_who_want_to_know(
    api: Api, receiver: Receiver, behind: Behind, neighbours: Neighbours,
) -> None:
    hook = receiver.hook()
    endpoint_id = api.create_endpoint(hook.url + "?a=1", ["webhook.*"])["id"]
    disabled = api.update_endpoint(endpoint_id, status="disabled")
    told = the_announcement(api, neighbours)
    assert (disabled["url"], disabled["disabledReason"]) == (hook.url + "?a=1", "manual")
    assert told["data"] == disabling_of(disabled)
    assert told["created"] == disabled["disabledAt"]
    assert told["metadata"] == {"tenantId": api.tenant}

    api.update_endpoint(endpoint_id, status="disabled")
    wait_until_all_is_said(behind)
    assert the_announcement(api, neighbours) == told
    assert [silent.requests for silent in (hook, *neighbours.silent)] == [[], [], []]


def test_that_an_endpoint_is_gone_is_told_likewise(
    api: Api, receiver: Receiver, behind: Behind, neighbours: Neighbours,
) -> None:
    hook = receiver.hook(Answer(410))
    endpoint_id = api.create_endpoint(hook.url, ["kyc.*", "webhook.*"])["id"]
    api.publish("kyc.verified")
    told = the_announcement(api, neighbours)
    endpoint = api.endpoint(endpoint_id)
    assert (endpoint["status"], endpoint["disabledReason"]) == ("disabled", "gone")
    assert told["data"] == disabling_of(endpoint)
    wait_until_all_is_said(behind)
    assert len(hook.requests) == 1
    assert [silent.requests for silent in neighbours.silent] == [[], []]
