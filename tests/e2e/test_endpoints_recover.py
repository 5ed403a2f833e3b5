"""Recovering: what failed at an endpoint over a period is delivered again, by a job that can be asked how far it got."""

from datetime import UTC, datetime, timedelta

import pytest
from aws import Behind
from client import Api, Json, refused, timestamp
from receiver import Answer, Hook, Receiver
from stacks import RELEASE_PER_SECOND
from waiting import eventually


def an_hour_ago() -> str:
    return (datetime.now(UTC) - timedelta(hours=1)).isoformat()


def wait_for_recovery(api: Api, recovery: Json, within: float = 30) -> Json:
    path = f"/endpoints/{recovery['endpointId']}/recoveries/{recovery['id']}"
    return eventually(
        lambda: api.expect(200, "GET", path), lambda found: found["status"] != "running", within,
    )


def fail(api: Api, count: int) -> list[str]:
    """Publishes events that are sent once and then cancelled: they have failed, and nothing is to come for them."""
    events = [event["id"] for event in api.publish_all([{"type": "contract.created", "data": {}}] * count)]
    for event_id in events:
        api.wait_for_event(event_id, "retrying")
        api.cancel(event_id)
    return events


@pytest.fixture
def broken(api: Api, receiver: Receiver) -> tuple[Hook, str]:
    """A hook that refuses everything, and its endpoint."""
    hook = receiver.hook(Answer(503, {"Retry-After": "3600"}))
    return hook, api.create_endpoint(hook.url)["id"]


def test_what_failed_is_delivered_again(api: Api, broken: tuple[Hook, str]) -> None:
    hook, endpoint_id = broken
    events = fail(api, 3)
    hook.answer_from_now_on(Answer(200))
    begun = api.recover(endpoint_id, since=an_hour_ago())
    assert begun["id"].startswith("rec_")
    assert (begun["endpointId"], begun["status"], begun["completedAt"]) == (endpoint_id, "running", None)
    done = wait_for_recovery(api, begun)
    assert (done["status"], done["recovered"], done["skipped"]) == ("completed", 3, 0)
    assert timestamp(done["completedAt"]) >= timestamp(done["createdAt"])
    for event_id in events:
        api.wait_for_event(event_id, "delivered")
        assert [attempt["trigger"] for attempt in api.attempts(event_id)] == ["policy", "manual"]
        assert [attempt["round"] for attempt in api.attempts(event_id)] == [1, 2]


def test_only_what_was_published_in_the_period_is(api: Api, broken: tuple[Hook, str]) -> None:
    hook, endpoint_id = broken
    [before], [within], [after] = fail(api, 1), fail(api, 1), fail(api, 1)
    since, until = (api.event(event_id)["createdAt"] for event_id in (within, after))
    hook.answer_from_now_on(Answer(200))
    done = wait_for_recovery(api, api.recover(endpoint_id, since=since, until=until))
    assert (done["since"], done["until"], done["recovered"]) == (since, until, 1)
    api.wait_for_event(within, "delivered")
    assert [api.event(event_id)["status"] for event_id in (before, after)] == ["failed", "failed"]


def test_what_is_delivered_or_still_retried_is_left_alone(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook(Answer(200), Answer(503, {"Retry-After": "3600"}))
    endpoint_id = api.create_endpoint(hook.url)["id"]
    delivered = api.publish()["id"]
    api.wait_for_event(delivered, "delivered")
    retrying = api.publish()["id"]
    api.wait_for_event(retrying, "retrying")
    done = wait_for_recovery(api, api.recover(endpoint_id, since=an_hour_ago()))
    assert (done["status"], done["recovered"]) == ("completed", 0)
    assert api.event(retrying)["deliveries"][0]["attempts"] == 1
    assert len(hook.requests) == 2


def test_it_goes_at_the_pace_of_a_release(api: Api, broken: tuple[Hook, str]) -> None:
    hook, endpoint_id = broken
    count = 4 * RELEASE_PER_SECOND
    events = fail(api, count)
    before = len(hook.requests)
    hook.answer_from_now_on(Answer(200))
    api.recover(endpoint_id, since=an_hour_ago())
    requests = hook.wait_for(before + count, within=60)[before:]
    # Half a second may be added to any period: see `rail::domain::pace`.
    assert requests[-1].at - requests[0].at >= (count - 1) / RELEASE_PER_SECOND - 1
    for event_id in events:
        api.wait_for_event(event_id, "delivered")


def test_a_paused_endpoint_keeps_what_is_recovered(api: Api, broken: tuple[Hook, str]) -> None:
    hook, endpoint_id = broken
    [event_id] = fail(api, 1)
    api.update_endpoint(endpoint_id, status="paused")
    wait_for_recovery(api, api.recover(endpoint_id, since=an_hour_ago()))
    api.wait_for_event(event_id, "pending")
    hook.answer_from_now_on(Answer(200))
    api.update_endpoint(endpoint_id, status="active")
    api.wait_for_event(event_id, "delivered")


def test_a_disabled_endpoint_recovers_nothing(api: Api, broken: tuple[Hook, str]) -> None:
    _, endpoint_id = broken
    api.update_endpoint(endpoint_id, status="disabled")
    answer = api.call("POST", f"/endpoints/{endpoint_id}/recover", json={"since": an_hour_ago()})
    assert "disabled" in refused(answer, 409, "CONFLICT")["message"]


def test_one_that_is_disabled_meanwhile_stops_the_recovery(
    api: Api, behind: Behind, broken: tuple[Hook, str],
) -> None:
    _, endpoint_id = broken
    begun = api.recover(endpoint_id, since=an_hour_ago())
    wait_for_recovery(api, begun)
    # As if the job had not run yet when the endpoint was disabled.
    api.update_endpoint(endpoint_id, status="disabled")
    behind.restart_recovery(api.tenant, begun["id"])
    assert wait_for_recovery(api, begun)["status"] == "stopped"


@pytest.mark.parametrize(("body", "field"), [
    ({}, "since"),
    ({"since": "yesterday"}, "since"),
    ({"since": "2026-11-24"}, "since"),
    ({"since": "1969-12-31T23:59:59Z"}, "since"),
    ({"since": 1764000000}, "since"),
    ({"since": "2020-01-02T00:00:00Z", "until": "2020-01-02T00:00:00Z"}, "since"),
    ({"since": "2099-01-01T00:00:00Z"}, "since"),
    ({"since": "2020-01-01T00:00:00Z", "until": None}, "until"),
    ({"since": "2020-01-01T00:00:00Z", "till": "2020-01-02T00:00:00Z"}, "till"),
])
def test_a_period_that_is_none_is_refused(api: Api, broken: tuple[Hook, str], body: Json, field: str) -> None:
    _, endpoint_id = broken
    refused(api.call("POST", f"/endpoints/{endpoint_id}/recover", json=body), 400, "VALIDATION_FAILED", field)


def test_a_recovery_is_found_at_its_own_endpoint_alone(api: Api, receiver: Receiver, broken: tuple[Hook, str]) -> None:
    _, endpoint_id = broken
    recovery = api.recover(endpoint_id, since=an_hour_ago())
    other = api.create_endpoint(receiver.hook().url)["id"]
    refused(api.call("GET", f"/endpoints/{other}/recoveries/{recovery['id']}"), 404, "NOT_FOUND")
