"""Paused endpoints: what arrives is kept, and let go, oldest first and at a pace, once they are active again."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws import Behind
from client import Api
from messages import waiting_event
from receiver import Answer, Receiver
from stacks import RELEASE_PER_SECOND
from waiting import eventually

KEPT = 8
RACES = 20


def paused_endpoint(api: Api, url: str) -> str:
    endpoint_id = api.create_endpoint(url)["id"]
    api.update_endpoint(endpoint_id, status="paused")
    return endpoint_id


def test_what_was_kept_is_delivered_oldest_first_and_no_faster_than_the_pace(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hook = receiver.hook()
    endpoint_id = paused_endpoint(api, hook.url)
    event_ids = [api.publish()["id"] for _ in range(KEPT)]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    for status in ({}, {"status": "pending"}):
        kept = api.all("/events", endpointId=endpoint_id, **status)
        assert [event["id"] for event in kept] == event_ids[::-1]
        assert {(event["status"], event["deliveries"][0]["attempts"]) for event in kept} == {("pending", 0)}
    assert hook.requests == []

    resumed_at = time.monotonic()
    api.update_endpoint(endpoint_id, status="active")
    received = hook.wait_for(KEPT, within=30)
    for event_id in event_ids:
        delivery = api.wait_for_event(event_id, "delivered")["deliveries"][0]
        assert delivery["attempts"] == 1
    behind.wait_until_handled("RetriesQueueUrl")
    assert len(hook.requests) == KEPT
    # Each has a moment of its own and is not sent before it, so that no other order fits.
    arrived = {request.headers["webhook-id"]: request.at - resumed_at for request in received}
    for earlier, event_id in enumerate(event_ids):
        assert arrived[event_id] >= earlier / RELEASE_PER_SECOND


def test_the_pace_is_the_endpoints_own_rate_where_that_is_lower(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hook = receiver.hook()
    endpoint_id = paused_endpoint(api, hook.url)
    api.update_endpoint(endpoint_id, rateLimit=1)
    event_ids = [api.publish()["id"] for _ in range(4)]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    resumed_at = time.monotonic()
    api.update_endpoint(endpoint_id, status="active")
    arrived = {request.headers["webhook-id"]: request.at - resumed_at for request in hook.wait_for(4, within=30)}
    for earlier, event_id in enumerate(event_ids):
        assert arrived[event_id] >= earlier


def test_a_retry_whose_schedule_comes_meanwhile_is_kept_and_made_afterwards(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    event_id, message, hook = waiting_event(api, receiver, behind, Answer(200))
    endpoint_id = api.delivery(event_id)["endpointId"]
    api.update_endpoint(endpoint_id, status="paused")
    behind.send("RetriesQueueUrl", message)
    kept = api.wait_for_event(event_id, "pending")["deliveries"][0]
    assert (kept["attempts"], kept["nextAttemptAt"], kept["reason"]) == (1, None, None)
    assert len(hook.requests) == 1

    api.update_endpoint(endpoint_id, status="active")
    api.wait_for_event(event_id, "delivered")
    first, second = api.attempts(event_id)
    assert (second["number"], second["round"], second["trigger"]) == (2, first["round"], "policy")


def test_a_retry_by_hand_is_kept_as_well(api: Api, receiver: Receiver, behind: Behind) -> None:
    hook = receiver.hook()
    endpoint_id = paused_endpoint(api, hook.url)
    event_id = api.publish()["id"]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    api.retry(event_id)
    behind.wait_until_handled("RetriesQueueUrl")
    assert api.event(event_id)["status"] == "pending"
    assert hook.requests == []
    api.update_endpoint(endpoint_id, status="active")
    api.wait_for_event(event_id, "delivered")


@pytest.mark.parametrize(("change", "reason"), [
    ("deleted", "endpoint_deleted"), ("disabled", "endpoint_disabled"),
])
def test_what_was_kept_fails_when_the_endpoint_takes_nothing_any_more(
    api: Api, receiver: Receiver, behind: Behind, change: str, reason: str,
) -> None:
    hook = receiver.hook()
    endpoint_id = paused_endpoint(api, hook.url)
    event_ids = [api.publish()["id"] for _ in range(3)]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    if change == "deleted":
        api.delete_endpoint(endpoint_id)
    else:
        api.update_endpoint(endpoint_id, status=change)
    for event_id in event_ids:
        delivery = api.wait_for_event(event_id, "failed")["deliveries"][0]
        assert (delivery["reason"], delivery["attempts"], delivery["nextAttemptAt"]) == (reason, 0, None)
    assert hook.requests == []


def paused_endpoints(api: Api, receiver: Receiver, count: int) -> dict[str, str]:
    """So many, each with an event type of its own."""
    types = [f"race.n{number}" for number in range(count)]
    endpoints = {event_type: api.create_endpoint(receiver.hook().url, [event_type])["id"] for event_type in types}
    for endpoint_id in endpoints.values():
        api.update_endpoint(endpoint_id, status="paused")
    return endpoints


def assert_nothing_stays_behind(api: Api, count: int) -> None:
    delivered = eventually(
        lambda: api.all("/events", status="delivered", limit=100), lambda found: len(found) == count, within=30,
    )
    assert [event["deliveries"][0]["attempts"] for event in delivered] == [1] * count


def test_what_is_published_while_an_endpoint_is_made_active_does_not_stay_behind(
    api: Api, receiver: Receiver,
) -> None:
    endpoints = paused_endpoints(api, receiver, RACES)
    together = threading.Barrier(2, timeout=30)

    def resume() -> None:
        for endpoint_id in endpoints.values():
            together.wait()
            api.update_endpoint(endpoint_id, status="active")

    with ThreadPoolExecutor(1) as pool:
        resuming = pool.submit(resume)
        for event_type in endpoints:
            together.wait()
            api.publish(event_type)
        resuming.result()
    assert_nothing_stays_behind(api, RACES)


def test_what_is_being_kept_while_an_endpoint_is_made_active_does_not_stay_behind(
    api: Api, receiver: Receiver,
) -> None:
    for event_type, endpoint_id in paused_endpoints(api, receiver, RACES).items():
        api.publish(event_type)
        api.update_endpoint(endpoint_id, status="active")
    assert_nothing_stays_behind(api, RACES)
