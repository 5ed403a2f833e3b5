"""Publishing with an idempotency key, and a fault on the way: a repeat completes what is missing, once."""

import json
import uuid

import careful
import pytest
from aws_calls import Call
from client import Json, refused
from faults import Fault, Order
from faulty_stacks import FaultyStack
from ordeals import ACCEPTS, LOOK_BACK, PUBLISH, SEVERITIES, Fate, Ordeal, Severity, prepare
from receiver import Receiver
from together import at_once
from waiting import eventually

# Too many for one batch of the queue, so that a crash can come between two.
MANY = Fate((ACCEPTS,) * 12)
ONE = Fate((ACCEPTS,))
READ_KEY, CLAIM, READ_EDITION, LIST, PUT_EVENT, ENQUEUE = PUBLISH
# The step, and at which of its calls the function is killed.
STEPS = [(CLAIM, 1), (READ_EDITION, 1), (LIST, 1), (PUT_EVENT, 1), (ENQUEUE, 1), (ENQUEUE, 2)]
# What is done at the same time as the claim.
BESIDE_THE_CLAIM = (READ_EDITION, LIST)
PUT_ASIDE = Call("Deliver", "SendMessage")


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER])
@pytest.mark.parametrize(("step", "nth"), STEPS)
def test_a_repeat_after_a_crash_completes_what_is_missing(
    faulty: FaultyStack, receiver: Receiver, step: Call, nth: int, fault: Fault,
) -> None:
    ordeal = prepare(faulty.new_tenant(), receiver, MANY)
    api = ordeal.api
    faulty.proxy.take(Order(ordeal.ids, fault, step, nth))
    assert careful.publish_once(api, ordeal.key, ordeal.body) is None

    repeat = careful.publish_once(api, ordeal.key, ordeal.body)
    assert repeat is not None and repeat.status_code == 202
    # A crash before the claim leaves nothing to be replayed.
    claimed = (step, fault) != (CLAIM, Fault.KILLED_BEFORE)
    if step not in BESIDE_THE_CLAIM:
        assert repeat.headers.get("idempotent-replayed") == ("true" if claimed else None)
    assert_complete(ordeal, repeat.json())

    other = json.dumps({"type": "contract.closed", "data": {}}).encode()
    answer = careful.publish_once(api, ordeal.key, other)
    assert answer is not None
    refused(answer, 422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER])
def test_a_repeat_that_crashes_while_it_looks_how_far_the_first_came_is_completed_by_another(
    faulty: FaultyStack, receiver: Receiver, fault: Fault,
) -> None:
    ordeal = prepare(faulty.new_tenant(), receiver, MANY)
    faulty.proxy.take(Order(ordeal.ids, Fault.KILLED_AFTER, ENQUEUE))
    faulty.proxy.take(Order(ordeal.ids, fault, LOOK_BACK))
    assert [careful.publish_once(ordeal.api, ordeal.key, ordeal.body) for _ in range(2)] == [None, None]
    assert_complete(ordeal, careful.publish(ordeal.api, ordeal.key, ordeal.body))


def assert_complete(ordeal: Ordeal, event: Json) -> None:
    """That it is the one event there is, and is delivered to all."""
    assert {delivery["endpointId"] for delivery in event["deliveries"]} == {target.id for target in ordeal.targets}
    ordeal.api.wait_for_event(event["id"], "delivered", within=30)
    for target in ordeal.targets:
        assert {request.headers["webhook-id"] for request in target.hook.requests} == {event["id"]}
    assert [listed["id"] for listed in ordeal.api.all("/events")] == [event["id"]]


@pytest.mark.parametrize("step", PUBLISH, ids=str)
def test_two_requests_at_once_with_one_key_make_one_event_when_one_of_them_is_held_up(
    faulty: FaultyStack, receiver: Receiver, step: Call,
) -> None:
    ordeal = prepare(faulty.new_tenant(), receiver, ONE)
    faulty.proxy.take(Order(ordeal.ids, Fault.LATE, step))

    def publish() -> str:
        return careful.publish(ordeal.api, ordeal.key, ordeal.body)["id"]

    [event_id] = set(at_once(publish, publish))
    ordeal.api.wait_for_event(event_id, "delivered")
    assert [event["id"] for event in ordeal.api.all("/events")] == [event_id]
    assert [attempt["number"] for attempt in ordeal.api.attempts(event_id)] == [1]


def test_what_nobody_can_read_is_a_dead_letter_whatever_its_putting_aside_meets(faulty: FaultyStack) -> None:
    unreadable = {f"nonsense of tenant-{uuid.uuid4().hex}": severity for severity in SEVERITIES}
    for body, severity in unreadable.items():
        about = frozenset({body.removeprefix("nonsense of ")})
        faulty.proxy.take(Order(about, severity.fault, PUT_ASIDE, times=severity.times))
    for body in unreadable:
        faulty.behind.send("RetriesQueueUrl", body)
    faulty.behind.wait_until_handled("RetriesQueueUrl", within=60)
    faulty.behind.take_dead_letters("RetriesDeadLettersUrl", set(unreadable))

    def met() -> set[Severity]:
        put_aside = [injection.order for injection in faulty.proxy.injections if injection.call == PUT_ASIDE]
        return {Severity(order.fault, order.times or 0) for order in put_aside}

    # A late answer is still to come where the function was killed for another message of its batch.
    eventually(met, lambda met: met == set(SEVERITIES))
