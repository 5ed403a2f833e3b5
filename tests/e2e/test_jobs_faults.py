"""Every fault at every call to AWS of a recovery's turn, and of publishing what lies in the ingest queue.

One tenant for each of them. When nothing more is to come, all has happened, and once.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest
from aws_calls import Call, ids_in
from client import Api
from faults import Order
from faulty_stacks import FaultyStack, come_again_soon, faulty_stack
from ordeals import SEVERITIES, Severity
from receiver import Answer, Hook, Receiver
from waiting import eventually

AT_ONCE = 16
WITHIN_SECONDS = 240
RECOVER = (
    Call("TendEndpoint", "GetItem", "recovery"),
    Call("TendEndpoint", "GetItem", "endpoint"),
    Call("TendEndpoint", "Query", "delivery"),
    Call("TendEndpoint", "BatchGetItem", "delivery"),
    Call("TendEndpoint", "UpdateItem", "clock"),
    Call("TendEndpoint", "SendMessageBatch"),
    Call("TendEndpoint", "UpdateItem", "delivery"),
    Call("TendEndpoint", "UpdateItem", "recovery"),
)
INGEST = (
    Call("IngestEvents", "PutItem", "idempotency record"),
    Call("IngestEvents", "GetItem", "edition"),
    Call("IngestEvents", "Query", "endpoint"),
    Call("IngestEvents", "PutItem", "event"),
    Call("IngestEvents", "SendMessageBatch"),
)
Case = tuple[Call, Severity]


def each(act: Callable[[Any], Any], things: Iterable[Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, things))


def order(faulty: FaultyStack, api: Api, endpoint_id: str, case: Case) -> None:
    call, severity = case
    about = frozenset({api.tenant, *ids_in("", endpoint_id.encode())})
    faulty.proxy.take(Order(about, severity.fault, call, times=severity.times))


def met(faulty: FaultyStack, function: str) -> set[Case]:
    """The faults that calls of this function have really met."""
    return {
        (injection.call, Severity(injection.order.fault, injection.order.times or 0))
        for injection in faulty.proxy.injections if injection.call.function == function
    }


@pytest.fixture(scope="module")
def faulty() -> Iterator[FaultyStack]:
    """One of its own: the schedules of what was cancelled stay, and others wait until there are none."""
    with faulty_stack() as faulty:
        for queue in ("ChoresQueueUrl", "IngestQueueUrl"):
            come_again_soon(faulty.behind, queue)
        yield faulty


@pytest.fixture(scope="module")
def recovered(faulty: FaultyStack, receiver: Receiver) -> list[tuple[Case, Api, Hook, dict]]:
    """For each case a tenant with two deliveries that had failed, and a recovery of them that met the fault."""

    def recover(case: Case) -> tuple[Case, Api, Hook, dict]:
        api, hook = faulty.new_tenant(), receiver.hook(Answer(503, {"Retry-After": "3600"}))
        endpoint_id = api.create_endpoint(hook.url)["id"]
        for event in api.publish_all([{"type": "contract.created", "data": {}}] * 2):
            api.wait_for_event(event["id"], "retrying", within=60)
            api.cancel(event["id"])
        hook.answer_from_now_on(Answer(200))
        order(faulty, api, endpoint_id, case)
        recovery = api.recover(endpoint_id, since="2020-01-01T00:00:00Z")
        return case, api, hook, recovery

    return each(recover, product(RECOVER, SEVERITIES))


def test_a_recovery_starts_all_that_failed_whatever_its_turn_meets(
    faulty: FaultyStack, recovered: list[tuple[Case, Api, Hook, dict]],
) -> None:
    def settled(made: tuple[Case, Api, Hook, dict]) -> None:
        case, api, hook, recovery = made
        path = f"/endpoints/{recovery['endpointId']}/recoveries/{recovery['id']}"
        done = eventually(
            lambda: api.expect(200, "GET", path), lambda found: found["status"] != "running", WITHIN_SECONDS,
        )
        assert (done["status"], done["skipped"]) == ("completed", 0), case
        # What a turn started that was cut short before it was recorded is not counted.
        assert done["recovered"] <= 2, case
        for event in api.all("/events"):
            api.wait_for_event(event["id"], "delivered", within=WITHIN_SECONDS)
            # The receiver may have got it once more, where a function ended before it could tell.
            assert [attempt["trigger"] for attempt in api.attempts(event["id"])] == ["policy", "manual"], case

    each(settled, recovered)
    assert met(faulty, "TendEndpoint") >= set(product(RECOVER, SEVERITIES))


def test_a_message_in_the_ingest_queue_is_one_event_whatever_its_publishing_meets(
    faulty: FaultyStack, receiver: Receiver,
) -> None:
    def ingest(case: Case) -> tuple[Case, Api, Hook]:
        api, hook = faulty.new_tenant(), receiver.hook()
        order(faulty, api, api.create_endpoint(hook.url)["id"], case)
        faulty.behind.send("IngestQueueUrl", json.dumps({"tenant": api.tenant, "type": "contract.created", "data": {}}))
        return case, api, hook

    def published(made: tuple[Case, Api, Hook]) -> None:
        case, api, hook = made
        hook.wait_for(1, within=WITHIN_SECONDS)
        [event] = eventually(lambda: api.all("/events"))
        api.wait_for_event(event["id"], "delivered", within=WITHIN_SECONDS)
        assert {request.headers["webhook-id"] for request in hook.requests} == {event["id"]}, case

    each(published, each(ingest, product(INGEST, SEVERITIES)))
    faulty.behind.wait_until_handled("IngestQueueUrl", within=WITHIN_SECONDS)
    assert faulty.behind.messages_in("IngestDeadLettersUrl") == 0
    assert met(faulty, "IngestEvents") >= set(product(INGEST, SEVERITIES))
