"""Faults of our own: the one message comes again until the fault is mended, and the rest of its batch does not wait."""

from collections.abc import Iterator
from typing import Any

import pytest
import stacks
from aws import Behind
from messages import waiting_event
from receiver import Answer, Receiver
from stack import Stack
from tenants import tenants_of
from waiting import eventually

VISIBILITY_SECONDS = 3


@pytest.fixture(scope="module")
def faulty_stack() -> Iterator[Stack]:
    """One whose log may hold faults, and whose messages come again soon."""
    with stacks.impatient() as stack:
        stack.client("sqs").set_queue_attributes(
            QueueUrl=stack.outputs["RetriesQueueUrl"], Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)},
        )
        yield stack


def failures_of(stack: Stack) -> list[dict[str, Any]]:
    return [line for line in stack.logs() if line["message"] == "message.failed"]


def test_a_message_that_meets_a_fault_comes_again_and_the_rest_of_its_batch_is_delivered(
    faulty_stack: Stack, receiver: Receiver,
) -> None:
    behind, api = Behind(faulty_stack), tenants_of(faulty_stack)()
    broken, sound = (waiting_event(api, receiver, behind, Answer(200)) for _ in range(2))
    endpoint_id = api.delivery(broken[0])["endpointId"]
    genuine = behind.endpoint_item(api.tenant, endpoint_id)["url"]["S"]
    behind.redirect_endpoint(api.tenant, endpoint_id, "no URL, such as no version of the code has written")

    behind.send("RetriesQueueUrl", broken[1], sound[1])
    api.wait_for_event(sound[0], "delivered")
    # It comes again, and fails again: a fault of ours uses up no attempt.
    failures = eventually(lambda: failures_of(faulty_stack), lambda failures: len(failures) >= 2)
    assert len({line["message_id"] for line in failures}) == 1
    assert (api.delivery(broken[0])["status"], api.delivery(broken[0])["attempts"]) == ("retrying", 1)
    assert len(sound[2].requests) == 2

    behind.redirect_endpoint(api.tenant, endpoint_id, genuine)
    api.wait_for_event(broken[0], "delivered")
    assert [attempt["number"] for attempt in api.attempts(broken[0])] == [1, 2]
    behind.wait_until_handled("RetriesQueueUrl")
    assert len(sound[2].requests) == 2
