"""The retry policy, on short delays, as the Scheduler really carries it out."""

import pytest
from client import Api, timestamp
from receiver import Answer, Hook, Receiver
from stacks import SHORT_DELAYS
from tenants import NewTenant

Begun = tuple[Api, str, Hook]
"""A tenant, its event on the way, and where that is going."""

CHAIN_SECONDS = 60  # what a whole chain may take: the Scheduler is given 5 s at least for each step


@pytest.fixture(scope="module", autouse=True)
def exhausting(new_tenant: NewTenant, receiver: Receiver) -> Begun:
    """An event that no attempt of the policy will bring home; begun first, so that the other tests run meanwhile."""
    api, hook = new_tenant(), receiver.hook(*[Answer(500, body=b"broken")] * 5, Answer(200))
    api.create_endpoint(hook.url)
    return api, api.publish("contract.created", {"a": 1})["id"], hook


@pytest.fixture(scope="module", autouse=True)
def changed(new_tenant: NewTenant, receiver: Receiver) -> dict[str, Begun]:
    """Events whose second attempt was waiting when their endpoints changed; begun first likewise."""
    begun = {}
    for change in ("deleted", "disabled", "paused", "moved"):
        api, hook, elsewhere = new_tenant(), receiver.hook(Answer(500), Answer(200)), receiver.hook()
        endpoint_id = api.create_endpoint(hook.url)["id"]
        event_id = api.publish()["id"]
        api.wait_for_event(event_id, "retrying")
        match change:
            case "deleted":
                api.delete_endpoint(endpoint_id)
            case "moved":
                api.update_endpoint(endpoint_id, url=elsewhere.url)
            case status:
                api.update_endpoint(endpoint_id, status=status)
        begun[change] = api, event_id, elsewhere if change == "moved" else hook
    return begun


