"""`rateLimit`: an endpoint gets so many deliveries a second and no more; what exceeds it waits, and is not lost."""

from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor

from aws import Behind
from client import Api
from messages import waiting_event
from receiver import Answer, Receiver

PER_SECOND = 5
EVENTS = 60
WINDOW_SECONDS = 10
# Of the rate over the window: what may come late, and so closer to what comes after it.
TOLERANCE = 1.1


def most_within_a_window(times: list[float]) -> int:
    """The most of these moments that lie within any ten seconds."""
    ordered = sorted(times)
    return max(bisect_right(ordered, first + WINDOW_SECONDS) - index for index, first in enumerate(ordered))


def test_sixty_events_at_once_are_delivered_each_by_one_attempt_and_never_faster_than_the_rate(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hook = receiver.hook()
    endpoint_id = api.create_endpoint(hook.url, rateLimit=PER_SECOND)["id"]
    with ThreadPoolExecutor(8) as pool:
        event_ids = {event["id"] for event in pool.map(lambda _: api.publish(), range(EVENTS))}
    received = hook.wait_for(EVENTS, within=60)
    assert {request.headers["webhook-id"] for request in received} == event_ids
    assert most_within_a_window([request.at for request in received]) <= PER_SECOND * WINDOW_SECONDS * TOLERANCE

    for event_id in event_ids:
        delivery = api.wait_for_event(event_id, "delivered")["deliveries"][0]
        assert delivery["attempts"] == 1
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert len(hook.requests) == EVENTS
    assert {event["id"] for event in api.all("/events", endpointId=endpoint_id, status="delivered")} == event_ids


def test_what_waits_for_its_turn_is_pending_and_goes_before_what_was_published_later(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hook = receiver.hook()
    endpoint_id = api.create_endpoint(hook.url, rateLimit=1)["id"]
    behind.take_slots_of_the_next(12, endpoint_id)
    event_ids = []
    for _ in range(4):
        event_ids.append(api.publish()["id"])
        # It has its turn then, far enough ahead to wait for it in the queue.
        behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert hook.requests == []
    kept = api.delivery(event_ids[0])
    assert (kept["status"], kept["attempts"], kept["nextAttemptAt"]) == ("pending", 0, None)
    for status in ({}, {"status": "pending"}):
        waiting = api.all("/events", endpointId=endpoint_id, **status)
        assert [event["id"] for event in waiting] == event_ids[::-1]
        assert {event["deliveries"][0]["status"] for event in waiting} == {"pending"}
    received = hook.wait_for(4, within=30)
    assert [request.headers["webhook-id"] for request in received] == event_ids


def test_a_retry_by_hand_waits_for_its_turn_as_well(api: Api, receiver: Receiver, behind: Behind) -> None:
    event_id, _, hook = waiting_event(api, receiver, behind, Answer(200))
    endpoint_id = api.delivery(event_id)["endpointId"]
    api.update_endpoint(endpoint_id, rateLimit=1)
    behind.take_slots_of_the_next(8, endpoint_id)
    api.retry(event_id)
    behind.wait_until_handled("RetriesQueueUrl")
    assert (api.event(event_id)["status"], len(hook.requests)) == ("pending", 1)
    api.wait_for_event(event_id, "delivered", within=30)
    assert [attempt["number"] for attempt in api.attempts(event_id)] == [1, 2]


def test_without_a_limit_any_more_the_next_event_does_not_wait(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hook = receiver.hook()
    endpoint_id = api.create_endpoint(hook.url, rateLimit=1)["id"]
    behind.take_slots_of_the_next(30, endpoint_id)
    limited = api.publish()["id"]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert api.update_endpoint(endpoint_id, rateLimit=None)["rateLimit"] is None
    unlimited = api.publish()["id"]
    api.wait_for_event(unlimited, "delivered")
    assert api.event(limited)["status"] == "pending"


def test_endpoints_do_not_wait_for_each_other(api: Api, receiver: Receiver, behind: Behind) -> None:
    hooks = [receiver.hook() for _ in range(2)]
    slow, other = (api.create_endpoint(hook.url, rateLimit=1)["id"] for hook in hooks)
    behind.take_slots_of_the_next(30, slow)
    event_id = api.publish()["id"]
    hooks[1].wait_for(1)
    assert hooks[0].requests == []
    assert {delivery["endpointId"] for delivery in api.event(event_id)["deliveries"]} == {slow, other}
