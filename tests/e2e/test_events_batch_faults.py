"""A batch of events and a fault on the way: what was not promised is completed by a repeat with the same key, once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import careful
import pytest
import requests
from account import is_signed
from aws_calls import Call
from client import Json, refused
from faults import Fault, Order
from faulty_stacks import FaultyStack
from ordeals import ACCEPTS, PUBLISH, SDK_TRIES, Fate, Ordeal, prepare
from receiver import Receiver
from together import at_once

PATH = "/events/batch"
READ_KEY, CLAIM, READ_EDITION, LIST, PUT_EVENT, ENQUEUE = (
    Call("PublishEvents", call.operation, call.what) for call in PUBLISH
)
LOOK_BACK = Call("PublishEvents", "BatchGetItem", "delivery")
# What is done at the same time as the claim.
BESIDE_THE_CLAIM = (READ_EDITION, LIST)
EVENTS = 12
# With two endpoints each these make 24 messages: three batches of the queue, so that a crash can come between two.
TWO_ENDPOINTS = Fate((ACCEPTS, ACCEPTS))
ONE_ENDPOINT = Fate((ACCEPTS,))
# The step, and at which of its calls the function is killed.
STEPS = [
    (READ_KEY, 1), (CLAIM, 1), (READ_EDITION, 1), (LIST, 1), (PUT_EVENT, 1), (PUT_EVENT, 7), (ENQUEUE, 1), (ENQUEUE, 3),
]
MESSAGES_OF_A_CALL = 10


@dataclass(frozen=True)
class Batch:
    """A batch of a tenant of its own, with the faults that it is to meet."""

    ordeal: Ordeal
    events: Sequence[Json]

    def publish(self) -> requests.Response | None:
        return careful.publish_once(self.ordeal.api, self.ordeal.key, json.dumps({"events": self.events}).encode(), PATH)

    def assert_complete(self, answer: requests.Response | None) -> None:
        """That each of its events is there once, at its place, and is delivered to every endpoint."""
        assert answer is not None and answer.status_code == 202
        results = answer.json()["data"]
        ids = [result["event"]["id"] for result in results]
        api, targets = self.ordeal.api, self.ordeal.targets
        assert [event["id"] for event in api.all("/events")] == ids[::-1]
        for event_id, event in zip(ids, self.events, strict=True):
            delivered = api.wait_for_event(event_id, "delivered", within=30)
            assert delivered["data"] == event["data"]
            assert {delivery["endpointId"] for delivery in delivered["deliveries"]} == {target.id for target in targets}
        for target in targets:
            received = {request.headers["webhook-id"]: request for request in target.hook.requests}
            assert sorted(received) == ids
            assert all(is_signed(request, target.secret) for request in target.hook.requests)


def a_batch(faulty: FaultyStack, receiver: Receiver, fate: Fate, count: int = EVENTS) -> Batch:
    events = [{"type": "contract.created", "data": {"number": number}} for number in range(count)]
    return Batch(prepare(faulty.new_tenant(), receiver, fate), events)


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER])
@pytest.mark.parametrize(("step", "nth"), STEPS)
def test_a_repeat_after_a_crash_completes_the_batch(
    faulty: FaultyStack, receiver: Receiver, step: Call, nth: int, fault: Fault,
) -> None:
    batch = a_batch(faulty, receiver, TWO_ENDPOINTS)
    faulty.proxy.take(Order(batch.ordeal.ids, fault, step, nth))
    assert batch.publish() is None

    repeat = batch.publish()
    assert repeat is not None
    # A crash before the claim leaves nothing to be replayed.
    claimed = step != READ_KEY and (step, fault) != (CLAIM, Fault.KILLED_BEFORE)
    if step not in BESIDE_THE_CLAIM:
        assert repeat.headers.get("idempotent-replayed") == ("true" if claimed else None)
    batch.assert_complete(repeat)

    other = careful.publish_once(batch.ordeal.api, batch.ordeal.key, batch.ordeal.body)
    assert other is not None
    refused(other, 422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER])
def test_a_repeat_that_crashes_while_it_looks_how_far_the_first_came_is_completed_by_another(
    faulty: FaultyStack, receiver: Receiver, fault: Fault,
) -> None:
    batch = a_batch(faulty, receiver, TWO_ENDPOINTS)
    faulty.proxy.take(Order(batch.ordeal.ids, Fault.KILLED_AFTER, ENQUEUE))
    faulty.proxy.take(Order(batch.ordeal.ids, fault, LOOK_BACK, nth=3))
    assert [batch.publish(), batch.publish()] == [None, None]
    batch.assert_complete(batch.publish())


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.BROKEN, Fault.DROPPED])
def test_events_that_the_queue_does_not_take_are_not_promised_and_a_repeat_completes_them(
    faulty: FaultyStack, receiver: Receiver, fault: Fault,
) -> None:
    batch = a_batch(faulty, receiver, ONE_ENDPOINT, count=2 * MESSAGES_OF_A_CALL)
    # Whichever of the two calls comes second, and each time that it comes again.
    faulty.proxy.take(Order(batch.ordeal.ids, fault, ENQUEUE, nth=2, times=SDK_TRIES))
    answer = batch.publish()
    assert answer is not None and answer.status_code == 207
    assert (answer.json()["accepted"], answer.json()["refused"]) == (MESSAGES_OF_A_CALL, MESSAGES_OF_A_CALL)
    halves = [answer.json()["data"][:MESSAGES_OF_A_CALL], answer.json()["data"][MESSAGES_OF_A_CALL:]]
    promised, refused_ = sorted(halves, key=lambda half: half[0]["status"])
    assert {result["status"] for result in promised} == {202}
    for result in refused_:
        assert result.keys() == {"status", "error"}
        assert (result["status"], result["error"]["code"]) == (503, "UNAVAILABLE")
    ids = [result["event"]["id"] for result in promised]
    for event_id in ids:
        batch.ordeal.api.wait_for_event(event_id, "delivered")

    repeat = batch.publish()
    assert repeat is not None and repeat.headers["idempotent-replayed"] == "true"
    assert [result["event"]["id"] for result in repeat.json()["data"] if result["event"]["id"] in ids] == ids
    batch.assert_complete(repeat)
    [target] = batch.ordeal.targets
    assert len(target.hook.requests) == len(batch.events)


@pytest.mark.parametrize("step", [CLAIM, READ_EDITION, LIST, PUT_EVENT, ENQUEUE], ids=str)
def test_a_batch_of_which_nothing_could_be_promised_is_unavailable_as_a_whole(
    faulty: FaultyStack, receiver: Receiver, step: Call,
) -> None:
    batch = a_batch(faulty, receiver, ONE_ENDPOINT)
    proxy, api = faulty.proxy, batch.ordeal.api
    # Every try of every event's call.
    proxy.take(Order(batch.ordeal.ids, Fault.BROKEN, step, times=EVENTS * SDK_TRIES))
    headers = {"Idempotency-Key": batch.ordeal.key}
    answer = api.call("POST", PATH, json={"events": [*batch.events, {"type": "no data"}]}, headers=headers)
    refused(answer, 503, "UNAVAILABLE")
    proxy.relent()

    again = api.call("POST", PATH, json={"events": [*batch.events, {"type": "no data"}]}, headers=headers)
    assert again.status_code == 207
    assert [result["status"] for result in again.json()["data"]] == [202] * EVENTS + [400]
    for result in again.json()["data"][:-1]:
        api.wait_for_event(result["event"]["id"], "delivered")
    assert len(api.all("/events")) == EVENTS


def test_an_event_that_the_table_does_not_take_is_not_promised_and_a_repeat_completes_it(
    faulty: FaultyStack, receiver: Receiver,
) -> None:
    batch = a_batch(faulty, receiver, ONE_ENDPOINT, count=2)
    faulty.proxy.take(Order(batch.ordeal.ids, Fault.BROKEN, PUT_EVENT, nth=2, times=SDK_TRIES))
    answer = batch.publish()
    assert answer is not None and answer.status_code == 207
    assert sorted(result["status"] for result in answer.json()["data"]) == [202, 503]
    [promised] = [result["event"]["id"] for result in answer.json()["data"] if result["status"] == 202]
    batch.ordeal.api.wait_for_event(promised, "delivered")
    assert [event["id"] for event in batch.ordeal.api.all("/events")] == [promised]

    batch.assert_complete(batch.publish())


def test_a_batch_to_no_endpoint_is_completed_as_well(faulty: FaultyStack, receiver: Receiver) -> None:
    batch = a_batch(faulty, receiver, Fate(()))
    faulty.proxy.take(Order(batch.ordeal.ids, Fault.KILLED_AFTER, PUT_EVENT, nth=7))
    assert batch.publish() is None
    batch.assert_complete(batch.publish())


@pytest.mark.parametrize("step", [CLAIM, READ_EDITION, LIST, PUT_EVENT, ENQUEUE], ids=str)
def test_two_requests_at_once_with_one_key_make_one_batch_when_one_of_them_is_held_up(
    faulty: FaultyStack, receiver: Receiver, step: Call,
) -> None:
    batch = a_batch(faulty, receiver, ONE_ENDPOINT)
    faulty.proxy.take(Order(batch.ordeal.ids, Fault.LATE, step))
    for answer in at_once(batch.publish, batch.publish):
        batch.assert_complete(answer)
    for event in batch.ordeal.api.all("/events"):
        assert [attempt["number"] for attempt in batch.ordeal.api.attempts(event["id"])] == [1]
