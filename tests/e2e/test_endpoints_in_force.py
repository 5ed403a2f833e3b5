"""A change of an endpoint is in force for the very next event, although whoever publishes remembers the endpoints."""

from collections.abc import Callable

import pytest
from announcements import ENDPOINT_DISABLED
from aws import Behind
from client import Api, Json
from receiver import Answer, Receiver
from together import at_once

# Each may be another instance of the function, with a memory of its own.
AT_ONCE = 4


def alone(api: Api) -> Json:
    return api.publish()


def in_a_batch(api: Api) -> Json:
    first, second = api.publish_all([{"type": "contract.created", "data": {}}] * 2)
    assert taken_by(first) == taken_by(second)
    return first


def taken_by(event: Json) -> list[str]:
    return [delivery["endpointId"] for delivery in event["deliveries"]]


@pytest.fixture(params=[alone, in_a_batch])
def taking(request: pytest.FixtureRequest, api: Api) -> Callable[[], list[str]]:
    """Who takes what is published now: asked of several instances, all of which must agree."""

    def taking() -> list[str]:
        first, *others = at_once(*[lambda: taken_by(request.param(api))] * AT_ONCE)
        assert others == [first] * (AT_ONCE - 1)
        return first

    return taking


def test_an_endpoint_takes_what_is_published_after_its_creation(
    api: Api, receiver: Receiver, taking: Callable[[], list[str]],
) -> None:
    endpoints: list[str] = []
    for _ in range(4):
        assert taking() == endpoints
        endpoints.append(api.create_endpoint(receiver.hook().url)["id"])
    assert taking() == endpoints


def test_an_endpoint_takes_what_its_patterns_match_after_their_change(
    api: Api, receiver: Receiver, taking: Callable[[], list[str]],
) -> None:
    endpoint_id = api.create_endpoint(receiver.hook().url, ["kyc.*"])["id"]
    for pattern, expected in (("contract.*", [endpoint_id]), ("billing.*", []), ("*", [endpoint_id])):
        taking()
        api.update_endpoint(endpoint_id, events=[pattern])
        assert taking() == expected


def test_an_endpoint_takes_nothing_after_it_was_disabled_and_all_after_it_is_open_again(
    api: Api, receiver: Receiver, taking: Callable[[], list[str]],
) -> None:
    endpoint_id = api.create_endpoint(receiver.hook().url)["id"]
    for status, expected in (("disabled", []), ("active", [endpoint_id]), ("disabled", []), ("paused", [endpoint_id])):
        taking()
        api.update_endpoint(endpoint_id, status=status)
        assert taking() == expected


def test_an_endpoint_takes_nothing_after_it_was_deleted(
    api: Api, receiver: Receiver, taking: Callable[[], list[str]],
) -> None:
    stays, goes = (api.create_endpoint(receiver.hook().url)["id"] for _ in range(2))
    assert taking() == [stays, goes]
    api.delete_endpoint(goes)
    assert taking() == [stays]


def test_an_endpoint_takes_nothing_after_it_answered_that_it_is_gone(
    api: Api, receiver: Receiver, behind: Behind, taking: Callable[[], list[str]],
) -> None:
    hook = receiver.hook()
    endpoint_id = api.create_endpoint(hook.url)["id"]
    assert taking() == [endpoint_id]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    hook.answer_from_now_on(Answer(410))
    event_id = api.publish()["id"]
    assert api.wait_for_event(event_id, "failed")["deliveries"][0]["reason"] == "endpoint_gone"
    assert taking() == []


def test_an_endpoint_that_is_paused_is_sent_nothing_of_what_is_published_then(
    api: Api, receiver: Receiver, behind: Behind, taking: Callable[[], list[str]],
) -> None:
    hook = receiver.hook()
    endpoint_id = api.create_endpoint(hook.url)["id"]
    assert taking() == [endpoint_id]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    sent = len(hook.requests)
    api.update_endpoint(endpoint_id, status="paused")
    assert taking() == [endpoint_id]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert len(hook.requests) == sent


def test_other_changes_are_in_force_for_the_next_delivery(api: Api, receiver: Receiver) -> None:
    before, after = receiver.hook(), receiver.hook()
    endpoint_id = api.create_endpoint(before.url)["id"]
    api.wait_for_event(api.publish()["id"], "delivered")
    api.update_endpoint(endpoint_id, url=after.url, headers={"X-Token": "new"})
    api.wait_for_event(api.publish()["id"], "delivered")
    assert len(before.requests) == 1
    assert after.wait_for(1)[0].headers["x-token"] == "new"


def test_who_subscribes_to_the_rails_own_events_is_told_of_the_very_next(api: Api, receiver: Receiver) -> None:
    endpoints = [api.create_endpoint(receiver.hook().url, ["contract.*"])["id"] for _ in range(2)]
    listeners = []
    for told, endpoint_id in enumerate(endpoints, start=1):
        hook = receiver.hook()
        listeners.append(hook)
        api.create_endpoint(hook.url, [ENDPOINT_DISABLED])
        api.update_endpoint(endpoint_id, status="disabled")
        hook.wait_for(1)
        listeners[0].wait_for(told)
    assert [len(hook.requests) for hook in listeners] == [2, 1]