def test_a_receiver_that_fails_four_times_gets_the_event_at_the_fifth_attempt(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook(*[Answer(500 + number, body=b"down %d" % number) for number in range(4)], Answer(200))
    endpoint_id = api.create_endpoint(hook.url)["id"]
    event_id = api.publish("contract.created", {"amount": 1})["id"]

    for made, delay in enumerate(SHORT_DELAYS, start=1):
        hook.wait_for(made)
        delivery = api.wait_for_delivery(event_id, lambda delivery: delivery["attempts"] == made)  # noqa: B023
        assert (delivery["status"], delivery["reason"]) == ("retrying", None)
        assert delay <= timestamp(delivery["nextAttemptAt"]) - timestamp(delivery["lastAttemptAt"]) < delay + 1
        assert api.event(event_id)["status"] == "retrying"
        [listed] = api.page("/events", endpointId=endpoint_id, status="retrying")["data"]
        assert listed["id"] == event_id

    delivered = api.wait_for_event(event_id, "delivered")["deliveries"][0]
    assert (delivered["attempts"], delivered["nextAttemptAt"], delivered["reason"]) == (5, None, None)
    assert api.page("/events", endpointId=endpoint_id, status="retrying")["data"] == []

    attempts = api.attempts(event_id)
    assert [attempt["number"] for attempt in attempts] == [1, 2, 3, 4, 5]
    assert {attempt["round"] for attempt in attempts} == {1}
    assert {attempt["trigger"] for attempt in attempts} == {"policy"}
    assert [attempt["outcome"] for attempt in attempts] == ["refused"] * 4 + ["accepted"]
    assert [attempt["responseStatus"] for attempt in attempts] == [500, 501, 502, 503, 200]
    assert [attempt["responseBody"] for attempt in attempts] == ["down 0", "down 1", "down 2", "down 3", "ok"]

    assert len({request.body for request in hook.requests}) == 1
    assert {request.headers["webhook-id"] for request in hook.requests} == {event_id}
    signed_at = [int(request.headers["webhook-timestamp"]) for request in hook.requests]
    assert signed_at == [int(timestamp(attempt["startedAt"])) for attempt in attempts]
    assert len({request.headers["webhook-signature"] for request in hook.requests}) == 5
    for delay, earlier, later in zip(SHORT_DELAYS, hook.requests, hook.requests[1:], strict=False):
        assert later.at - earlier.at >= delay


def test_after_the_last_attempt_a_delivery_is_failed_until_somebody_retries_it(exhausting: Begun) -> None:
    api, event_id, hook = exhausting
    failed = api.wait_for_event(event_id, "failed", within=CHAIN_SECONDS)["deliveries"][0]
    assert (failed["attempts"], failed["reason"], failed["nextAttemptAt"]) == (5, "attempts_exhausted", None)
    [listed] = api.page("/events", endpointId=failed["endpointId"], status="failed")["data"]
    assert (listed["id"], listed["status"], listed["deliveries"]) == (event_id, "failed", [failed])

    retried = api.retry(event_id)
    assert retried["status"] in ("pending", "delivered")
    assert retried["deliveries"][0]["reason"] is None
    api.wait_for_event(event_id, "delivered")
    attempts = api.attempts(event_id)
    assert [attempt["number"] for attempt in attempts] == [1, 2, 3, 4, 5, 6]
    assert [attempt["round"] for attempt in attempts] == [1, 1, 1, 1, 1, 2]
    assert [attempt["trigger"] for attempt in attempts] == ["policy"] * 5 + ["manual"]
    assert api.page("/events", endpointId=failed["endpointId"], status="failed")["data"] == []
    assert len({request.body for request in hook.requests}) == 1


@pytest.mark.parametrize(("answer", "least", "most"), [
    (Answer(503, {"Retry-After": "3600"}), 3600, 3601),
    (Answer(429, {"Retry-After": "3600"}), 3600, 3601),
    (Answer(503, {"Retry-After": "Tue, 31 Dec 2199 23:59:59 GMT"}), 86_400, 86_401),
    (Answer(503, {"Retry-After": "999999"}), 86_400, 86_401),
    (Answer(503, {"Retry-After": "99999999999"}), 86_400, 86_401),
    (Answer(503, {"Retry-After": "1"}), SHORT_DELAYS[0], SHORT_DELAYS[0] + 1),
    (Answer(503, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}), SHORT_DELAYS[0], SHORT_DELAYS[0] + 1),
    (Answer(503, {"Retry-After": "soon"}), SHORT_DELAYS[0], SHORT_DELAYS[0] + 1),
    (Answer(503, {"Retry-After": "-5"}), SHORT_DELAYS[0], SHORT_DELAYS[0] + 1),
    (Answer(500, {"Retry-After": "3600"}), SHORT_DELAYS[0], SHORT_DELAYS[0] + 1),
], ids=[
    "503", "429", "a far date", "more than a day", "eleven digits", "less than the delay", "a past date", "no time",
    "negative", "500",
])
def test_retry_after_postpones_by_a_day_at_most_and_never_brings_forward(
    api: Api, receiver: Receiver, answer: Answer, least: float, most: float,
) -> None:
    api.create_endpoint(receiver.hook(answer, Answer()).url)
    event_id = api.publish()["id"]
    delivery = api.wait_for_event(event_id, "retrying")["deliveries"][0]
    waits = timestamp(delivery["nextAttemptAt"]) - timestamp(delivery["lastAttemptAt"])
    assert least <= waits < most


@pytest.mark.parametrize(("change", "status", "reason"), [
    ("deleted", "failed", "endpoint_deleted"),
    ("disabled", "failed", "endpoint_disabled"),
    ("paused", "pending", None),
])
def test_what_becomes_of_a_waiting_attempt_when_its_endpoint_changes(
    changed: dict[str, Begun], change: str, status: str, reason: str | None,
) -> None:
    api, event_id, hook = changed[change]
    delivery = api.wait_for_event(event_id, status)["deliveries"][0]
    assert (delivery["reason"], delivery["nextAttemptAt"], delivery["attempts"]) == (reason, None, 1)
    assert len(hook.requests) == 1


def test_a_waiting_attempt_goes_to_where_the_endpoint_is_by_then(changed: dict[str, Begun]) -> None:
    api, event_id, entered = changed["moved"]
    delivery = api.wait_for_event(event_id, "delivered")["deliveries"][0]
    assert delivery["attempts"] == 2
    assert len(entered.requests) == 1
