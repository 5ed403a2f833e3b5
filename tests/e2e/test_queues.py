"""Both queues of the delivery function: what nobody can read, and what comes twice."""

import json
import uuid
from typing import Any

import pytest
from aws import Behind
from client import Api
from messages import waiting_event
from receiver import Answer, Receiver

QUEUES = [("FirstAttemptsQueueUrl", "FirstAttemptsDeadLettersUrl"), ("RetriesQueueUrl", "RetriesDeadLettersUrl")]


@pytest.mark.parametrize(("queue", "dead_letters"), QUEUES)
def test_what_nobody_can_read_is_a_dead_letter_at_once_and_the_rest_of_the_batch_is_delivered(
    api: Api, receiver: Receiver, behind: Behind, queue: str, dead_letters: str,
) -> None:
    waiting = [waiting_event(api, receiver, behind, Answer(200)) for _ in range(3)]
    message = json.loads(waiting[0][1])
    unreadable = {
        f"nonsense {uuid.uuid4()}",
        json.dumps({"marker": str(uuid.uuid4())}),
        json.dumps(message | {"endpoint": f"we_{uuid.uuid4()}"}),
        json.dumps(message | {"unknown": str(uuid.uuid4())}),
        json.dumps(message | {"payload": f"no base64 {uuid.uuid4()}"}),
        json.dumps(message)[:-1],
    }
    first, *others = unreadable
    behind.send(queue, first, *(message for _, message, _ in waiting), *others)
    behind.take_dead_letters(dead_letters, unreadable)
    for event_id, _, hook in waiting:
        api.wait_for_event(event_id, "delivered")
        assert len(hook.requests) == 2
    behind.wait_until_handled(queue)


@pytest.mark.parametrize("queue", [queue for queue, _ in QUEUES])
def test_a_message_that_comes_twice_makes_one_recorded_attempt(
    api: Api, receiver: Receiver, behind: Behind, queue: str,
) -> None:
    event_id, message, hook = waiting_event(api, receiver, behind, Answer(200, delay_seconds=0.3))
    behind.send(queue, message, message)
    api.wait_for_event(event_id, "delivered")
    behind.wait_until_handled(queue)
    assert [attempt["number"] for attempt in api.attempts(event_id)] == [1, 2]

    sent = len(hook.requests)
    behind.send(queue, message)
    behind.wait_until_handled(queue)
    assert len(hook.requests) == sent
    assert [attempt["number"] for attempt in api.attempts(event_id)] == [1, 2]


def test_the_second_of_two_failed_attempts_at_once_makes_no_second_schedule(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    event_id, message, _ = waiting_event(api, receiver, behind, Answer(503, {"Retry-After": "7200"}, delay_seconds=0.3))
    behind.send("RetriesQueueUrl", message, message)
    behind.wait_until_handled("RetriesQueueUrl")
    delivery = api.delivery(event_id)
    assert (delivery["status"], delivery["attempts"]) == ("retrying", 2)
    assert len(behind.schedules_of(event_id)) == 2


@pytest.mark.parametrize("change", [
    {"event": "evt_01M85799PFY4HXC6CAM002M5T7"},
    {"endpoint": "we_01M85799PFY4HXC6CAM002M5T7"},
    {"tenant": "another"},
    {"fence": 99},
    {"fence": 99, "trigger": "manual"},
    {"fence": 1},
])
def test_a_message_that_fits_no_record_does_nothing(
    api: Api, receiver: Receiver, behind: Behind, change: dict[str, Any],
) -> None:
    event_id, message, hook = waiting_event(api, receiver, behind, Answer(200))
    before = api.event(event_id)
    behind.send("RetriesQueueUrl", json.dumps(json.loads(message) | change))
    behind.wait_until_handled("RetriesQueueUrl")
    assert api.event(event_id) == before
    assert len(hook.requests) == 1
